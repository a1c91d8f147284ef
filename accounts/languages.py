"""Which language is spoken to whom: people in theirs; programs, and whatever is kept, in English."""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.db.models import Model
from django.utils import translation
from django.utils.translation import get_language, get_supported_language_variant

ENGLISH = "en"


def in_english() -> AbstractContextManager[None]:
    """For what is kept or read by programs: it says the same whoever caused it or asks for it."""
    return translation.override(ENGLISH)


def kind_of(model: type[Model] | Model) -> str:
    """What the record calls rows of a model: the model's name, in English whoever writes or reads."""
    with in_english():
        return str(model._meta.verbose_name)


def language_of_words() -> str:
    """The language that a page is written in, which is English for those whose language has no words yet."""
    try:
        return get_supported_language_variant(get_language() or ENGLISH)
    except LookupError:
        return ENGLISH
