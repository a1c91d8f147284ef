"""What every function of goals.actions is expected to leave in the record, each shown by a story."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.tests.factories import UserFactory
from areas.models import Area
from areas.tests.factories import AreaFactory
from goals.actions import (
    absences,
    alignments,
    anonymising,
    areas,
    comments,
    concerns,
    copying,
    cycles,
    initiatives,
    interim_targets,
    key_results,
    kpis,
    leaving,
    moving,
    needs,
    nudges,
    pauses,
    people,
    reviews,
    risk_life,
    risks,
    roadmaps,
    rollover,
    scores,
    shares,
    tags,
    templates,
    webhooks,
    weights,
)
from goals.models import Alignment, CheckIn, Comment, Cycle, Dependency, Initiative, KeyResult
from goals.tests.factories import (
    NOW,
    TODAY,
    ConcernFactory,
    CycleFactory,
    DependencyFactory,
    InitiativeFactory,
    KpiFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
    ShareFactory,
    check_in,
)

DERIVED = "derived figures: they follow from check-ins and definitions, which are recorded"
READS = "reads only"
HELPS = "a part of the others, which are exercised"
FOLLOWS = "notes that something changed, or in which order; what changed is recorded"
DRAFTS = "nobody but its author reads a draft, administrators neither; what it becomes is a record of its own"
FOLLOWS = "what somebody follows is read by nobody else, administrators neither"
ARRANGING = "an arrangement of its owner's alone; it changes nothing that it shows"
OWN = "nobody but its owner reads a saved filter, administrators neither"
OWES = "a message that is owed; what it tells is recorded, and what became of it stands in the log"
NO_ENTRY = {
    **{
        f"webhook_events.{name}": OWES
        for name in ("notice_check_in", "notice_target", "notice_risk", "notice_closing", "notice_paces")
    },
    **{
        f"webhook_events.{name}": READS
        for name in ("listening", "listening_once", "has_occurred", "told_figures", "day_of_paces")
    },
    "webhooks.lock_webhook": READS,
    **{f"nudges.{name}": READS for name in ("may_nudge", "is_overdue", "asked_person", "nudged_before")},
    "webhooks.ping_webhook": OWES,
    "webhooks.replay_delivery": OWES,
    "card_settings.judged_settings": READS,
    **{
        f"dashboards.{name}": ARRANGING
        for name in (
            *("create_dashboard", "create_starter", "change_dashboard", "delete_dashboard", "add_card"),
            *("change_card", "arrange_card", "remove_card", "delete_dashboards_of"),
        )
    },
    "alignments.may_weigh": READS,
    **{f"saved_filters.{name}": OWN for name in ("save_filter", "forget_filter", "delete_filters_of")},
    "absences.left_out": READS,
    "changes.mark_history": FOLLOWS,
    "changes.mark_saved": FOLLOWS,
    "changes.mark_rows": FOLLOWS,
    "changes.mark_row": FOLLOWS,
    "changes.mark_what_lies_below": FOLLOWS,
    "changes.number_changes": FOLLOWS,
    "drafts.may_check_in": READS,
    "drafts.as_typed": READS,
    "drafts.refuse_nothing": READS,
    "drafts.keep_draft": DRAFTS,
    "drafts.discard_draft": DRAFTS,
    "drafts.send_draft": "makes a check-in, a record of its own",
    "drafts.check_in_from_form": "makes a check-in, a record of its own",
    "draft_sending.claim_drafts": DRAFTS,
    "draft_sending.send_due_drafts": "makes check-ins, a record of their own",
    "corrections.day_of_correction": READS,
    "mail_answers.answer_address": READS,
    "mail_answers.judge_answer": READS,
    "mail_answers.may_stay_unchanged": READS,
    "mail_answers.read_answer": READS,
    "mail_answers.record_answer": "makes a check-in, a record of its own",
    "check_ins.record_check_in": "check-ins are a record of their own, append-only",
    "check_ins.refuse_unless_open": READS,
    "bulk_check_ins.record_check_ins": "makes check-ins, a record of their own",
    "comments.can_take_note": READS,
    "comments.is_editable": READS,
    "comments.reviews": READS,
    "comments.may_see": READS,
    "comments.nobody_found": READS,
    "interim_targets.planned_after": READS,
    "once.make_once": "keeps that a form was sent; what it made is recorded",
    "anonymising.refusal": READS,
    "kpi_entries.record_entry": "values are a record of their own, append-only",
    "kpi_entries.said_by": READS,
    "kpi_links.is_restricted": READS,
    "kpi_links.refuse_unfit": READS,
    "kpi_links.why_unfit": READS,
    "kpi_links.why_unfit_for": READS,
    "loops.closed_way": READS,
    "kpis.choosable": READS,
    "kpis.fed_by": READS,
    "kpis.refuse_archived": READS,
    "leaving.holdings": READS,
    "leaving.taken_over_from": READS,
    "locks.share_cycle": READS,
    "locks.share_cycles": READS,
    "locks.lock_cycle": READS,
    "locks.lock_cycles": READS,
    "locks.lock_roadmap": READS,
    "locks.lock_objective": READS,
    "locks.lock_key_result": READS,
    "locks.lock_key_results": READS,
    "locks.lock_need": READS,
    "locks.lock_needs": READS,
    "locks.lock_alignments": READS,
    "locks.lock_objectives": READS,
    "places.visibility_there": READS,
    "locks.lock_area": READS,
    "locks.lock_kpi": READS,
    "locks.lock_kpis_of": READS,
    "people.lock_administrators": READS,
    "people.lock_person": READS,
    "people.refuse_last": READS,
    "people.save_person": HELPS,
    "people.end_invitations": HELPS,
    "people.skip_mails": "a mail that waits is no change of anything; why it is not sent is recorded",
    "rebuild.rebuild_progress": DERIVED,
    "rows.save_row": HELPS,
    "rows.create_row": HELPS,
    "rows.save_rows": HELPS,
    "rows.delete_row": HELPS,
    "rows.take_back": HELPS,
    "rows.take_out": HELPS,
    "rollover.unfinished": READS,
    "carrying.new_start": READS,
    "carrying.still_here": READS,
    "carrying.values_of": READS,
    "carrying.with_marks_ahead": READS,
    "following.follow": "a part of rollover.roll_over",
    "following.initiatives_to_follow": READS,
    "following.needs_to_follow": READS,
    "following.risks_to_follow": READS,
    "following.supports_to_follow": READS,
    "following.concerns_to_follow": READS,
    "following.shares_to_follow": READS,
    "risk_life.next_review": READS,
    "risks.hold_risk": READS,
    "risks.refuse_archived": READS,
    "risks.refuse_carried_over": READS,
    "rows.refuse_unstorable": READS,
    "rows.apply_changes": HELPS,
    "rows.change_row": HELPS,
    "rows.next_number": "a counter; the number stands in the code of what was created",
    "rows.refuse_closed": READS,
    "rows.refuse_given_up": READS,
    "rows.refuse_stale": READS,
    "rows.refuse_without_reason": READS,
    "copying.refuse_unless_planned": READS,
    "templates.beginnings_of": READS,
    "snapshots.take_snapshots": DERIVED,
    "stored.key_result_figures": READS,
    "stored.objective_completion": READS,
    "stored.refresh_key_result": DERIVED,
    "stored.refresh_objective": DERIVED,
    "stored.refresh_objectives": DERIVED,
    "stored.differences": READS,
    "activity_marks.mark_seen": FOLLOWS,
    "activity_marks.begin_mark": FOLLOWS,
    "subscriptions.subscribe": FOLLOWS,
    "subscriptions.unsubscribe": FOLLOWS,
    "subscriptions.go_on_following": FOLLOWS,
    "what_if.figures_after": READS,
}
EXERCISED: dict[str, Callable[["Cast"], Any]] = {}
EXPECTED: dict[str, dict[str, Any]] = {}


class Cast:
    """The rows of the story, and who acts."""

    def __init__(self, **rows: Any) -> None:
        self.__dict__.update(rows)


def be_away(c: Cast) -> Any:
    return absences.add_absence(
        c.by, now=NOW, today=TODAY, first_on=TODAY, last_on=TODAY + timedelta(days=7), stand_in=c.lead
    )


def a_template(c: Cast) -> Any:
    saved = templates.save_template(c.objective, c.roadmap.area, by=c.by, now=NOW, name="Faster")
    return saved.template


def a_webhook(c: Cast, now: Any = NOW) -> Any:
    return webhooks.create_webhook(c.roadmap.area, by=c.by, now=now, **TOLD)


def leaves(name: str, **expected: Any) -> Callable[[Callable[[Cast], Any]], None]:
    def keep(story: Callable[[Cast], Any]) -> None:
        EXERCISED[name], EXPECTED[name] = story, expected

    return keep


leaves("absences.add_absence", action="created", kind="absence", about="Ad Ministrator")(lambda c: be_away(c))


@leaves("absences.end_absence", action="deleted", kind="absence", about="Ad Ministrator")
def _(c):
    absences.end_absence(be_away(c), by=c.by, now=NOW, today=TODAY)


leaves("roadmaps.create_roadmap", action="created", kind="roadmap", subject="CORE-24H2")(
    lambda c: roadmaps.create_roadmap(c.core, c.cycle, by=c.by, now=NOW, title="Core")
)
leaves("roadmaps.change_roadmap", action="changed", kind="roadmap", changes={"title": [..., "New"]})(
    lambda c: roadmaps.change_roadmap(c.roadmap, by=c.by, now=NOW, title="New")
)
leaves("roadmaps.create_objective", action="created", kind="objective", subject="EDGE-24H2-O2")(
    lambda c: roadmaps.create_objective(c.roadmap, by=c.by, now=NOW, title="Second")
)
leaves(
    "roadmaps.change_objective",
    action="changed",
    subject="EDGE-24H2-O1",
    changes={"weight": ["1", "2"]},
    reason="why",
)(lambda c: roadmaps.change_objective(c.objective, by=c.by, now=NOW, weight=Decimal(2), reason="why"))
leaves(
    "roadmaps.archive_objective",
    action="changed",
    kind="objective",
    changes={"archived_at": [None, ...]},
    reason="why",
)(lambda c: roadmaps.archive_objective(c.objective, by=c.by, now=NOW, reason="why"))


@leaves(
    "roadmaps.restore_objective", action="changed", kind="objective", changes={"archived_at": [..., None]}
)
def _(c):
    roadmaps.archive_objective(c.objective, by=c.by, now=NOW)
    roadmaps.restore_objective(c.objective, by=c.by, now=NOW)


leaves(
    "key_results.create_key_result",
    action="created",
    kind="key result",
    changes={"target_value": [None, "9"]},
)(
    lambda c: key_results.create_key_result(
        c.objective,
        by=c.by,
        now=NOW,
        today=TODAY,
        title="KR",
        metric="m",
        start_value=Decimal(0),
        target_value=Decimal(9),
    )
)
leaves(
    "key_results.change_key_result",
    action="changed",
    subject="EDGE-24H2-O1-KR1",
    changes={"target_value": ["10", "20"]},
    reason="why",
)(
    lambda c: key_results.change_key_result(
        c.key_result, by=c.by, now=NOW, target_value=Decimal(20), reason="why"
    )
)
leaves(
    "key_results.archive_key_result", action="changed", changes={"archived_at": [None, ...]}, reason="why"
)(lambda c: key_results.archive_key_result(c.key_result, by=c.by, now=NOW, reason="why"))


@leaves(
    "key_results.restore_key_result", action="changed", changes={"archived_at": [..., None]}, reason="why"
)
def _(c):
    key_results.archive_key_result(c.key_result, by=c.by, now=NOW)
    key_results.restore_key_result(c.key_result, by=c.by, now=NOW, reason="why")


leaves("key_results.drop_key_result", action="changed", changes={"dropped_at": [None, ...]}, reason="why")(
    lambda c: key_results.drop_key_result(c.key_result, by=c.by, now=NOW, reason="why")
)
leaves(
    "moving.move_key_result",
    action="changed",
    kind="key result",
    subject="EDGE-24H2-O2-KR1",
    changes={"objective": [..., ...], "code": ["EDGE-24H2-O1-KR1", "EDGE-24H2-O2-KR1"]},
    reason="why",
)(
    lambda c: moving.move_key_result(
        c.key_result, ObjectiveFactory(roadmap=c.roadmap), by=c.by, now=NOW, reason="why"
    )
)
leaves(
    "moving.move_objective",
    action="changed",
    kind="key result",
    changes={"code": ["EDGE-24H2-O1-KR1", "CORE-24H2-O1-KR1"]},
    reason="why",
)(
    lambda c: moving.move_objective(
        c.objective, RoadmapFactory(area=c.core, cycle=c.cycle), by=c.by, now=NOW, reason="why"
    )
)
leaves("copying.copy_key_result", action="created", kind="key result", subject="EDGE-24H2-O1-KR2")(
    lambda c: copying.copy_key_result(
        c.key_result, c.objective, copying.Wanted(), by=c.by, now=NOW, today=TODAY
    )
)
leaves("copying.copy_objective", action="created", kind="key result", subject="EDGE-24H2-O2-KR1")(
    lambda c: copying.copy_objective(c.objective, c.roadmap, copying.Wanted(), by=c.by, now=NOW, today=TODAY)
)
leaves("copying.copy_roadmap", action="created", kind="objective", subject="CORE-24H2-O1")(
    lambda c: copying.copy_roadmap(
        c.roadmap,
        RoadmapFactory(area=c.core, cycle=c.cycle),
        copying.Wanted(),
        by=c.by,
        now=NOW,
        today=TODAY,
    )
)


@leaves("tags.rename_tag", action="changed", kind="objective", changes={"tags": ["speed", "latency"]})
def _(c):
    roadmaps.change_objective(c.objective, by=c.by, now=NOW, tags="speed")
    tags.rename_tag("speed", "latency", by=c.by, now=NOW)


leaves(
    "kpis.create_kpi", action="created", kind="KPI", subject="EDGE-K1", changes={"title": [None, "Speed"]}
)(lambda c: kpis.create_kpi(c.roadmap.area, by=c.by, now=NOW, today=TODAY, title="Speed"))
leaves("templates.save_template", action="created", kind="template", changes={"name": [None, "Faster"]})(
    lambda c: a_template(c)
)
leaves("templates.change_template", action="changed", kind="template", changes={"name": ["Faster", "New"]})(
    lambda c: templates.change_template(a_template(c), by=c.by, now=NOW, name="New")
)
leaves("templates.archive_template", action="changed", kind="template", changes={"archived_at": [None, ...]})(
    lambda c: templates.archive_template(a_template(c), by=c.by, now=NOW)
)


@leaves("templates.restore_template", action="changed", kind="template", changes={"archived_at": [..., None]})
def _(c):
    template = a_template(c)
    templates.archive_template(template, by=c.by, now=NOW)
    templates.restore_template(template, by=c.by, now=NOW)


leaves("templates.begin_objective", action="created", kind="key result", subject="EDGE-24H2-O2-KR1")(
    lambda c: templates.begin_objective(a_template(c), c.roadmap, by=c.by, now=NOW, today=TODAY)
)
leaves("kpis.change_kpi", action="changed", kind="KPI", changes={"title": [..., "Faster"]})(
    lambda c: kpis.change_kpi(KpiFactory(area=c.roadmap.area), by=c.by, now=NOW, title="Faster")
)
leaves("kpis.archive_kpi", action="changed", kind="KPI", changes={"archived_at": [None, ...]}, reason="why")(
    lambda c: kpis.archive_kpi(KpiFactory(area=c.roadmap.area), by=c.by, now=NOW, reason="why")
)
leaves("kpis.restore_kpi", action="changed", kind="KPI", changes={"archived_at": [..., None]})(
    lambda c: kpis.restore_kpi(KpiFactory(area=c.roadmap.area, archived_at=NOW), by=c.by, now=NOW)
)
TOLD = {"url": "https://hooks.example.org/chat", "events": ["check_in.recorded", "pace.changed"]}
leaves("webhooks.create_webhook", action="created", kind="webhook", changes={"url": [None, TOLD["url"]]})(
    lambda c: webhooks.create_webhook(c.roadmap.area, by=c.by, now=NOW, **TOLD)
)
leaves("webhooks.change_webhook", action="changed", kind="webhook", changes={"title": [None, "Chat"]})(
    lambda c: webhooks.change_webhook(a_webhook(c), by=c.by, now=NOW, title="Chat")
)
leaves("webhooks.renew_secret", action="changed", kind="webhook", changes={"renewed_at": [..., ...]})(
    lambda c: webhooks.renew_secret(a_webhook(c, NOW - timedelta(days=1)), by=c.by, now=NOW)
)
leaves("webhooks.stop_webhook", action="changed", kind="webhook", reason="a pause")(
    lambda c: webhooks.stop_webhook(a_webhook(c), by=c.by, now=NOW, because="a pause")
)
leaves("webhooks.delete_webhook", action="changed", kind="webhook", changes={"archived_at": [None, ...]})(
    lambda c: webhooks.delete_webhook(a_webhook(c), by=c.by, now=NOW)
)


@leaves("webhooks.start_webhook", action="changed", kind="webhook", changes={"stopped_at": [..., None]})
def _(c):
    hook = a_webhook(c)
    webhooks.stop_webhook(hook, by=c.by, now=NOW, because="a pause")
    webhooks.start_webhook(hook, by=c.by, now=NOW)


@leaves("webhooks.stop_webhooks_of", action="changed", kind="webhook", reason="its owner left")
def _(c):
    a_webhook(c)
    webhooks.stop_webhooks_of(c.by, by=c.by, now=NOW)


leaves("risks.create_risk", action="created", kind="risk", subject="EDGE-24H2-O1-R1")(
    lambda c: risks.create_risk(c.objective, by=c.by, now=NOW, title="R", likelihood=1, impact=1)
)
leaves("risks.change_risk", action="changed", kind="risk", changes={"title": [..., "New"]}, reason="why")(
    lambda c: risks.change_risk(
        RiskFactory(objective=c.objective), by=c.by, now=NOW, title="New", reason="why"
    )
)
leaves("areas.create_area", action="created", kind="area", subject="NEWS")(
    lambda c: areas.create_area(by=c.by, now=NOW, key="NEWS", name="News")
)
leaves("areas.change_area", action="changed", kind="area", changes={"name": ["Core", "Kernel"]})(
    lambda c: areas.change_area(c.core, by=c.by, now=NOW, name="Kernel")
)
leaves("areas.archive_area", kind="area", changes={"archived_at": [None, ...]}, reason="merged")(
    lambda c: areas.archive_area(c.core, by=c.by, now=NOW, reason="merged")
)


@leaves("areas.restore_area", kind="area", changes={"archived_at": [..., None]}, reason="why")
def _(c):
    areas.archive_area(c.core, by=c.by, now=NOW)
    areas.restore_area(c.core, by=c.by, now=NOW, reason="why")


leaves("risks.archive_risk", kind="risk", changes={"archived_at": [None, ...]}, reason="a mistake")(
    lambda c: risks.archive_risk(RiskFactory(objective=c.objective), by=c.by, now=NOW, reason="a mistake")
)
leaves("risks.restore_risk", kind="risk", changes={"archived_at": [..., None]}, reason="why")(
    lambda c: risks.restore_risk(
        RiskFactory(objective=c.objective, archived_at=NOW), by=c.by, now=NOW, reason="why"
    )
)
leaves("risk_life.review_risk", action="changed", kind="risk", changes={"reviewed_on": [None, "2024-10-14"]})(
    lambda c: risk_life.review_risk(RiskFactory(objective=c.objective), by=c.by, now=NOW, today=TODAY)
)
leaves("risk_life.close_risk", action="changed", kind="risk", changes={"outcome": [..., "prevented"]})(
    lambda c: risk_life.close_risk(
        RiskFactory(objective=c.objective), by=c.by, now=NOW, today=TODAY, outcome="prevented"
    )
)
leaves(
    "risk_life.reopen_risk",
    action="changed",
    kind="risk",
    changes={"state": ["closed", "open"], "outcome": ["prevented", ...]},
    reason="why",
)(
    lambda c: risk_life.reopen_risk(
        RiskFactory(objective=c.objective, state="closed"), by=c.by, now=NOW, reason="why"
    )
)
leaves("concerns.add_concern", action="created", kind="concern of a risk", reason="why")(
    lambda c: concerns.add_concern(
        RiskFactory(objective=c.objective),
        ObjectiveFactory(roadmap=c.roadmap),
        by=c.by,
        now=NOW,
        reason="why",
    )
)
leaves("concerns.end_concern", action="deleted", kind="concern of a risk")(
    lambda c: concerns.end_concern(ConcernFactory(risk=RiskFactory(objective=c.objective)), by=c.by, now=NOW)
)
leaves("risks.create_mitigation", action="created", kind="mitigation", changes={"text": [None, "Step"]})(
    lambda c: risks.create_mitigation(RiskFactory(objective=c.objective), by=c.by, now=NOW, text="Step")
)
leaves(
    "risks.change_mitigation", action="changed", kind="mitigation", changes={"state": ["planned", "done"]}
)(
    lambda c: risks.change_mitigation(
        MitigationFactory(risk=RiskFactory(objective=c.objective)), by=c.by, now=NOW, state="done"
    )
)
leaves("needs.create_dependency", action="created", kind="need", changes={"partner": [None, "ACME"]})(
    lambda c: needs.create_dependency(c.objective, by=c.by, now=NOW, partner="ACME")
)


@leaves("needs.change_dependency", action="changed", kind="need", changes={"state": ["asked", "met"]})
def _(c):
    needs.create_dependency(c.objective, by=c.by, now=NOW, partner="ACME")
    needs.change_dependency(Dependency.objects.get(), by=c.by, now=NOW, state="met")


@leaves(
    "needs.answer_dependency",
    action="changed",
    kind="need",
    changes={"answer": [None, "declined"], "answer_note": [None, "No room"], "state": ["agreed", "asked"]},
)
def _(c):
    need = DependencyFactory(objective=c.objective, state="agreed")
    needs.answer_dependency(need, "declined", by=c.by, now=NOW, note="No room")


@leaves("needs.ask_again", action="changed", kind="need", changes={"answer": ["declined", None]})
def _(c):
    need = DependencyFactory(objective=c.objective, answer="declined", answer_note="No room", answered_at=NOW)
    needs.ask_again(need, by=c.by, now=NOW)


leaves("needs.withdraw_dependency", action="changed", kind="need", changes={"archived_at": [None, ...]})(
    lambda c: needs.withdraw_dependency(DependencyFactory(objective=c.objective), by=c.by, now=NOW)
)


leaves(
    "initiatives.create_initiative",
    action="created",
    kind="initiative",
    subject="EDGE-24H2-O1-KR1: Do it",
    changes={"title": [None, "Do it"]},
)(lambda c: initiatives.create_initiative(c.key_result, by=c.by, now=NOW, title="Do it"))
leaves(
    "initiatives.change_initiative",
    action="changed",
    kind="initiative",
    changes={"state": ["planned", "doing"]},
)(
    lambda c: initiatives.change_initiative(
        InitiativeFactory(key_result=c.key_result), by=c.by, now=NOW, state="doing"
    )
)


def _two_initiatives(c: Cast) -> list[Initiative]:
    return [InitiativeFactory(key_result=c.key_result) for _ in range(2)]


leaves("initiatives.move_initiative", action="changed", kind="initiative", changes={"position": ["2", "1"]})(
    lambda c: initiatives.move_initiative(_two_initiatives(c)[1], by=c.by, now=NOW, place=1)
)
leaves("initiatives.shift_initiative", action="changed", kind="initiative", changes={"position": ["1", "2"]})(
    lambda c: initiatives.shift_initiative(_two_initiatives(c)[0], by=c.by, now=NOW, steps=1)
)
leaves(
    "initiatives.order_initiatives", action="changed", kind="initiative", changes={"position": ["2", "1"]}
)(lambda c: initiatives.order_initiatives(c.key_result, [_two_initiatives(c)[1].pk], by=c.by, now=NOW))


def _state(state: str) -> Callable[[Cast], Cycle]:
    def put(c: Cast) -> Cycle:
        Cycle.objects.filter(pk=c.cycle.pk).update(state=state)
        Cycle.history.filter(id=c.cycle.pk).update(state=state)
        return Cycle.objects.get(pk=c.cycle.pk)

    return put


in_planning, in_active, in_closing, in_closed = map(_state, ("planning", "active", "closing", "closed"))
leaves("cycles.activate_cycle", kind="cycle", subject="24H2", changes={"state": [..., "active"]})(
    lambda c: cycles.activate_cycle(in_planning(c), by=c.by, now=NOW)
)
leaves("cycles.begin_closing", kind="cycle", subject="24H2", changes={"state": [..., "closing"]})(
    lambda c: cycles.begin_closing(in_active(c), by=c.by, now=NOW)
)
leaves("cycles.close_cycle", kind="cycle", subject="24H2", changes={"state": [..., "closed"]})(
    lambda c: cycles.close_cycle(in_closing(c), by=c.by, now=NOW)
)
leaves(
    "cycles.reopen_cycle", kind="cycle", subject="24H2", changes={"state": [..., "closing"]}, reason="why"
)(lambda c: cycles.reopen_cycle(in_closed(c), by=c.by, now=NOW, reason="why"))


leaves("people.add_person", action="invited", kind="invitation", subject="Nia")(
    lambda c: people.add_person("nia@example.org", name="Nia", by=c.by, now=NOW)
)
leaves("people.invite_again", action="invited", kind="invitation", subject="Gone")(
    lambda c: people.invite_again(UserFactory(name="Gone", is_active=False), by=c.by, now=NOW)
)


@leaves("people.revoke_invitation", action="revoked", kind="invitation", subject="Nia")
def _(c):
    person = people.add_person("nia@example.org", name="Nia", by=c.by, now=NOW).person
    people.revoke_invitation(person, by=c.by, now=NOW)


leaves(
    "people.give_role",
    action="created",
    kind="role in an area",
    subject="CORE",
    changes={"role": [None, "lead"]},
)(lambda c: people.give_role(c.lead, c.core, "lead", by=c.by, now=NOW))
leaves("people.take_role", action="deleted", kind="role in an area", subject="EDGE", about="Lea Lead")(
    lambda c: people.take_role(c.lead, Area.objects.get(key="EDGE"), by=c.by, now=NOW)
)
leaves(
    "people.change_org_role",
    action="changed",
    kind="role in the organisation",
    changes={"org_role": [None, "manager"]},
)(lambda c: people.change_org_role(c.lead, "manager", by=c.by, now=NOW))
leaves("people.note_export", action="exported", kind="person", about="Lea Lead")(
    lambda c: people.note_export(c.lead, by=c.by, now=NOW)
)
leaves(
    "leaving.deactivate_person",
    action="changed",
    changes={"owner": [..., ...]},
    reason="taken over from Lea Lead",
)(lambda c: leaving.deactivate_person(c.lead, by=c.by, now=NOW, successors={}, successor=c.by))


@leaves("anonymising.anonymise_person", action="anonymised", kind="person", reason="why")
def _(c):
    gone = UserFactory(name="Gone", is_active=False)
    anonymising.anonymise_person(gone, by=c.by, now=NOW, address=gone.email, reason="why")


@leaves("scores.score_key_result", kind="key result", changes={"final_score": [None, "0.4"]}, reason="why")
def _(c):
    in_closing(c)
    scores.score_key_result(c.key_result, by=c.by, now=NOW, score=Decimal("0.4"), reason="why")


@leaves("scores.write_post_mortem", kind="objective", changes={"post_mortem": [None, "Learned"]})
def _(c):
    in_closing(c)
    scores.write_post_mortem(c.objective, by=c.by, now=NOW, text="Learned")


leaves("cycles.create_cycle", action="created", kind="cycle", subject="25H1")(
    lambda c: cycles.create_cycle(
        by=c.by, now=NOW, key="25H1", name="2025 H1", starts_on=date(2025, 1, 1), ends_on=date(2025, 6, 30)
    )
)
leaves(
    "cycles.change_cycle",
    action="changed",
    kind="cycle",
    changes={"check_in_every_days": ["14", "7"]},
    reason="why",
)(lambda c: cycles.change_cycle(c.cycle, by=c.by, now=NOW, check_in_every_days=7, reason="why"))
leaves("roadmaps.drop_objective", kind="objective", changes={"dropped_at": [None, ...]}, reason="why")(
    lambda c: roadmaps.drop_objective(c.objective, by=c.by, now=NOW, reason="why")
)
leaves(
    "interim_targets.replace_interim_targets",
    action="created",
    kind="interim target",
    changes={"value": [None, "4"]},
    reason="why",
)(
    lambda c: interim_targets.replace_interim_targets(
        c.key_result, [(date(2024, 9, 2), Decimal(4))], by=c.by, now=NOW, reason="why"
    )
)
leaves("weights.change_key_result_weights", kind="key result", changes={"weight": ["1", "3"]}, reason="why")(
    lambda c: weights.change_key_result_weights(
        c.objective, {c.key_result.pk: weights.Wanted(Decimal(3))}, by=c.by, now=NOW, reason="why"
    )
)
leaves("weights.change_objective_weights", kind="objective", changes={"weight": ["1", "3"]}, reason="why")(
    lambda c: weights.change_objective_weights(
        c.roadmap, {c.objective.pk: weights.Wanted(Decimal(3))}, by=c.by, now=NOW, reason="why"
    )
)


def _pause(c: Cast) -> None:
    until = TODAY + timedelta(days=9)
    pauses.pause_key_result(c.key_result, by=c.by, now=NOW, today=TODAY, until=until, reason="lab closed")


leaves("pauses.pause_key_result", kind="key result", changes={"pause_reason": [None, "lab closed"]})(_pause)


@leaves(
    "nudges.nudge",
    action="created",
    kind="nudge",
    subject="EDGE-24H2-O1-KR1",
    changes={"sentence": [None, "Please"]},
)
def _(c):
    nudges.nudge(c.key_result, by=c.by, now=NOW, today=TODAY, sentence="Please")


@leaves("pauses.resume_key_result", kind="key result", changes={"paused_until": [..., ...]})
def _(c):
    _pause(c)
    pauses.resume_key_result(c.key_result, by=c.by, now=NOW, today=TODAY + timedelta(days=2))


leaves("pauses.tell_pause", kind="key result", changes={"pause_reason": [None, "lab closed"]})(
    lambda c: pauses.tell_pause(
        c.key_result,
        by=c.by,
        now=NOW,
        paused_on=TODAY,
        paused_until=TODAY + timedelta(days=9),
        pause_reason="lab closed",
    )
)


@leaves("pauses.set_area_rhythm", kind="area", subject="EDGE", changes={"check_in_every_days": [None, "7"]})
def _(c):
    edge = Area.objects.get(key="EDGE")
    pauses.set_area_rhythm(edge, by=c.by, now=NOW, days=7, version=edge.version)


@leaves("rollover.roll_over", action="created", kind="key result", subject="EDGE-25H1-O1-KR1")
def _(c):
    in_closing(c)
    after = CycleFactory(
        key="25H1",
        name="2025 H1",
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 6, 30),
        state=Cycle.State.PLANNING,
    )
    rollover.roll_over(Cycle.objects.get(pk=c.cycle.pk), into=after, by=c.by, now=NOW, today=TODAY)


leaves("comments.add_comment", action="created", kind="comment", changes={"text": [None, "Well done"]})(
    lambda c: comments.add_comment(c.objective, by=c.by, now=NOW, text="Well done")
)


def _commented(c: Cast) -> Comment:
    comments.add_comment(c.objective, by=c.by, now=NOW, text="Well done")
    return Comment.objects.get()


leaves("comments.edit_comment", action="changed", kind="comment", changes={"text": [..., "Better"]})(
    lambda c: comments.edit_comment(_commented(c), by=c.by, now=NOW, text="Better")
)
leaves("comments.delete_comment", action="changed", kind="comment", changes={"deleted_at": [None, ...]})(
    lambda c: comments.delete_comment(_commented(c), by=c.by, now=NOW)
)
leaves("comments.acknowledge", action="created", kind="acknowledgement")(
    lambda c: comments.acknowledge(check_in(c.key_result, 3, author=c.lead), by=c.by, now=NOW)
)


@leaves("comments.take_back_acknowledgement", action="deleted", kind="acknowledgement")
def _(c):
    made = check_in(c.key_result, 3, author=c.lead)
    comments.acknowledge(made, by=c.by, now=NOW)
    comments.take_back_acknowledgement(made, by=c.by, now=NOW)


def _waiting(c: Cast) -> CheckIn:
    roadmaps.change_objective(c.objective, by=c.by, now=NOW, reviewer=c.by)
    c.key_result.refresh_from_db()
    return check_in(KeyResult.objects.get(pk=c.key_result.pk), 3, author=c.lead)


leaves("reviews.acknowledge_all", action="created", kind="acknowledgement")(
    lambda c: reviews.acknowledge_all([_waiting(c)], by=c.by, now=NOW)
)
leaves("reviews.ask_back", action="created", kind="comment", changes={"is_question": [None, ...]})(
    lambda c: reviews.ask_back(_waiting(c), by=c.by, now=NOW, text="How so?")
)


def _aligned(c: Cast) -> Alignment:
    supporter = ObjectiveFactory(roadmap=c.roadmap)
    return alignments.align(supporter, c.objective, by=c.by, now=NOW, reason="why")


leaves(
    "alignments.align",
    action="created",
    kind="alignment",
    subject="EDGE-24H2-O2 → EDGE-24H2-O1",
    changes={"weight": [None, "1"]},
    reason="why",
)(_aligned)
leaves("alignments.weigh", action="changed", kind="alignment", changes={"weight": ["1", "3"]}, reason="why")(
    lambda c: alignments.weigh(_aligned(c), Decimal(3), by=c.by, now=NOW, reason="why")
)
leaves("alignments.unalign", action="deleted", kind="alignment", reason="why")(
    lambda c: alignments.unalign(_aligned(c), by=c.by, now=NOW, reason="why")
)


leaves("shares.share", action="created", kind="share of an objective", reason="why")(
    lambda c: shares.share(c.objective, AreaFactory(), by=c.by, now=NOW, reason="why")
)
leaves(
    "shares.weigh_share",
    action="changed",
    kind="share of an objective",
    changes={"weight": ["1", "2"]},
    reason="why",
)(
    lambda c: shares.weigh_share(
        ShareFactory(objective=c.objective), Decimal(2), by=c.by, now=NOW, reason="why"
    )
)
leaves("shares.end_share", action="deleted", kind="share of an objective", reason="why")(
    lambda c: shares.end_share(ShareFactory(objective=c.objective), by=c.by, now=NOW, reason="why")
)
