"""What happens to a risk in its life: it is looked at again, it ends, it begins once more.

Whether the person may is asked at the door (`can_contribute`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from goals.actions.refusals import Invalid, WrongState
from goals.actions.risks import change_risk, hold_risk, refuse_carried_over
from goals.models import Risk
from goals.models.risk import REVIEW_EVERY_DAYS


def next_review(risk: Risk, today: date) -> date:
    """The day that a review of today sets where it names none: in 30 days, within the cycle."""
    ahead = today + timedelta(days=REVIEW_EVERY_DAYS)
    ends_on: date = risk.objective.roadmap.cycle.ends_on
    return min(ahead, ends_on) if today < ends_on else ahead


@transaction.atomic
def review_risk(
    risk: Risk,
    *,
    by: Any,
    now: datetime,
    today: date,
    review_on: date | None = None,
    version: int | None = None,
) -> date:
    """Somebody looked at it, and nothing changed but the day of the next review, which is answered.

    Raises CycleClosed, WrongState (closed, carried over), StaleVersion, Invalid.
    """
    risk = hold_risk(risk)
    if not risk.is_open:
        raise WrongState(_("%(code)s is closed; open it again first.") % {"code": risk.code})
    refuse_carried_over(risk, by=by)
    if review_on is not None and review_on <= today:
        raise Invalid(_("The next review is after today."), field="review_on")
    next_on = review_on or next_review(risk, today)
    told: dict[str, Any] = {"reviewed_on": today, "reviewed_by": by, "review_on": next_on}
    change_risk(risk, by=by, now=now, version=version, **told)
    return next_on


@transaction.atomic
def close_risk(
    risk: Risk,
    *,
    by: Any,
    now: datetime,
    today: date,
    outcome: str,
    closed_on: date | None = None,
    version: int | None = None,
    **told: Any,
) -> None:
    """Ends it; `told` are `outcome_note`, and `occurred_on` and `consequence` of what occurred.

    Raises CycleClosed, WrongState, StaleVersion, Invalid.
    """
    risk = hold_risk(risk)
    if not risk.is_open:
        raise WrongState(_("%(code)s is closed already.") % {"code": risk.code})
    if outcome == Risk.Outcome.NOT_RECORDED:
        raise Invalid(_("Say how the risk ended, and on which day."), field="outcome")
    ended_on = closed_on or today
    if ended_on > today:
        raise Invalid(_("A risk ends today or before."), field="closed_on")
    told |= {"state": Risk.State.CLOSED, "outcome": outcome, "closed_on": ended_on}
    change_risk(risk, by=by, now=now, version=version, **told)


@transaction.atomic
def reopen_risk(risk: Risk, *, by: Any, now: datetime, reason: str, version: int | None = None) -> None:
    """It is in the state that it had before it was closed; how it ended stays in its history.

    Raises CycleClosed, WrongState, StaleVersion, ReasonNeeded.
    """
    risk = hold_risk(risk)
    if risk.is_open:
        raise WrongState(_("%(code)s is not closed.") % {"code": risk.code})
    before = risk.history.exclude(state=Risk.State.CLOSED).order_by("-history_date", "-history_id").first()
    state = Risk.State.OPEN if before is None else before.state
    if state == Risk.State.OCCURRED and not (risk.occurred_on and risk.consequence):
        state = Risk.State.OPEN
    change_risk(risk, by=by, now=now, version=version, reason=reason, state=state)
