"""Comments on objectives and check-ins, and taking note of a check-in."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from goals.actions.comments import (
    Subject,
    acknowledge,
    add_comment,
    can_take_note,
    delete_comment,
    edit_comment,
    take_back_acknowledgement,
)
from goals.actions.once import make_once
from goals.actions.refusals import Refused
from goals.forms.comments import CommentForm, people_like
from goals.models import CheckIn, Comment, KeyResult
from goals.views.plan_flow import get_and_post, visible_objective


@require_POST
def objective_comment(request: HttpRequest, code: str) -> HttpResponse:
    return _comment(request, visible_objective(request, code))


@require_POST
def check_in_comment(request: HttpRequest, code: str, sequence: int) -> HttpResponse:
    return _comment(request, _visible_check_in(request, code, sequence))


@require_safe
def objective_people(request: HttpRequest, code: str) -> HttpResponse:
    """A fragment: whom a comment here may mention, for what is being typed."""
    return _people(request, visible_objective(request, code))


@require_safe
def check_in_people(request: HttpRequest, code: str, sequence: int) -> HttpResponse:
    return _people(request, _visible_check_in(request, code, sequence))


@get_and_post
def comment_edit(request: HttpRequest, comment_id: int) -> HttpResponse:
    comment = _own_comment(request, comment_id)
    subject: Any = comment.objective or comment.check_in
    if request.method != "POST":
        form = CommentForm(subject=subject, initial={"text": comment.text})
        return _answer(request, form, back=comment.get_absolute_url(), comment=comment)
    form = CommentForm(request.POST, subject=subject)
    del form.fields["mention"]
    if form.is_valid():
        try:
            edit_comment(comment, by=request.user, now=timezone.now(), text=form.cleaned_data["text"])
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return redirect(comment)
    return _answer(
        request,
        form,
        back=comment.get_absolute_url(),
        comment=comment,
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
    )


@require_POST
def comment_delete(request: HttpRequest, comment_id: int) -> HttpResponse:
    comment = _own_comment(request, comment_id)
    try:
        delete_comment(comment, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect(comment)


@require_POST
def check_in_acknowledge(request: HttpRequest, code: str, sequence: int) -> HttpResponse:
    """One press; with `undo` it is taken back."""
    check_in = _visible_check_in(request, code, sequence)
    if not can_take_note(request.user, check_in):
        raise PermissionDenied(_("Leads of the area, managers and the reviewer take note of check-ins."))
    act = take_back_acknowledgement if "undo" in request.POST else acknowledge
    try:
        act(check_in, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect(f"{check_in.key_result.get_absolute_url()}#check-in-{check_in.sequence}")


def _visible_check_in(request: HttpRequest, code: str, sequence: int) -> CheckIn:
    live = KeyResult.objects.live().visible_to(request.user)
    rows: QuerySet[CheckIn] = CheckIn.objects.filter(key_result__in=live).select_related(
        "author", "key_result__objective__roadmap__area", "key_result__objective__roadmap__cycle"
    )
    return get_object_or_404(rows, key_result__code=code, sequence=sequence)


def _own_comment(request: HttpRequest, comment_id: int) -> Comment:
    related = Comment.objects.select_related(
        "objective__roadmap__cycle", "check_in__key_result__objective__roadmap__cycle"
    )
    comment = get_object_or_404(related.visible_to(request.user), pk=comment_id)
    if comment.author_id != request.user.pk:
        raise PermissionDenied(_("Only its author changes a comment."))
    return comment


def _comment(request: HttpRequest, subject: Subject) -> HttpResponse:
    form = CommentForm(request.POST, subject=subject)
    back = _address(subject)
    if not form.is_valid():
        return _answer(request, form, back=back, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    entered = form.cleaned_data
    told = repr((back, entered["text"], sorted(person.pk for person in entered["mention"])))
    try:
        led_to, _is_new = make_once(
            entered["form_id"] or uuid4(),
            fingerprint=hashlib.sha256(told.encode()).hexdigest(),
            by=request.user,
            now=timezone.now(),
            make=lambda: add_comment(
                subject,
                by=request.user,
                now=timezone.now(),
                text=entered["text"],
                mentions=entered["mention"],
            ).get_absolute_url(),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return _answer(request, form, back=back, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(led_to)


def _people(request: HttpRequest, subject: Subject) -> HttpResponse:
    text = request.GET.get("mention", "")
    before = text.rpartition(",")[0]
    context = {"people": people_like(text, subject), "before": f"{before}, " if before else ""}
    return render(request, "goals/_people_options.html", context)


def _address(subject: Subject) -> str:
    if isinstance(subject, CheckIn):
        return f"{subject.key_result.get_absolute_url()}#check-in-{subject.sequence}"
    return subject.get_absolute_url()


def _answer(
    request: HttpRequest,
    form: CommentForm,
    *,
    back: str,
    comment: Comment | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    if comment is not None:
        form.fields.pop("mention", None)
    context = {"nav": "areas", "form": form, "back": back, "comment": comment, "form_id": uuid4()}
    return render(request, "goals/comment_form.html", context, status=status)
