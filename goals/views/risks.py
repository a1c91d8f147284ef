"""The risk register: every open risk of a cycle, narrowed down by the address."""

from collections import Counter
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from goals.forms.risk_filters import SHOW_CHOICES, RiskFilterForm
from goals.models import Risk
from goals.models.risk import HIGH_SCORE, RiskQuerySet
from goals.views.context import chosen_cycle, cycle_context

RISKS_PER_PAGE = 100
LEVELS = range(1, 6)


@dataclass(frozen=True)
class MatrixCell:
    """How many risks have this likelihood and impact."""

    likelihood: int
    impact: int
    count: int

    @property
    def level(self) -> str:
        """Names the colour: high from the score on that counts as high, low below half of it."""
        score = self.likelihood * self.impact
        if score >= HIGH_SCORE:
            return "high"
        return "medium" if score * 2 >= HIGH_SCORE else "low"


@dataclass(frozen=True)
class Tally:
    """How many open risks one choice of the filter "show" would leave."""

    show: str
    label: str
    count: int
    is_chosen: bool


@require_safe
def risk_list(request: HttpRequest) -> HttpResponse:
    cycle = chosen_cycle(request)
    context = {"nav": "risks", **cycle_context(request, cycle)}
    if cycle is None:
        return render(request, "goals/risk_list.html", context)
    today = timezone.localdate()
    visible = Risk.objects.visible_to(request.user).of_cycle(cycle).live()
    form = RiskFilterForm(request.GET, today=today)
    risks = form.narrow(visible)
    page = Paginator(risks.for_register(), RISKS_PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context |= {
        "today": today,
        "form": form,
        "matrix": risk_matrix(form.narrow(visible, by_level=False)),
        "page": page,
        "tallies": risk_tallies(visible.open().with_mitigation_state(today), form),
        "without_show": form.query_without("show"),
        "query": query.urlencode(),
        "without_levels": form.query_without("likelihood", "impact"),
    }
    return render(request, "goals/risk_list.html", context)


def risk_tallies(risks: RiskQuerySet, form: RiskFilterForm) -> list[Tally]:
    """Counts of all open risks of the cycle, whatever else the filters say. One query."""
    rows = list(risks)
    counts = {
        "": len(rows),
        "high": sum(risk.is_high for risk in rows),
        "without_mitigation": sum(not risk.is_mitigated for risk in rows),
        "overdue": sum(risk.overdue_count > 0 for risk in rows),
        "occurred": sum(risk.state == Risk.State.OCCURRED for risk in rows),
    }
    chosen = form.cleaned_data.get("show", "")
    return [
        Tally(show, str(label), counts[show], show == chosen)
        for show, label in SHOW_CHOICES
        if show in counts
    ]


def risk_matrix(risks: RiskQuerySet) -> list[tuple[int, list[MatrixCell]]]:
    """Rows of likelihood, the likeliest first, each with its five cells of impact."""
    counts = Counter(risks.order_by().values_list("likelihood", "impact"))
    return [
        (likelihood, [MatrixCell(likelihood, impact, counts[likelihood, impact]) for impact in LEVELS])
        for likelihood in reversed(LEVELS)
    ]
