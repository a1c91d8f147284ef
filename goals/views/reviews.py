"""What waits for the reader's review: taking note of one or all of it, and asking back."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from goals.actions.refusals import Refused
from goals.actions.reviews import acknowledge_all, ask_back
from goals.figures.reviews import asked_by, waiting_for
from goals.forms.comments import QuestionForm
from goals.models import CheckIn, Comment

SHOWN = 50
# Whom a question waits for.
ASKED = ("check_in__author", "check_in__key_result__owner")


@dataclass
class ReviewRow:
    """A check-in that waits, what was said about it, and the form to ask back."""

    check_in: CheckIn
    form: QuestionForm


@require_http_methods(["GET", "HEAD", "POST"])
def review_list(request: HttpRequest) -> HttpResponse:
    """A POST takes note of those of `check_in` that still wait."""
    if request.method != "POST":
        return _answer(request)
    wanted = [int(pk) for pk in request.POST.getlist("check_in")[:SHOWN] if _is_key(pk)]
    count, refusals = acknowledge_all(
        _waiting(request).filter(pk__in=wanted), by=request.user, now=timezone.now()
    )
    for sentence in dict.fromkeys(refusal.sentence for refusal in refusals):
        messages.error(request, sentence)
    if count:
        text = ngettext("Taken note of %(count)d check-in.", "Taken note of %(count)d check-ins.", count)
        messages.success(request, text % {"count": count})
    return redirect("goals:review_list")


@require_POST
def check_in_ask_back(request: HttpRequest, code: str, sequence: int) -> HttpResponse:
    check_in = get_object_or_404(_waiting(request), key_result__code=code, sequence=sequence)
    form = QuestionForm(request.POST, check_in=check_in)
    if form.is_valid():
        try:
            ask_back(check_in, by=request.user, now=timezone.now(), text=form.cleaned_data["text"])
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Asked about %(code)s.") % {"code": check_in})
            return redirect("goals:review_list")
    return _answer(request, typed={check_in.pk: form}, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _waiting(request: HttpRequest) -> QuerySet[CheckIn]:
    comments = Prefetch("comments", Comment.objects.filter(deleted_at__isnull=True).for_page())
    related = ("author", "key_result__owner", "key_result__objective__roadmap__cycle")
    rows = waiting_for(request.user).select_related(*related, "key_result__objective__roadmap__area")
    return rows.prefetch_related(comments)


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _answer(
    request: HttpRequest, *, typed: dict[int, QuestionForm] | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    typed = typed or {}
    page: Page[CheckIn] = Paginator(_waiting(request), SHOWN).get_page(request.GET.get("page"))
    rows = [ReviewRow(row, typed.get(row.pk) or QuestionForm(check_in=row)) for row in page]
    # Whoever asks about a row on another page sees it too, with what was typed.
    missing = typed.keys() - {row.check_in.pk for row in rows}
    rows = [ReviewRow(row, typed[row.pk]) for row in _waiting(request).filter(pk__in=missing)] + rows
    asked = list(asked_by(request.user).select_related(*ASKED)[: SHOWN + 1])
    context: dict[str, Any] = {"nav": "reviews", "page": page, "rows": rows, "query": ""}
    context |= {"asked": asked[:SHOWN], "more_asked": len(asked) > SHOWN}
    return render(request, "goals/review_list.html", context, status=status)
