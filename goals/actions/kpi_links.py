"""Whether a key result may take its value from a KPI: asked when it is planned, and again with every value.

Asked twice, as area, unit and visibility of either may change in between (docs/adr/0012).
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from areas.models import Area
from goals.actions.refusals import Invalid
from goals.models import KeyResult, Kpi, Objective, Visibility


def refuse_unfit(key_result: KeyResult) -> None:
    """Raises Invalid with the sentence at the field `kpi`. No query where it takes its value from none."""
    if key_result.kpi_id is None:
        return
    kpi = Kpi.objects.select_related("area").get(pk=key_result.kpi_id)
    if sentence := why_unfit(kpi, key_result):
        raise Invalid(sentence, field="kpi")


def why_unfit(kpi: Kpi, key_result: KeyResult) -> str:
    """Why it cannot; empty where it can. One query."""
    return why_unfit_for(
        kpi, key_result.objective, unit=key_result.unit, is_restricted=is_restricted(key_result)
    )


def why_unfit_for(kpi: Kpi, objective: Objective, *, unit: str, is_restricted: bool) -> str:
    """The same of a key result that is yet to be made."""
    area, told = objective.roadmap.area, {"kpi": kpi.code}
    if not kpi.is_live:
        return _("%(kpi)s is archived.") % told
    if not Area.objects.at_or_below([kpi.area_id]).filter(pk=area.pk).exists():
        return _("A key result takes its value from a KPI of its own area or of one above.")
    if kpi.unit != unit:
        units = {"unit": kpi.unit or "–", "other": unit or "–"}
        sentence = _("%(kpi)s is measured in %(unit)s, the key result in %(other)s: give both the same unit.")
        return sentence % (told | units)
    if kpi.visibility == Kpi.Visibility.RESTRICTED and not (is_restricted and kpi.area_id == area.pk):
        sentence = _("%(kpi)s is restricted: only a restricted key result of its own area shows its value.")
        return sentence % told
    return ""


def is_restricted(key_result: KeyResult) -> bool:
    """Whether only members of the area see it: by itself, with its objective or its roadmap."""
    objective = key_result.objective
    hidden = Visibility.RESTRICTED
    return hidden in (key_result.visibility, objective.visibility, objective.roadmap.visibility)
