"""What people say to each other about objectives and check-ins, and who has taken note."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from goals.models.check_in import CheckIn
from goals.models.fields import validate_storable
from goals.models.objective import Objective

MAX_COMMENT = 5_000


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, user: Any) -> CommentQuerySet:
        """Those on what the person sees; nothing here is ever public."""
        return self.filter(
            Q(objective__in=Objective.objects.visible_to(user))
            | Q(check_in__in=CheckIn.objects.visible_to(user))
        )

    def for_page(self) -> CommentQuerySet:
        """With what a page says of each, the oldest first."""
        return self.select_related("author").prefetch_related("mentions__person").order_by("created_at", "pk")


class Comment(models.Model):
    """One person's words on an objective or on a check-in. A deleted one leaves its place and its history."""

    objective = models.ForeignKey(
        Objective,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="comments",
        verbose_name=_("objective"),
    )
    check_in = models.ForeignKey(
        CheckIn,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="comments",
        verbose_name=_("check-in"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments", verbose_name=_("author")
    )
    text = models.TextField(
        _("comment"),
        max_length=MAX_COMMENT,
        help_text=_("Markdown"),
        validators=[MaxLengthValidator(MAX_COMMENT), validate_storable],
    )
    is_question = models.BooleanField(
        _("asks back"), default=False, help_text=_("the reviewer of a check-in asks for an answer")
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    edited_at = models.DateTimeField(_("edited at"), null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True, editable=False)

    objects = CommentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes = [
            # Read by lists of what happened, newest first, and by the count of what is unread.
            models.Index(fields=["-created_at", "-id"], name="comment_by_moment"),
        ]
        constraints = [
            models.CheckConstraint(
                name="comment_on_one_thing",
                condition=Q(objective__isnull=False, check_in__isnull=True)
                | Q(objective__isnull=True, check_in__isnull=False),
                violation_error_message=_("A comment is about an objective or a check-in, one of the two."),
            ),
            models.CheckConstraint(
                name="comment_asks_back_about_check_in",
                condition=Q(is_question=False) | Q(check_in__isnull=False),
                violation_error_message=_("A reviewer asks back about a check-in."),
            ),
            models.CheckConstraint(
                name="comment_says_something",
                condition=~Q(text=""),
                violation_error_message=_("A comment says something."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        if self.objective is not None:
            return f"{self.objective.get_absolute_url()}#comment-{self.pk}"
        check_in = cast("CheckIn", self.check_in)  # one of the two, the constraint says
        code = check_in.key_result.code
        return f"{reverse('goals:key_result_detail', args=[code])}#comment-{self.pk}"

    @property
    def code(self) -> str:
        """Of what it is about."""
        return self.objective.code if self.objective else str(self.check_in)


class Mention(models.Model):
    """A person named in a comment, who gets a mail about it."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="mentions")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mentions", verbose_name=_("person")
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "person"],
                name="mention_once_per_comment",
                violation_error_message=_("This comment mentions this person already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)


class Acknowledgement(models.Model):
    """A lead, a manager or the reviewer has taken note of a check-in."""

    check_in = models.ForeignKey(
        CheckIn, on_delete=models.PROTECT, related_name="acknowledgements", verbose_name=_("check-in")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="acknowledgements",
        verbose_name=_("person"),
    )
    made_at = models.DateTimeField(_("when"), default=timezone.now)

    history = HistoricalRecords()

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        constraints = [
            models.UniqueConstraint(
                fields=["check_in", "person"],
                name="acknowledgement_once_per_person",
                violation_error_message=_("This person has taken note of this check-in already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.check_in)
