"""The page that a mail's “no change” leads to. Mail scanners open links: looking records nothing."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from goals.actions.mail_answers import NotOurs, judge_answer, read_answer, record_answer
from goals.actions.refusals import Refused
from goals.models import CheckIn
from goals.sentences import value_text


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_answer(request: HttpRequest) -> HttpResponse:
    """Says what the link records; a press records it, without a sign-in and that alone."""
    now = timezone.now()
    try:
        answer = read_answer(request.GET.get("token", ""))
        if request.method == "POST":
            check_in = record_answer(answer, now=now)
            return render(request, "goals/mail_answer.html", {"recorded": check_in})
        asked = judge_answer(answer, now=now)
    except NotOurs:
        sentence = _("This link is not one of ours, or a part of it is missing.")
        return _refuse(request, sentence, status=HTTPStatus.NOT_FOUND)
    except Refused as refusal:
        return _refuse(request, refusal.sentence, status=HTTPStatus.GONE)
    row = asked.key_result
    context = {
        "asked": asked,
        "value": value_text(row.current_value, unit=row.unit, kind=row.formula_kind),
        "status": CheckIn.Status(asked.status).label,
        "today": asked.today,
        "token": answer.token,
    }
    return render(request, "goals/mail_answer.html", context)


def _refuse(request: HttpRequest, sentence: str, *, status: int) -> HttpResponse:
    return render(request, "goals/mail_answer_spent.html", {"sentence": sentence}, status=status)
