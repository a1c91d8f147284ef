"""Pages about tags: all that somebody sees, and what has one of them."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from areas.permissions import can_manage_cycles
from goals.actions.refusals import Refused
from goals.actions.tags import rename_tag
from goals.figures.tags import tags_seen, with_tag
from goals.forms.tags import RenameTagForm
from goals.models.tags import normal_tags

ROWS_PER_PAGE = 50


@require_safe
def tag_list(request: HttpRequest) -> HttpResponse:
    crumbs = [(_("Tags"), "")]
    return render(request, "goals/tag_list.html", {"tags": tags_seen(request.user), "crumbs": crumbs})


@require_safe
def tag_detail(request: HttpRequest, tag: str) -> HttpResponse:
    return _show(request, _readable(tag), RenameTagForm())


@require_POST
def tag_rename(request: HttpRequest, tag: str) -> HttpResponse:
    """By managers, who see everything: a tag belongs to all areas."""
    tag, form = _readable(tag), RenameTagForm(request.POST)
    if not can_manage_cycles(request.user):
        raise PermissionDenied(_("Tags belong to all areas; managers rename them."))
    if not form.is_valid():
        return _show(request, tag, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        count = rename_tag(tag, form.cleaned_data["name"], by=request.user, now=timezone.now())
    except Refused as refusal:
        form.add_error("name", refusal.sentence)
        return _show(request, tag, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    told = ngettext("Renamed on %(count)d thing.", "Renamed on %(count)d things.", count)
    messages.success(request, told % {"count": count})
    return redirect("goals:tag_detail", normal_tags(form.cleaned_data["name"]))


def _readable(tag: str) -> str:
    """As it is kept. Raises Http404 for what no tag can be."""
    try:
        found = normal_tags(tag)
    except ValidationError as error:
        raise Http404 from error
    if not found or " " in found:
        raise Http404
    return found


def _show(
    request: HttpRequest, tag: str, form: RenameTagForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    objectives, key_results = with_tag(request.user, tag)
    page = Paginator([*objectives, *key_results], ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tag": tag,
        "page": page,
        "query": "",
        "form": form,
        "crumbs": [(_("Tags"), "/tags/"), (tag, "")],
    }
    return render(request, "goals/tag_detail.html", context, status=status)
