"""What the history says about which objectives a risk concerns, and about all of one risk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import F, QuerySet

from goals.figures.changed_line import RISKS, Change
from goals.figures.changed_rows import row_changes
from goals.figures.link_lines import RELATED, Step, concern_line
from goals.models import Concern, Mitigation, Objective, Risk

EVER = datetime(1970, 1, 1, tzinfo=UTC)


def concern_changes(risks: QuerySet[Risk], since: datetime, user: Any) -> Iterable[Change]:
    """What these risks came to concern, and what no more, as far as the person sees it. One query."""
    seen = Objective.objects.visible_to(user).order_by().values("pk")
    rows = Concern.history.filter(
        history_date__gte=since, risk__in=risks.order_by().values("pk"), objective__in=seen
    )
    for row in rows.select_related(*RELATED[Concern], "history_user"):
        yield concern_line(row, Step.of_history(row))


def changes_of_risk(risk: Risk, user: Any) -> list[Change]:
    """All that ever changed in one risk and in its steps, newest first. Seven queries at most."""
    own = Risk.objects.filter(pk=risk.pk)
    steps = Mitigation.objects.filter(risk=risk).annotate(area_pk=F("risk__objective__roadmap__area"))
    changes = [
        *row_changes(
            own.annotate(area_pk=F("objective__roadmap__area")).select_related("objective"), EVER, RISKS
        ),
        *row_changes(steps, EVER, RISKS),
        *concern_changes(own, EVER, user),
    ]
    return sorted(changes, key=lambda change: change.at, reverse=True)
