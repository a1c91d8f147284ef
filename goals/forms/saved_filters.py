"""A filter to save, as its owner names it."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from goals.models import SavedFilter
from goals.models.saved_filter import NAME_LENGTH, QUERY_LENGTH

# Which cycle, which day, which page of a list: chosen anew each time.
PASSING = {"cycle", "as_of", "page", "before", "until", "sort"}


def lasting(query: QueryDict) -> str:
    """What of an address is a filter, in one order, so that equal filters are equal texts."""
    told = QueryDict(mutable=True)
    for name in sorted(query):
        values = [value for value in query.getlist(name) if value.strip()]
        if values and name not in PASSING:
            told.setlist(name, values)
    return told.urlencode()


class SavedFilterForm(forms.Form):
    """Under which name; the page and its filter come with it."""

    name = forms.CharField(
        label=_("Name of this filter"),
        max_length=NAME_LENGTH,
        error_messages={"required": _("Give the filter a name.")},
    )
    page = forms.ChoiceField(
        choices=SavedFilter.Page,
        widget=forms.HiddenInput,
        error_messages={
            "required": _("Say which page the filter is of."),
            "invalid_choice": _("There is no such page with a filter."),
        },
    )
    query = forms.CharField(
        max_length=4 * QUERY_LENGTH,  # as it came; what is kept of it is shorter
        widget=forms.HiddenInput,
        error_messages={"required": _("Choose a filter first; without one the page shows everything.")},
    )
    back = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_query(self) -> str:
        query = lasting(QueryDict(self.cleaned_data["query"]))
        if not query:
            raise ValidationError(self.fields["query"].error_messages["required"])
        if len(query) > QUERY_LENGTH:
            raise ValidationError(_("This filter is too long to be saved."))
        return query

    def refuse(self, sentences: Mapping[str, list[str]]) -> None:
        for field, found in sentences.items():
            self.add_error(field if field in self.fields else None, found)
