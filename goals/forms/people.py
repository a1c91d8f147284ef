"""Whom to let in, which role to give, and who takes over from somebody who leaves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Invitation, OrgRole, User
from areas.models import Area, Role
from goals.actions.leaving import Holding
from goals.forms.addresses import Address, read_addresses

MOST_AT_ONCE = 500
LONGEST_TEXT = 200_000


class AreaField(forms.ModelChoiceField):
    """A live area, by its key."""

    def __init__(self, **options: Any) -> None:
        areas = Area.objects.live().without_tree_fields().order_by("key")
        super().__init__(areas, to_field_name="key", label=gettext_lazy("Area"), **options)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.key} · {obj.name}"


class AddPeopleForm(forms.Form):
    """Addresses as they come out of a mail program or a sheet, and what all of them are to do where."""

    addresses = forms.CharField(
        label=gettext_lazy("Addresses"),
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy(
            "One on a line, or with commas between them: ada@example.org, or Ada Lovelace <ada@example.org>"
        ),
        widget=forms.Textarea({"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )
    area = AreaField(required=False, empty_label=gettext_lazy("no area yet"))
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=Role,
        initial=Role.CONTRIBUTOR,
        help_text=gettext_lazy("Holds in the area and in everything below it"),
    )

    def clean_addresses(self) -> list[Address]:
        found = read_addresses(self.cleaned_data["addresses"])
        if len(found) > MOST_AT_ONCE:
            raise ValidationError(
                ngettext(
                    "This is %(count)s address; at most %(most)s go at once.",
                    "These are %(count)s addresses; at most %(most)s go at once.",
                    len(found),
                )
                % {"count": len(found), "most": MOST_AT_ONCE}
            )
        return found


class RoleForm(forms.Form):
    """A role in one area."""

    area = AreaField(empty_label=gettext_lazy("choose an area"))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role)


class AreaForm(forms.Form):
    """The area in which a role ends, archived ones too."""

    area = forms.ModelChoiceField(Area.objects.without_tree_fields(), to_field_name="key")


class OrgRoleForm(forms.Form):
    org_role = forms.ChoiceField(
        label=gettext_lazy("Role in the organisation"), choices=OrgRole, required=False
    )


class PeopleFilterForm(forms.Form):
    """Narrows the list of people down; what cannot be read narrows nothing."""

    SHOW = [
        ("", gettext_lazy("everybody")),
        ("active", gettext_lazy("active")),
        ("invited", gettext_lazy("invited")),
        ("inactive", gettext_lazy("deactivated")),
    ]

    q = forms.CharField(label=gettext_lazy("Name or address"), required=False, max_length=120)
    area = AreaField(required=False, empty_label=gettext_lazy("all areas"))
    show = forms.ChoiceField(label=gettext_lazy("Show"), choices=SHOW, required=False)

    def narrow(self, people: Any) -> Any:
        self.is_valid()
        chosen = self.cleaned_data
        if text := chosen.get("q"):
            people = people.filter(Q(name__icontains=text) | Q(email__icontains=text))
        if area := chosen.get("area"):
            people = people.filter(memberships__area=area)
        invited = Invitation.objects.open().values("user")
        match chosen.get("show"):
            case "active":
                return people.filter(is_active=True)
            case "invited":
                return people.filter(is_active=False, pk__in=invited)
            case "inactive":
                return people.filter(is_active=False).exclude(pk__in=invited)
        return people


class HandOverForm(forms.Form):
    """One successor for all, or another one for what lies in an area."""

    def __init__(self, *args: Any, person: User, held: list[Holding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.held = person, held
        heirs = User.objects.filter(is_active=True).exclude(pk=person.pk)
        if not held:
            return
        self.fields["successor"] = _Heir(heirs, label=_("Who takes over"), required=False)
        if len(held) > 1:
            self.fields["successor"].help_text = _("Everything, but what you give to somebody else below")
            for holding in held:
                label = _("In %(area)s") % {"area": holding.area.name}
                self.fields[f"successor_{holding.area.key}"] = _Heir(heirs, label=label, required=False)

    def clean(self) -> dict[str, Any]:
        chosen: dict[str, Any] = super().clean() or {}
        if chosen.get("successor") is None and not self.errors:
            for holding in self.held:
                name = f"successor_{holding.area.key}" if len(self.held) > 1 else "successor"
                if chosen.get(name) is None:
                    names = {"name": self.person.name, "area": holding.area.name}
                    self.add_error(name, _("Choose who takes over what %(name)s owns in %(area)s.") % names)
        return chosen

    @property
    def successors(self) -> dict[str, User]:
        """By key of the area, where somebody else than the one for all was chosen."""
        chosen = {
            holding.area.key: self.cleaned_data.get(f"successor_{holding.area.key}") for holding in self.held
        }
        return {key: heir for key, heir in chosen.items() if heir is not None}


class AnonymiseForm(forms.Form):
    """The address, typed to confirm that this person is meant, and why."""

    address = forms.CharField(
        label=gettext_lazy("Their e-mail address"),
        help_text=gettext_lazy("To confirm whom you mean"),
        max_length=254,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("The record of changes keeps it: leave their name out"),
        max_length=300,
    )


class _Heir(forms.ModelChoiceField):
    def __init__(self, heirs: Any, **options: Any) -> None:
        super().__init__(heirs, empty_label=_("choose somebody"), **options)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.email})"
