"""What may be set on a card, by its kind: one judge for forms and programs.

Settings are texts by name; what is not set is not kept. A code or an area is looked up when the card is read,
by whoever reads it: what has gone since, or is hidden from the reader, is said on the card.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from areas.models import Area
from goals.actions.refusals import Invalid
from goals.models import KeyResult, Kpi
from goals.models.dashboard import NOTE_LENGTH, Card
from goals.models.dependency import Standing
from goals.models.fields import validate_storable
from goals.models.tags import normal_tags

ME = "me"  # whoever reads
HEALTHS = ("done", "on_track", "behind", "at_risk", "no_data", "stale")
RISKS_SHOWN = ("high", "without_mitigation", "overdue", "occurred", "stale", "closed", "grave")
KPIS_SHOWN = ("outside", "stale")
DEPENDENCY_STATES = ("pressing", "mine", *(str(name) for name, _label in Standing.choices))
DAYS = ("7", "14", "28")
Judge = Callable[[str, Any], str]


@dataclass(frozen=True)
class Setting:
    name: str
    judge: Judge
    is_needed: bool = False


def _area(text: str, by: Any) -> str:
    if not Area.objects.without_tree_fields().live().filter(key=text).exists():
        raise ValidationError(_("There is no area with this key."))
    return text


def _owner(text: str, by: Any) -> str:
    """By e-mail address, as programs name people, or by key, as forms do; the key is kept."""
    if "@" in text:
        found = User.objects.filter(email__iexact=text).values_list("pk", flat=True).first()
        if found is None:
            raise ValidationError(_("There is no such person."))
        return str(found)
    is_known = text == ME or (
        text.isascii() and text.isdigit() and len(text) < 19 and User.objects.filter(pk=int(text)).exists()
    )
    if not is_known:
        raise ValidationError(_("There is no such person."))
    return text


def _tag(text: str, by: Any) -> str:
    tags = normal_tags(text)
    if " " in tags:
        raise ValidationError(_("A tag is one word."))
    return tags


def _one_of(*choices: str) -> Judge:
    def judge(text: str, by: Any) -> str:
        if text not in choices:
            raise ValidationError(_("There is no such choice."))
        return text

    return judge


def _key_result(text: str, by: Any) -> str:
    if not KeyResult.objects.visible_to(by).live().filter(code=text).exists():
        raise ValidationError(_("There is none with this code."))
    return text


def _kpi(text: str, by: Any) -> str:
    if not Kpi.objects.visible_to(by).live().filter(code=text).exists():
        raise ValidationError(_("There is none with this code."))
    return text


def _text(text: str, by: Any) -> str:
    if len(text) > NOTE_LENGTH:
        raise ValidationError(_("A note has at most %(most)d characters.") % {"most": NOTE_LENGTH})
    return text.replace("\r\n", "\n").replace("\r", "\n")


AREA, OWNER, TAG = Setting("area", _area), Setting("owner", _owner), Setting("tag", _tag)
HEALTH = Setting("health", _one_of(*HEALTHS))
Kind = Card.Kind
SETTINGS: dict[str, tuple[Setting, ...]] = {
    Kind.COMPLETION: (AREA,),
    Kind.HEALTH: (AREA,),
    Kind.COURSE: (AREA,),
    Kind.ATTENTION: (AREA, OWNER, TAG),
    Kind.SILENT: (AREA, OWNER, TAG),
    Kind.KEY_RESULTS: (AREA, HEALTH, OWNER, TAG),
    Kind.OBJECTIVES: (AREA, HEALTH, OWNER, TAG),
    Kind.RISKS: (AREA, Setting("show", _one_of(*RISKS_SHOWN)), Setting("kind", _one_of("known", "unknown"))),
    Kind.RISK_MATRIX: (AREA,),
    Kind.RISK_TREND: (AREA,),
    Kind.CHANGES: (AREA, Setting("days", _one_of(*DAYS))),
    Kind.DEPENDENCIES: (
        AREA,
        Setting("direction", _one_of("waits", "is_waited_for")),
        Setting("state", _one_of(*DEPENDENCY_STATES)),
    ),
    Kind.KPIS: (AREA, OWNER, Setting("show", _one_of(*KPIS_SHOWN))),
    Kind.KPI_COURSE: (Setting("code", _kpi, is_needed=True),),
    Kind.KEY_RESULT_COURSE: (Setting("code", _key_result, is_needed=True),),
    Kind.MY_CHECK_INS: (),
    Kind.REVIEWS: (),
    Kind.NOTE: (Setting("text", _text, is_needed=True),),
}


def judged_settings(kind: str, told: Mapping[str, Any], *, by: Any) -> dict[str, str]:
    """As they are kept. Raises Invalid with a sentence per setting."""
    errors, kept = {}, {}
    known = {setting.name: setting for setting in SETTINGS.get(kind, ())}
    for name in told.keys() - known.keys():
        errors[str(name)[:100]] = [_("This kind of card has no such setting.")]
    for name, setting in known.items():
        raw = told.get(name)
        text = "" if raw is None else raw
        try:
            if not isinstance(text, str):
                raise ValidationError(_("Write this as a text."))
            validate_storable(text)
            text = text.strip()
            if text:
                kept[name] = setting.judge(text, by)
            elif setting.is_needed:
                raise ValidationError(_("This card needs it."))
        except ValidationError as error:
            errors[name] = error.messages
    if errors:
        raise Invalid(" ".join(sentence for told in errors.values() for sentence in told), errors=errors)
    return kept
