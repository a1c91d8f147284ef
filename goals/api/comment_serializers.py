"""What people say to each other about the plan, and who has taken note, as programs read and write it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from accounts.api.fields import TextField
from accounts.api.telling import Telling
from accounts.models import User
from goals.actions.comments import MOST_MENTIONS, nobody_found
from goals.api import comment_examples as examples
from goals.api.fields import AddressField, PageField, StrictSerializer
from goals.forms.comments import people_called
from goals.models import Comment
from goals.models.comment import MAX_COMMENT
from goals.templatetags.okr import markdown


@extend_schema_serializer(examples=[examples.COMMENT])
class CommentSerializer(Telling, serializers.Serializer):
    """One person's words on an objective or on a check-in. Of a deleted one its place alone is left."""

    id = serializers.IntegerField()
    objective = serializers.CharField(
        source="objective.code", default=None, allow_null=True, help_text="Where it is about an objective."
    )
    key_result = serializers.CharField(
        source="check_in.key_result.code",
        default=None,
        allow_null=True,
        help_text="Where it is about a check-in.",
    )
    check_in = serializers.IntegerField(
        source="check_in.sequence", default=None, allow_null=True, help_text="The number of the check-in."
    )
    author = serializers.EmailField(source="author.email")
    author_name = serializers.CharField(source="author.name")
    text = serializers.SerializerMethodField(help_text="Markdown; empty when it is deleted.")
    asks_back = serializers.BooleanField(
        source="is_question", help_text="The reviewer asks for an answer; the check-in waits for it."
    )
    html = serializers.SerializerMethodField(help_text="The text as the pages show it.")
    mentions = serializers.SerializerMethodField(help_text="E-mail addresses.")
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)
    url = AddressField("api:comment-detail", source="pk")
    page_url = PageField(source="*")

    def get_text(self, comment: Comment) -> str:
        return "" if comment.deleted_at else comment.text

    def get_html(self, comment: Comment) -> str:
        return "" if comment.deleted_at else str(markdown(comment.text))

    def get_mentions(self, comment: Comment) -> list[str]:
        return [] if comment.deleted_at else [mention.person.email for mention in comment.mentions.all()]


class WordsSerializer(StrictSerializer):
    """Other words for a comment that is there."""

    text = TextField(max_length=MAX_COMMENT, help_text="Markdown.")


@extend_schema_serializer(examples=[examples.NEW_COMMENT])
class NewCommentSerializer(WordsSerializer):
    """A new comment. The context holds its `subject`, which those have to see who are mentioned."""

    mentions = serializers.ListField(
        child=TextField(max_length=254),
        max_length=MOST_MENTIONS,
        required=False,
        help_text="E-mail addresses of people who may see it; they get a mail.",
    )

    def validate_mentions(self, addresses: list[str]) -> list[User]:
        return [self._person(address) for address in dict.fromkeys(addresses)]

    def _person(self, address: str) -> User:
        found = people_called(Q(email__iexact=address), self.context["subject"])
        if not found:
            raise serializers.ValidationError(f"{address[:80]}: {nobody_found()}")
        return found[0]


class NewCheckInCommentSerializer(NewCommentSerializer):
    """A new comment on a check-in, which may be its reviewer's question."""

    asks_back = serializers.BooleanField(
        required=False,
        help_text="By the reviewer of the objective alone: asks the author and the owner, who get a mail.",
    )

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        if sent.get("asks_back") and sent.get("mentions"):
            raise serializers.ValidationError({"mentions": [_("Those are told who can answer.")]})
        return sent


@extend_schema_serializer(examples=[examples.ACKNOWLEDGEMENT])
class AcknowledgementSerializer(Telling, serializers.Serializer):
    """A lead, a manager or the reviewer has taken note of a check-in."""

    key_result = serializers.CharField(source="check_in.key_result.code")
    check_in = serializers.IntegerField(source="check_in.sequence")
    person = serializers.EmailField(source="person.email")
    person_name = serializers.CharField(source="person.name")
    made_at = serializers.DateTimeField()
