"""Drafts of check-ins: kept from either form, listed for their author, sent or thrown away."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from goals.actions.drafts import discard_draft, send_draft
from goals.actions.refusals import Refused
from goals.forms.check_ins import CheckInForm
from goals.forms.drafts import DraftForm, SendTimeForm
from goals.models import CheckIn, CheckInDraft, KeyResult

LATER = "later"


@require_safe
def draft_list(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    drafts = list(CheckInDraft.objects.of(user).with_context().order_by("send_at", "key_result__code"))
    # The title of what its author may not see any more is not theirs to read; their own words are.
    checkable = (
        KeyResult.objects.live()
        .visible_to(user)
        .filter(pk__in=KeyResult.objects.checkable_by(user, timezone.localdate()))
    )
    ids = {draft.key_result_id for draft in drafts}
    open_ids = set(checkable.filter(pk__in=ids).values_list("pk", flat=True)) if drafts else set()
    context = {"nav": "drafts", "drafts": drafts, "open_ids": open_ids}
    return render(request, "goals/draft_list.html", context)


@require_POST
def draft_send(request: HttpRequest, code: str) -> HttpResponse:
    """Sends it now; where that is refused, its form says why and holds what was written."""
    draft = _own(request, code)
    try:
        send_draft(draft, now=timezone.now(), today=timezone.localdate(), source=CheckIn.Source.PAGE)
    except Refused as refusal:
        sentence = _("%(code)s was not sent: %(why)s")
        messages.error(request, sentence % {"code": code, "why": refusal.sentence})
    else:
        messages.success(request, _("Sent: %(code)s.") % {"code": code}, extra_tags=code)
    return redirect("goals:draft_list")


@require_POST
def draft_discard(request: HttpRequest, code: str) -> HttpResponse:
    _throw_away(request, _own(request, code), code)
    return redirect("goals:draft_list")


def _throw_away(request: HttpRequest, draft: CheckInDraft, code: str) -> None:
    discard_draft(draft)
    messages.info(request, _("The draft about %(code)s is thrown away.") % {"code": code}, extra_tags=code)


def _own(request: HttpRequest, code: str) -> CheckInDraft:
    return get_object_or_404(CheckInDraft.objects.of(request.user).with_context(), key_result__code=code)


def begun_about(user: Any, key_result: KeyResult) -> CheckInDraft | None:
    return CheckInDraft.objects.of(user).filter(key_result=key_result).first()


def drafts_of(user: Any) -> dict[int, CheckInDraft]:
    """Everything a person has begun, by key result: few rows, in one query."""
    return {draft.key_result_id: draft for draft in CheckInDraft.objects.of(user)}


def form_of(request: HttpRequest, key_result: KeyResult, draft: CheckInDraft | None) -> DraftForm:
    is_whole = request.POST.get("draft") == LATER
    return DraftForm(request.POST, key_result=key_result, draft=draft, is_whole=is_whole)


def keep(request: HttpRequest, form: DraftForm, times: SendTimeForm, *, today: date) -> bool:
    """Keeps what one form says, with its time where that was asked for; False where it may not be."""
    is_valid = form.is_valid()
    if (form.is_whole and not times.is_valid()) or not is_valid:
        return False
    if not form.is_entered and form.draft is None:
        form.add_error(None, _("Nothing was entered, so there is nothing to keep."))
        return False
    send_at = times.send_at if form.is_whole else None
    draft = form.keep(author=request.user, now=timezone.now(), today=today, send_at=send_at)
    if draft is None:
        return False
    code = form.key_result.code
    sentence = _("Kept as a draft that only you see: %(codes)s.") % {"codes": code}
    if draft.send_at:
        told = {"code": code, "moment": formats.date_format(timezone.localtime(draft.send_at), "j M, H:i")}
        sentence = _("%(code)s will be sent on %(moment)s.") % told
    messages.success(request, sentence, extra_tags=code)
    return True


def keep_rows(request: HttpRequest, forms: list[CheckInForm], *, today: date) -> list[CheckInForm]:
    """Keeps each row that says something; answers those that were not kept. A planned time stays."""
    kept: list[CheckInForm] = []
    kept_back: list[CheckInForm] = []
    is_emptied = False
    for filled in forms:
        form = DraftForm(request.POST, key_result=filled.key_result, draft=filled.draft)
        if form.is_as_left or not (form.is_entered or form.draft):
            continue
        if not form.is_entered and form.draft is not None:
            _throw_away(request, form.draft, form.key_result.code)
            is_emptied = True
            continue
        send_at = form.draft.send_at if form.draft else None
        is_kept = form.is_valid() and form.keep(
            author=request.user, now=timezone.now(), today=today, send_at=send_at
        )
        (kept if is_kept else kept_back).append(form)
    if kept:
        codes = [form.key_result.code for form in kept]
        sentence = ngettext(
            "Kept as a draft that only you see: %(codes)s.",
            "Kept as drafts that only you see: %(codes)s.",
            len(codes),
        )
        messages.success(request, sentence % {"codes": ", ".join(codes)}, extra_tags=" ".join(codes))
    elif not kept_back and not is_emptied:
        messages.info(request, _("Nothing was entered, so there is nothing to keep."))
    return kept_back
