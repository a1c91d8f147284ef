"""The style guide: each component in every state it has, for whoever builds pages. With DEBUG alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goals.figures.means import HEALTH_WORDS, Health
from goals.models import Cycle
from goals.pace import NOT_STARTED
from goals.views.charts import Course, LineChart, completion_chart
from goals.views.looking_back import ShownDay

HALF, MOST = Decimal("0.5"), Decimal("0.85")
BARS = [
    ("Behind what is expected", HALF, MOST),
    ("Ahead of it", MOST, HALF),
    ("Nothing yet", Decimal(0), HALF),
    ("All, and more", Decimal("1.2"), Decimal(1)),
    ("Nothing is expected", HALF, None),
    ("Nothing counts", None, None),
]
TOKENS = {
    "Ground": ("ground", "surface", "surface-quiet", "track"),
    "Lines": ("line-quiet", "line", "line-strong"),
    "Ink": ("ink", "ink-soft", "ink-muted", "link", "accent"),
    "Health": tuple(word.replace("_", "-") for word in HEALTH_WORDS),
}


class SampleForm(forms.Form):
    """Every kind of field there is."""

    title = forms.CharField(help_text="What is said under a label.")
    value = forms.DecimalField(initial="5.3")
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    owner = forms.ChoiceField(choices=[("", "nobody"), ("lea", "Lea Lead")], required=False)
    kind = forms.ChoiceField(
        choices=[("reach", "reach"), ("milestone", "milestone")], widget=forms.RadioSelect, initial="reach"
    )
    is_public = forms.BooleanField(label="Open to the world", required=False)
    password = forms.CharField(widget=forms.PasswordInput)


@require_safe
@login_not_required
def styleguide(request: HttpRequest) -> HttpResponse:
    if not settings.DEBUG:
        raise Http404
    today = date(2024, 10, 14)
    cycle = Cycle(key="24H2", name="2024 H2", starts_on=date(2024, 7, 1), ends_on=date(2024, 12, 31))
    context = {
        "tokens": TOKENS,
        "healths": [*HEALTH_WORDS, NOT_STARTED, "stale"],
        "bars": BARS,
        "distributions": {
            "Some of all": Health(done=3, on_track=7, behind=4, at_risk=2, no_data=1),
            "All alike": Health(on_track=5),
            "None": Health(),
        },
        "series": [Decimal(number) for number in (3, 4, 4, 6, 5, 8)],
        "chart": _chart(cycle, today),
        "hidden": SimpleNamespace(is_partial=True),
        "crumbs": [("Areas", "#crumbs"), ("Edge", "#crumbs"), ("2024 H2", "")],
        "page": Paginator(range(30), 10).page(2),
        "messages": list(_said()),
        "empty_form": SampleForm(auto_id="empty-%s"),
        "wrong_form": SampleForm({"value": "five", "day": "tomorrow"}, auto_id="wrong-%s"),
        "cycle": cycle,
        "cycles": [cycle],
        "cycle_page": request.path,
        "shown": ShownDay(today + timedelta(days=7), as_of=today),
        "shown_wrong": ShownDay(today, problem="That day has not come. These are the figures of today."),
        "day_page": request.path,
        "day_page_today": request.path,
    }
    return render(request, "goals/styleguide.html", context)


def _chart(cycle: Cycle, today: date) -> LineChart:
    months = [(date(2024, month, 1), Decimal(month - 7) / 10) for month in (7, 8, 9, 10)]
    course = Course(
        actual=[*months, (today, Decimal("0.4"))],
        expected=[(cycle.starts_on, Decimal(0)), (cycle.ends_on, Decimal(1))],
        forecast=(cycle.ends_on, Decimal("0.8")),
        changes=[(date(2024, 9, 10), "target changed")],
    )
    return completion_chart(course, starts_on=cycle.starts_on, ends_on=cycle.ends_on)


class Said(str):
    """A message as Django's framework hands it to a template."""

    level_tag = ""
    extra_tags = ""


def _said() -> Iterable[Said]:
    for level, text in (
        ("success", "5 check-ins saved."),
        ("info", "Nothing was changed."),
        ("warning", "Saved, but mail is not sent here."),
        ("error", "Not saved: somebody changed it since you opened it."),
    ):
        said = Said(text)
        said.level_tag = level
        yield said
