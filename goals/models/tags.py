"""Tags: short words on objectives and key results, the same in all areas.

They are kept as one text, in order and with blanks between them, so that what every field has they have too:
history, versions, documents and copies.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MOST_TAGS = 10
TAG_LENGTH = 30
TAGS_LENGTH = MOST_TAGS * (TAG_LENGTH + 1)
BETWEEN = re.compile(r"[,;\s]+")
TAG = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


def normal_tags(text: str) -> str:
    """Lower-case words, each once and in order, however they were typed. Raises ValidationError."""
    told = unicodedata.normalize("NFC", text).lower()
    words = sorted({word.removeprefix("#") for word in BETWEEN.split(told)} - {""})
    for word in words:
        if not TAG.fullmatch(word):
            raise ValidationError(
                _("“%(tag)s” is no tag: letters and digits, with hyphens between them."),
                params={"tag": word[:TAG_LENGTH]},
            )
        if len(word) > TAG_LENGTH:
            raise ValidationError(_("A tag has at most %(most)d characters."), params={"most": TAG_LENGTH})
    if len(words) > MOST_TAGS:
        raise ValidationError(_("There are at most %(most)d tags."), params={"most": MOST_TAGS})
    return " ".join(words)


class TagsFormField(forms.CharField):
    """Words as people type them."""

    def clean(self, value: Any) -> str:
        return normal_tags(super().clean(value))


class TagsField(models.CharField):
    """Words with blanks between them; whatever is saved is put in order first."""

    def __init__(self, *args: Any, **options: Any) -> None:
        given: dict[str, Any] = {"max_length": TAGS_LENGTH, "blank": True, "default": ""}
        super().__init__(*args, **given | options)

    def clean(self, value: Any, model_instance: Any) -> str:
        return normal_tags(super().clean(value, model_instance))

    def formfield(self, **options: Any) -> Any:
        return super().formfield(**{"form_class": TagsFormField} | options)


def tags_constraint(name: str) -> models.CheckConstraint:
    """Whatever writes past the actions writes no tags that a filter by one would not find."""
    stray = Q(tags__startswith=" ") | Q(tags__endswith=" ") | Q(tags__contains="  ")
    return models.CheckConstraint(
        name=name,
        condition=Q(tags=Lower("tags")) & ~(stray | Q(tags__contains=",") | Q(tags__contains="#")),
        violation_error_message=gettext_lazy("Tags are lower-case words with one blank between them."),
    )


class Tagged(models.Model):
    """A row that has tags."""

    tags = TagsField(gettext_lazy("tags"))

    class Meta:
        abstract = True

    @property
    def tag_list(self) -> list[str]:
        return self.tags.split()


def tagged(tag: str) -> Q:
    """Of rows with tags: those that have this one."""
    inside = Q(tags__startswith=f"{tag} ") | Q(tags__endswith=f" {tag}") | Q(tags__contains=f" {tag} ")
    return Q(tags=tag) | inside


def counted(texts: Iterable[str]) -> Counter[str]:
    """How often each tag stands in these texts."""
    return Counter(tag for text in texts for tag in text.split())
