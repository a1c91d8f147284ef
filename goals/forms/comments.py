"""A comment as a person writes it, with the people it mentions by name or address."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from goals.actions.comments import MOST_MENTIONS, Subject, may_see, nobody_found
from goals.actions.refusals import Refused
from goals.forms.plan_fields import lines
from goals.models import CheckIn
from goals.models.comment import MAX_COMMENT

WITH_ADDRESS = re.compile(r"[^()]*\((?P<email>[^()\s]+@[^()\s]+)\)\Z")
SUGGESTED = 8
LOOKED_AT = 40


class CommentForm(forms.Form):
    """`subject` decides who can be mentioned: those who may see it."""

    text = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=MAX_COMMENT,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Markdown"),
    )
    mention = forms.CharField(
        label=gettext_lazy("Mention"),
        required=False,
        max_length=2000,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=gettext_lazy(
            "Names or e-mail addresses with commas between them; they get a mail, and see what you see"
        ),
    )
    form_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, subject: Subject, **options: Any) -> None:
        super().__init__(data, auto_id=f"id_{_place(subject)}_%s", **options)
        self.subject = subject

    def clean_text(self) -> str:
        return lines(self.cleaned_data["text"])

    def clean_mention(self) -> list[User]:
        words = [word.strip() for word in self.cleaned_data["mention"].split(",")]
        words = list(dict.fromkeys(word.removeprefix("@").strip() for word in words))
        words = [word for word in words if word]
        if len(words) > MOST_MENTIONS:
            raise ValidationError(_("A comment mentions at most %(most)d people.") % {"most": MOST_MENTIONS})
        return [self._person(word) for word in words]

    def _person(self, word: str) -> User:
        match = WITH_ADDRESS.match(word)
        address = match["email"] if match else word
        exact = Q(email__iexact=address) if "@" in address else Q(name__iexact=word)
        people = people_called(exact, self.subject)
        if not people:
            raise ValidationError(f"{word[:80]}: {nobody_found()}")
        if len(people) > 1:
            raise ValidationError(
                _("%(name)s: several people are called so; write the e-mail address.") % {"name": word[:80]}
            )
        return people[0]

    def refuse(self, refusal: Refused) -> None:
        for field, sentences in refusal.errors.items():
            self.add_error(field if field in self.fields else None, sentences)


class QuestionForm(forms.Form):
    """What a reviewer asks back about a check-in."""

    text = forms.CharField(
        label=gettext_lazy("Your question"),
        max_length=MAX_COMMENT,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("The author and the owner get a mail; their answer brings it back here."),
    )

    def __init__(self, data: Any = None, *, check_in: CheckIn, **options: Any) -> None:
        super().__init__(data, auto_id=f"id_{_place(check_in)}_%s", **options)

    def clean_text(self) -> str:
        return lines(self.cleaned_data["text"])

    def refuse(self, refusal: Refused) -> None:
        for name, sentences in refusal.errors.items():
            self.add_error(name if name in self.fields else None, sentences)


def people_called(chosen: Q, subject: Subject) -> list[User]:
    """Of the people chosen by name or address, those who are here and may see it."""
    return [person for person in _active(chosen)[:LOOKED_AT] if may_see(person, subject)]


def people_like(text: str, subject: Subject) -> list[User]:
    """Those who may see it and whose name or address holds the last word that is being typed."""
    word = text.rpartition(",")[2].strip().removeprefix("@").strip()
    if len(word) < 2 or "\0" in word:
        return []
    return people_called(Q(name__icontains=word[:80]) | Q(email__istartswith=word[:80]), subject)[:SUGGESTED]


def _active(chosen: Q) -> Any:
    return User.objects.filter(chosen, is_active=True).order_by("name", "email")


def _place(subject: Subject) -> str:
    return f"{type(subject).__name__.lower()}_{subject.pk}"
