"""One breach, at least, of every named constraint of the three apps.

`changes` breach that constraint, and no other but `also`. A `copy` is a second row like the first, with
`changes`.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import Model

from accounts.audit import record
from accounts.models import AccountMail, ApiToken, AuditEntry, Invitation, MailKind, TrustedBrowser
from accounts.tests.factories import UserFactory
from areas.tests.factories import AreaFactory, MembershipFactory
from goals.models import (
    Absence,
    Acknowledgement,
    Change,
    CheckInDraft,
    Comment,
    IdempotencyKey,
    InterimTarget,
    KeyResult,
    Mention,
    OutboxMail,
    RolloverDecision,
    SavedFilter,
    Snapshot,
    Subscription,
)
from goals.tests.factories import (
    NOW,
    TODAY,
    AlignmentFactory,
    CardFactory,
    ConcernFactory,
    CycleFactory,
    DashboardFactory,
    DependencyFactory,
    InitiativeFactory,
    KeyResultFactory,
    KpiFactory,
    MitigationFactory,
    MovedCodeFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
    ShareFactory,
    TemplateFactory,
    WebhookDeliveryFactory,
    WebhookFactory,
    check_in,
    enter,
)

NUMBER = Decimal("1.5")
TAGS = "Tags are lower-case words with one blank between them."
LINK = "A link begins with http:// or https://."


@dataclass(frozen=True)
class Case:
    constraint: str
    sentence: str
    make: Callable[[], Model]
    changes: Mapping[str, Any] | Callable[[Model], Mapping[str, Any]]
    copy: bool = False
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        changed = "" if callable(self.changes) else "-".join(map(str, self.changes))
        return f"{self.constraint}-{changed}".rstrip("-")


def make_user() -> Model:
    return UserFactory(name="Una", email="una@example.org", password=make_password("a long one"))


def make_interim_target() -> InterimTarget:
    return InterimTarget.objects.create(key_result=KeyResultFactory(), on=TODAY, value=NUMBER)


def make_comment() -> Comment:
    return Comment.objects.create(objective=ObjectiveFactory(), author=UserFactory(), text="Well done.")


def make_mention() -> Mention:
    return Mention.objects.create(comment=make_comment(), person=UserFactory())


def make_acknowledgement() -> Acknowledgement:
    return Acknowledgement.objects.create(check_in=check_in(KeyResultFactory(), 3), person=UserFactory())


def make_account_mail() -> AccountMail:
    return AccountMail.objects.create(kind=MailKind.PASSWORD_LINK, email="lea@example.org")


def make_trusted_browser() -> TrustedBrowser:
    return TrustedBrowser.objects.create(user=make_user(), digest="0" * 64)


def make_token() -> Model:
    return ApiToken.issue(owner=make_user(), scope="read")[0]


def make_invitation() -> Model:
    return Invitation.issue(make_user(), by=UserFactory(name="Ina"), now=NOW)


def make_membership() -> Model:
    return MembershipFactory(user=make_user(), area=AreaFactory())


def make_entry() -> Model:
    return enter(KpiFactory(), 3).entry


def make_fed_check_in() -> Model:
    key_result = KeyResultFactory()
    kpi = KpiFactory(area=key_result.area)
    KeyResult.objects.update(kpi=kpi)
    return enter(kpi, 3).check_ins[0]


def make_excellence() -> Model:
    return ObjectiveFactory(kind="excellence")


def make_guardrail() -> Model:
    return KeyResultFactory(guardrail=True)


def make_milestone() -> Model:
    return KeyResultFactory(milestone=True)


def make_scored() -> Model:
    return KeyResultFactory(proposed_score=Decimal("0.7"), final_score=Decimal("0.7"))


def make_check_in() -> Model:
    return check_in(KeyResultFactory(), 3, author=make_user())


def make_draft() -> Model:
    return CheckInDraft.objects.create(author=UserFactory(), key_result=KeyResultFactory(), note="So far")


def make_subscription(kind: str) -> Callable[[], Model]:
    made = {"area": AreaFactory, "objective": ObjectiveFactory, "key_result": KeyResultFactory}[kind]
    return lambda: Subscription.objects.create(person=UserFactory(), **{kind: made()})


def make_saved_filter() -> Model:
    return SavedFilter.objects.create(
        owner=UserFactory(), page="risk_list", name="Late", query="show=overdue"
    )


def make_absence() -> Model:
    return Absence.objects.create(person=UserFactory(), stand_in=UserFactory(), first_on=TODAY, last_on=TODAY)


def make_correction() -> Model:
    first = make_check_in()
    return check_in(
        first.key_result, 4, author=first.author, corrects=first, reason="A digit was turned around."
    )


def make_need() -> Model:
    first = ObjectiveFactory()
    return DependencyFactory(
        objective=first, on_objective=ObjectiveFactory(roadmap=first.roadmap), partner=""
    )


def make_objective_snapshot() -> Model:
    return Snapshot.objects.create(objective=ObjectiveFactory(), taken_on=TODAY)


def make_roadmap_snapshot() -> Model:
    return Snapshot.objects.create(roadmap=RoadmapFactory(), taken_on=TODAY)


def make_mail() -> Model:
    return OutboxMail.objects.create(
        user=make_user(), kind="check_ins_due", period="2024-W42", message_id="<1@example.org>"
    )


def make_idempotency_key() -> Model:
    return IdempotencyKey.objects.create(
        owner=make_user(), key="1", fingerprint="0" * 64, status=201, answer="{}"
    )


def make_change() -> Model:
    return Change.objects.create(kind=Change.Kind.RISK, object_id=1, changed_at=NOW, position=1)


def make_audit_entry() -> Model:
    record("changed", actor=None, kind="test", subject="EDGE")
    return AuditEntry.objects.latest("pk")


SAY_WHY_SCORE = "Say why the score differs from the proposed one."
LEVELS = "Likelihood and impact go from 1 to 5."
NO_LIKELIHOOD = (
    "A known risk has a likelihood; an unknown one may leave it out and then carries a review date."
)
NO_WAY = "A guardrail has bounds, no start, target or stretch."
ZERO = Decimal(0)
BETWEEN = "A commit lies between start and target."
BEYOND = "A stretch lies beyond the target, seen from the start."
THRESHOLDS = "“On track” must not reach further than “at risk”."
ONE_NEED = "A need names another objective or a partner, one of the two."
RHYTHM = "Check-ins are 1 to 366 days apart."
VISIBILITY = "Visibility is restricted, internal or public."
EXCELLENCE = "Pillar, impact and cost belong to engineering excellence alone."
NO_PILLAR = "An item of engineering excellence names its pillar."

ACCOUNTS = [
    Case(
        "invitation_one_open_per_person",
        "This person has an open invitation already.",
        make_invitation,
        {"nonce": "another", "digest": "0" * 64},
        copy=True,
    ),
    Case(
        "invitation_used_or_revoked",
        "An invitation that was used is not revoked.",
        make_invitation,
        {"accepted_at": NOW, "revoked_at": NOW},
    ),
    Case(
        "user_email_unique_without_case",
        "Somebody with this e-mail address is here already.",
        make_user,
        {"email": "UNA@Example.org"},
        copy=True,
    ),
    Case(
        "user_reminder_hour_of_day",
        "The hour of the reminder lies between 0 and 23.",
        make_user,
        {"reminder_hour": 24},
    ),
    Case(
        "user_reminder_weekday_of_week",
        "The day of the reminder lies between Monday (0) and Sunday (6).",
        make_user,
        {"reminder_weekday": 7},
    ),
    Case(
        "user_reminder_rhythm_known",
        "Reminders come weekly, fortnightly or monthly.",
        make_user,
        {"reminder_rhythm": "hourly"},
    ),
    Case(
        "token_scope_known",
        "The scope of a token is read, check-in, write or admin.",
        make_token,
        {"scope": "root"},
    ),
    Case(
        "account_mail_kind_known",
        "There is no such kind of mail about an account.",
        make_account_mail,
        {"kind": "birthday"},
    ),
]

AREAS = [
    Case(
        "area_rhythm_in_days",
        "Check-ins are 1 to 366 days apart.",
        AreaFactory,
        {"check_in_every_days": 0},
    ),
    Case(
        "area_not_its_own_parent",
        "An area is not part of itself.",
        AreaFactory,
        lambda area: {"parent_id": area.pk},
    ),
    Case(
        "membership_once_per_area",
        "This person has a role in this area already.",
        make_membership,
        {"role": "viewer"},
        copy=True,
    ),
    Case(
        "membership_role_known",
        "A role is lead, contributor or viewer.",
        make_membership,
        {"role": "boss"},
    ),
]

CYCLES = [
    Case(
        "cycle_ends_after_start",
        "A cycle ends after it starts.",
        CycleFactory,
        {"ends_on": dt.date(2024, 7, 1)},
    ),
    Case(
        "cycle_two_years_at_most",
        "A cycle lasts two years at most.",
        CycleFactory,
        {"starts_on": dt.date(2024, 7, 1), "ends_on": dt.date(2026, 7, 2)},
    ),
    Case(
        "cycle_state_known",
        "A cycle is planning, active, closing or closed.",
        CycleFactory,
        {"state": "over"},
    ),
    Case("cycle_rhythm_in_days", RHYTHM, CycleFactory, {"check_in_every_days": 0}),
    Case("cycle_rhythm_in_days", RHYTHM, CycleFactory, {"check_in_every_days": 367}),
    Case("cycle_thresholds_in_order", THRESHOLDS, CycleFactory, {"on_track_gap": Decimal("0.2")}),
    Case("cycle_thresholds_in_order", THRESHOLDS, CycleFactory, {"on_track_ratio": Decimal("0.6")}),
    Case(
        "roadmap_once_per_area_and_cycle",
        "This area has a roadmap for this cycle already.",
        RoadmapFactory,
        {"code": "ELSE-24H2"},
        copy=True,
    ),
    Case("roadmap_state_known", "A roadmap is draft or published.", RoadmapFactory, {"state": "printed"}),
    Case("roadmap_visibility_known", VISIBILITY, RoadmapFactory, {"visibility": "secret"}),
]

OBJECTIVES = [
    Case(
        "objective_number_once_per_roadmap",
        "This roadmap has an objective with this number already.",
        ObjectiveFactory,
        {"code": "ELSE-24H2-O1"},
        copy=True,
    ),
    Case(
        "objective_kind_known",
        "An objective is a focus area or an item of engineering excellence.",
        make_excellence,
        {"kind": "wish"},
        # A third kind has neither to have a pillar nor may it.
        also=("objective_excellence_fields",),
    ),
    Case(
        "objective_commitment_known",
        "An objective is committed or aspirational.",
        ObjectiveFactory,
        {"commitment": "sworn"},
    ),
    Case("objective_priority_1_to_5", "Priority goes from 1 to 5.", ObjectiveFactory, {"priority": 0}),
    Case("objective_priority_1_to_5", "Priority goes from 1 to 5.", ObjectiveFactory, {"priority": 6}),
    Case(
        "objective_confidence_0_to_10",
        "Confidence goes from 0 to 10.",
        ObjectiveFactory,
        {"confidence": 11},
    ),
    Case(
        "objective_weight_not_negative",
        "A weight is 0 or more.",
        ObjectiveFactory,
        {"weight": Decimal("-0.01")},
    ),
    *(
        Case(name, TAGS, make, {"tags": tags})
        for name, make in (
            ("objective_tags_in_order", ObjectiveFactory),
            ("key_result_tags_in_order", KeyResultFactory),
        )
        # The hyphen at the end keeps the field from putting the rest in order.
        for tags in (" a-", "a- ", "a-  b", "a-,b", "#a-", "A-")
    ),
    Case("objective_visibility_known", VISIBILITY, ObjectiveFactory, {"visibility": "secret"}),
    Case("objective_excellence_fields", EXCELLENCE, ObjectiveFactory, {"impact": "low"}),
    Case("objective_excellence_fields", EXCELLENCE, ObjectiveFactory, {"cost": "low"}),
    Case("objective_excellence_fields", EXCELLENCE, ObjectiveFactory, {"pillar": "better_doc"}),
    Case("objective_excellence_has_pillar", NO_PILLAR, make_excellence, {"pillar": ""}),
    Case("objective_excellence_has_pillar", NO_PILLAR, make_excellence, {"pillar": "better_mood"}),
    Case(
        "objective_reviewer_since_a_moment",
        "A reviewer is named from a moment on.",
        ObjectiveFactory,
        {"reviewer_since": NOW},
    ),
    Case(
        "objective_reviewer_since_a_moment",
        "A reviewer is named from a moment on.",
        ObjectiveFactory,
        lambda row: {"reviewer": UserFactory()},
    ),
    Case(
        "objective_levels_known",
        "Impact and cost are low, medium or high.",
        make_excellence,
        {"impact": "huge"},
    ),
    Case(
        "objective_levels_known",
        "Impact and cost are low, medium or high.",
        make_excellence,
        {"cost": "huge"},
    ),
]

KEY_RESULTS = [
    Case(
        "key_result_pause_has_day_and_reason",
        "A pause has a day on which it ends, and a reason.",
        KeyResultFactory,
        {"paused_on": TODAY, "paused_until": dt.date(2024, 11, 1)},
    ),
    Case(
        "key_result_pause_has_day_and_reason",
        "A pause has a day on which it ends, and a reason.",
        KeyResultFactory,
        {"pause_reason": "no cluster"},
    ),
    Case(
        "key_result_pause_ends_after_start",
        "A pause ends after the day it begins on.",
        KeyResultFactory,
        {"paused_on": TODAY, "paused_until": TODAY, "pause_reason": "no cluster"},
    ),
    Case(
        "key_result_number_once_per_objective",
        "This objective has a key result with this number already.",
        KeyResultFactory,
        {"code": "ELSE-24H2-O1-KR1"},
        copy=True,
    ),
    Case(
        "key_result_kind_known",
        "A key result is a reach, a milestone or a guardrail.",
        KeyResultFactory,
        {"kind": "dream"},
    ),
    Case(
        "key_result_start_differs_from_target",
        "Start and target are the same; a reach needs a way to go.",
        KeyResultFactory,
        {"start_value": NUMBER, "target_value": NUMBER},
    ),
    Case(
        "key_result_start_differs_from_target",
        "Start and target are the same; a reach needs a way to go.",
        KeyResultFactory,
        # The same number, written differently.
        {"start_value": Decimal("-0"), "target_value": Decimal("0.000")},
    ),
    Case(
        "key_result_milestone_from_0_to_1",
        "A milestone goes from 0 (not done) to 1 (done).",
        make_milestone,
        {"target_value": Decimal(2)},
    ),
    Case(
        "key_result_guardrail_has_bound",
        "A guardrail needs a bound: at most, at least, or both.",
        make_guardrail,
        {"upper_bound": None},
    ),
    Case(
        "key_result_commit_of_reach_only",
        "Only a reach has a commit.",
        make_guardrail,
        {"commit_value": NUMBER},
    ),
    *(
        Case(
            constraint,
            sentence,
            KeyResultFactory,
            {"start_value": start, "target_value": target, name: value},
        )
        for constraint, sentence, name, start, target, value in [
            ("key_result_commit_before_target", BETWEEN, "commit_value", ZERO, NUMBER, Decimal(2)),
            ("key_result_commit_before_target", BETWEEN, "commit_value", ZERO, NUMBER, ZERO),
            # The same number, written differently.
            ("key_result_commit_before_target", BETWEEN, "commit_value", ZERO, NUMBER, Decimal("1.500")),
            (
                "key_result_commit_before_target",
                BETWEEN,
                "commit_value",
                Decimal(10),
                Decimal(9),
                Decimal(11),
            ),
            ("key_result_stretch_beyond_target", BEYOND, "stretch_value", ZERO, NUMBER, Decimal("0.5")),
            ("key_result_stretch_beyond_target", BEYOND, "stretch_value", ZERO, NUMBER, NUMBER),
            (
                "key_result_stretch_beyond_target",
                BEYOND,
                "stretch_value",
                Decimal(10),
                Decimal(9),
                Decimal(11),
            ),
        ]
    ),
    Case("key_result_guardrail_without_target", NO_WAY, make_guardrail, {"start_value": NUMBER}),
    Case("key_result_guardrail_without_target", NO_WAY, make_guardrail, {"target_value": NUMBER}),
    Case("key_result_guardrail_without_target", NO_WAY, make_guardrail, {"stretch_value": NUMBER}),
    Case(
        "key_result_bounds_of_guardrail_only",
        "Bounds belong to a guardrail alone.",
        KeyResultFactory,
        {"lower_bound": NUMBER},
    ),
    Case(
        "key_result_bounds_of_guardrail_only",
        "Bounds belong to a guardrail alone.",
        make_milestone,
        {"upper_bound": NUMBER},
    ),
    Case(
        "key_result_bounds_in_order",
        "The lower bound lies above the upper bound.",
        make_guardrail,
        # As text, 100 would lie below 12.85.
        {"lower_bound": Decimal(100)},
    ),
    Case(
        "key_result_weight_not_negative",
        "A weight is 0 or more.",
        KeyResultFactory,
        {"weight": Decimal("-0.01")},
    ),
    Case("key_result_rhythm_in_days", RHYTHM, KeyResultFactory, {"check_in_every_days": 0}),
    Case("key_result_rhythm_in_days", RHYTHM, KeyResultFactory, {"check_in_every_days": 367}),
    Case(
        "key_result_visibility_known",
        "A key result is like its objective, internal or restricted.",
        KeyResultFactory,
        {"visibility": "public"},
    ),
    Case(
        "key_result_score_0_to_1",
        "A score lies between 0.0 and 1.0.",
        KeyResultFactory,
        {"final_score": Decimal("1.1")},
    ),
    Case(
        "key_result_score_0_to_1",
        "A score lies between 0.0 and 1.0.",
        KeyResultFactory,
        {"final_score": Decimal("-0.1")},
    ),
    Case("key_result_changed_score_has_reason", SAY_WHY_SCORE, make_scored, {"final_score": Decimal("0.9")}),
]

CHECK_INS = [
    Case(
        "check_in_sequence_once_per_key_result",
        "This key result has a check-in with this number already.",
        make_check_in,
        {"form_id": uuid.UUID(int=7)},
        copy=True,
    ),
    Case("check_in_sequence_from_1", "Check-ins are numbered from 1.", make_check_in, {"sequence": 0}),
    Case(
        "check_in_status_known",
        "The status is on track, behind or at risk.",
        make_check_in,
        {"status": "fine"},
    ),
    Case(
        "check_in_source_known",
        "The source is page, api, command, mail_link, import, scheduled or kpi.",
        make_check_in,
        {"source": "rumour"},
    ),
    Case(
        "check_in_confidence_0_to_10",
        "Confidence goes from 0 to 10.",
        make_check_in,
        {"confidence": 11},
    ),
    Case("check_in_value_given", "A check-in has a value.", make_check_in, {"value": None}),
    Case(
        "check_in_correction_has_reason",
        "Say why the check-in is corrected.",
        make_correction,
        {"reason": ""},
    ),
]

CHECK_INS += [
    Case(
        "absence_ends_after_it_begins",
        "The last day is the first day or a later one.",
        make_absence,
        {"last_on": TODAY - dt.timedelta(days=1)},
    ),
    Case(
        "absence_stand_in_is_another",
        "Nobody stands in for themselves.",
        make_absence,
        lambda row: {"stand_in_id": row.person_id},
    ),
]
ONE_THING = "One follows an area, an objective or a key result."
CHECK_INS += [
    Case("subscription_to_one_thing", ONE_THING, make_subscription("objective"), {"objective_id": None}),
    Case(
        "subscription_to_one_thing",
        ONE_THING,
        make_subscription("objective"),
        lambda row: {"area_id": row.objective.roadmap.area_id},
    ),
    *(
        Case(
            f"subscription_once_per_{kind}",
            "You follow this already.",
            make_subscription(kind),
            {},
            copy=True,
        )
        for kind in ("area", "objective", "key_result")
    ),
]
NARROWS_NOTHING = "A saved filter has a name, and narrows its page."
NOT_SENT = "A draft that was not sent says when and why."
CHECK_INS += [
    Case(
        "check_in_draft_once_per_person",
        "You have a draft about this key result already.",
        make_draft,
        {},
        copy=True,
    ),
    Case(
        "check_in_draft_status_known",
        "The status is on track, behind or at risk.",
        make_draft,
        {"status": "fine"},
    ),
    Case(
        "check_in_draft_confidence_0_to_10", "Confidence goes from 0 to 10.", make_draft, {"confidence": 11}
    ),
    Case("check_in_draft_refused_says_why", NOT_SENT, make_draft, {"refused_at": NOW}),
    Case("check_in_draft_refused_says_why", NOT_SENT, make_draft, {"refusal": "It is closed."}),
    Case(
        "check_in_draft_refused_waits",
        "What was refused is not sent again by itself.",
        make_draft,
        {"refused_at": NOW, "refusal": "It is closed.", "send_at": NOW},
    ),
]

ENDED = "Only a closed risk has an outcome."
HANDLED = "What occurred and was handled has the day on which it occurred, and what followed."


def closed_risk():
    return RiskFactory(state="closed")


RISKS = [
    Case(
        "risk_number_once_per_objective",
        "This objective has a risk with this number already.",
        RiskFactory,
        {"code": "ELSE-24H2-O1-R1"},
        copy=True,
    ),
    Case("risk_kind_known", "A risk is known or unknown.", RiskFactory, {"kind": "feared"}),
    Case("risk_levels_1_to_5", LEVELS, RiskFactory, {"likelihood": 0}),
    Case("risk_levels_1_to_5", LEVELS, RiskFactory, {"likelihood": 6}),
    Case("risk_levels_1_to_5", LEVELS, RiskFactory, {"impact": 0}),
    Case("risk_levels_1_to_5", LEVELS, RiskFactory, {"impact": 6}),
    Case("risk_levels_1_to_5", LEVELS, RiskFactory, {"residual_likelihood": 6}),
    Case("risk_levels_1_to_5", LEVELS, RiskFactory, {"residual_impact": 6}),
    Case("risk_without_likelihood_has_review", NO_LIKELIHOOD, RiskFactory, {"likelihood": None}),
    Case(
        "risk_without_likelihood_has_review",
        NO_LIKELIHOOD,
        RiskFactory,
        {"likelihood": None, "kind": "unknown"},
    ),
    Case(
        "risk_response_known",
        "The response is mitigate, accept, avoid or transfer.",
        RiskFactory,
        {"response": "pray"},
    ),
    Case(
        "risk_state_known",
        "A risk is open, mitigating, accepted, occurred or closed.",
        RiskFactory,
        {"state": "gone"},
    ),
    Case(
        "risk_occurred_has_date",
        "Say on which day the risk occurred.",
        RiskFactory,
        {"state": "occurred", "consequence": "A week is lost."},
    ),
    Case(
        "risk_occurred_has_consequence",
        "Say what followed when the risk occurred.",
        RiskFactory,
        {"state": "occurred", "occurred_on": TODAY},
    ),
    Case(
        "risk_outcome_known",
        "A risk was prevented, did not occur, occurred and was handled, or is no longer relevant.",
        closed_risk,
        {"outcome": "forgotten"},
    ),
    Case(
        "risk_closed_has_outcome",
        "Say how the risk ended, and on which day.",
        closed_risk,
        {"outcome": ""},
    ),
    Case(
        "risk_closed_has_outcome",
        "Say how the risk ended, and on which day.",
        closed_risk,
        {"closed_on": None},
    ),
    Case("risk_outcome_when_closed", ENDED, RiskFactory, {"outcome": "prevented"}),
    Case("risk_outcome_when_closed", ENDED, RiskFactory, {"closed_on": TODAY}),
    Case("risk_outcome_when_closed", ENDED, RiskFactory, {"outcome_note": "We were lucky."}),
    Case("risk_handled_has_occurred", HANDLED, closed_risk, {"outcome": "handled"}),
    Case("risk_handled_has_occurred", HANDLED, closed_risk, {"outcome": "handled", "occurred_on": TODAY}),
    Case(
        "risk_reviewer_has_day",
        "A review has a day.",
        lambda: RiskFactory(reviewed_by=UserFactory(), reviewed_on=TODAY),
        {"reviewed_on": None},
    ),
    Case(
        "concern_once_per_pair",
        "This risk concerns that objective already.",
        ConcernFactory,
        {},
        copy=True,
    ),
    Case("risk_visibility_known", VISIBILITY, RiskFactory, {"visibility": "secret"}),
    Case(
        "mitigation_state_known",
        "A mitigation is planned, under way, done or dropped.",
        MitigationFactory,
        {"state": "late"},
    ),
]

KPIS = [
    Case(
        "kpi_number_once_per_area",
        "This area has a KPI with this number already.",
        KpiFactory,
        {"code": "X-K9"},
        copy=True,
    ),
    Case("kpi_number_from_1", "KPIs are numbered from 1.", KpiFactory, {"number": 0}),
    Case("kpi_has_title", "A KPI says in its title what is watched.", KpiFactory, {"title": ""}),
    Case(
        "kpi_aim_known",
        "A KPI is to go up, to go down or to stay within bounds.",
        KpiFactory,
        {"aim": "sideways"},
    ),
    Case(
        "kpi_within_has_bound",
        "To stay within bounds it needs one: at most, at least, or both.",
        KpiFactory,
        {"aim": "within"},
    ),
    Case(
        "kpi_bounds_of_within_only",
        "A KPI that is to go up or down has no bounds.",
        KpiFactory,
        {"upper_bound": NUMBER},
    ),
    Case(
        "kpi_bounds_in_order",
        "The lower bound lies above the upper bound.",
        lambda: KpiFactory(within=True),
        {"upper_bound": NUMBER},
    ),
    *(
        Case(
            "kpi_rhythm_in_days", "Values are 1 to 366 days apart.", KpiFactory, {"check_in_every_days": days}
        )
        for days in (0, 367)
    ),
    Case("kpi_visibility_known", "A KPI is internal or restricted.", KpiFactory, {"visibility": "public"}),
    Case(
        "key_result_of_kpi_is_measured",
        "A milestone is done or not done; it takes its value from no KPI.",
        lambda: KeyResultFactory(milestone=True),
        lambda row: {"kpi": KpiFactory()},
    ),
    Case(
        "kpi_entry_sequence_once_per_kpi",
        "This KPI has a value with this number already.",
        make_entry,
        {},
        copy=True,
    ),
    Case("kpi_entry_sequence_from_1", "Values are numbered from 1.", make_entry, {"sequence": 0}),
    Case("kpi_entry_source_known", "The source is page or api.", make_entry, {"source": "import"}),
    Case("kpi_entry_value_given", "An entry has a value.", make_entry, {"value": None}),
    Case(
        "kpi_entry_correction_has_reason",
        "Say why the value is corrected.",
        make_entry,
        lambda row: {"corrects": row},
    ),
    *(
        Case(
            "check_in_of_kpi_names_its_value",
            "A check-in made by a KPI names the value it repeats, no other does.",
            lambda: check_in(KeyResultFactory(), 3),
            breach,
        )
        for breach in ({"source": "kpi"}, lambda row: {"kpi_entry": make_entry()})
    ),
    Case(
        "check_in_once_per_value_of_kpi",
        "This value of the KPI was recorded here before.",
        make_fed_check_in,
        {"sequence": 9},
        copy=True,
    ),
]

INITIATIVES = [
    Case(
        "initiative_has_title",
        "An initiative says in its title what is done.",
        InitiativeFactory,
        {"title": ""},
    ),
    Case(
        "initiative_state_known",
        "An initiative is planned, under way, done or dropped.",
        InitiativeFactory,
        {"state": "late"},
    ),
    *(
        Case("initiative_link_is_http", LINK, InitiativeFactory, {"link": link})
        for link in ("javascript:alert(1)", "ftp://example.org", "//example.org", " http://example.org")
    ),
    Case(
        "initiative_carried_over_once",
        "This initiative was carried over before.",
        lambda: InitiativeFactory(predecessor=InitiativeFactory()),
        {},
        copy=True,
    ),
]

ANSWERED_WHEN = "An answer has its moment, and no word stands without an answer."
ANSWER_AND_STATE = "What was accepted is not asked any more, and what was declined is not agreed."

DEPENDENCIES = [
    Case("dependency_on_objective_or_partner", ONE_NEED, DependencyFactory, {"partner": ""}),
    Case("dependency_on_objective_or_partner", ONE_NEED, make_need, {"partner": "Hugging Face"}),
    Case(
        "dependency_not_on_itself",
        "An objective does not need itself.",
        make_need,
        lambda need: {"on_objective_id": need.objective_id},
    ),
    Case(
        "dependency_state_known",
        "A need is asked, agreed, at risk or met.",
        DependencyFactory,
        {"state": "hoped"},
    ),
    Case(
        "dependency_once_per_objective",
        "This objective lists this need already.",
        make_need,
        {"note": "again"},
        copy=True,
    ),
    Case(
        "dependency_once_per_partner",
        "This objective lists this partner already.",
        DependencyFactory,
        {"note": "again"},
        copy=True,
    ),
    Case(
        "dependency_answer_known",
        "A need is accepted or declined, or waits for an answer.",
        DependencyFactory,
        {"answer": "perhaps", "answered_at": NOW},
    ),
    Case("dependency_answer_has_moment", ANSWERED_WHEN, DependencyFactory, {"answered_at": NOW}),
    Case("dependency_answer_has_moment", ANSWERED_WHEN, DependencyFactory, {"answer_note": "Why?"}),
    Case(
        "dependency_answer_has_moment",
        ANSWERED_WHEN,
        DependencyFactory,
        {"answer": "accepted", "state": "agreed"},
    ),
    Case(
        "dependency_declined_with_a_word",
        "Whoever declines says why.",
        DependencyFactory,
        {"answer": "declined", "answered_at": NOW},
    ),
    Case(
        "dependency_state_fits_answer",
        ANSWER_AND_STATE,
        DependencyFactory,
        {"answer": "accepted", "answered_at": NOW},
    ),
    Case(
        "dependency_state_fits_answer",
        ANSWER_AND_STATE,
        DependencyFactory,
        {"answer": "declined", "answer_note": "No", "answered_at": NOW, "state": "agreed"},
    ),
]

KEPT = [
    Case(
        "trusted_browser_once_per_person",
        "This browser is trusted by this person already.",
        make_trusted_browser,
        {},
        copy=True,
    ),
    Case(
        "snapshot_of_objective_or_roadmap",
        "A snapshot is of an objective or of a roadmap.",
        make_objective_snapshot,
        {"objective_id": None},
    ),
    Case(
        "snapshot_of_objective_or_roadmap",
        "A snapshot is of an objective or of a roadmap.",
        make_objective_snapshot,
        lambda row: {"roadmap_id": row.objective.roadmap_id},
    ),
    Case(
        "snapshot_once_per_objective_and_day",
        "This objective has a snapshot of this day already.",
        make_objective_snapshot,
        {"counted": 1},
        copy=True,
    ),
    Case(
        "snapshot_once_per_roadmap_and_day",
        "This roadmap has a snapshot of this day already.",
        make_roadmap_snapshot,
        {"counted": 1},
        copy=True,
    ),
    Case(
        "outbox_mail_once_per_period",
        "This person has this mail for this period already.",
        make_mail,
        {"attempts": 1},
        copy=True,
    ),
    Case(
        "audit_origin_known",
        "A change comes from a page, the API or a command.",
        make_audit_entry,
        {"origin": "hearsay", "id": 4242},
        copy=True,  # the rows there are, are never changed
    ),
    Case(
        "audit_action_known",
        "This is no action that the record knows.",
        make_audit_entry,
        {"action": "burnt", "id": 4242},
        copy=True,
    ),
    Case(
        "change_once_per_thing",
        "The last change of this is noted already.",
        make_change,
        {"position": 2},
        copy=True,
    ),
    Case(
        "change_position_once",
        "Another change has this position.",
        make_change,
        {"object_id": 2},
        copy=True,
    ),
    Case(
        "idempotency_key_once_per_owner",
        "This person has used this key already.",
        make_idempotency_key,
        {"answer": "[]"},
        copy=True,
    ),
    Case(
        "outbox_mail_state_known",
        "A mail is waiting, sent, not needed any more or given up.",
        make_mail,
        {"state": "lost"},
    ),
]


def make_successor() -> Model:
    return KeyResultFactory(predecessor=KeyResultFactory())


def make_objective_successor() -> Model:
    return ObjectiveFactory(predecessor=ObjectiveFactory())


def make_risk_successor() -> Model:
    return RiskFactory(predecessor=RiskFactory())


def make_need_successor() -> Model:
    return DependencyFactory(predecessor=DependencyFactory())


def make_decision() -> Model:
    return RolloverDecision.objects.create(
        key_result=KeyResultFactory(), into=CycleFactory(key="25H1"), choice="keep"
    )


ROLLOVER = [
    Case(
        "key_result_carried_over_once",
        "This key result was carried over before.",
        make_successor,
        {"number": 9, "code": "ANOTHER"},
        copy=True,
    ),
    Case(
        "objective_carried_over_once",
        "This objective was carried over before.",
        make_objective_successor,
        {"number": 9, "code": "ANOTHER"},
        copy=True,
    ),
    Case(
        "risk_carried_over_once",
        "This risk was carried over before.",
        make_risk_successor,
        {"number": 9, "code": "ANOTHER"},
        copy=True,
    ),
    Case(
        "dependency_carried_over_once",
        "This need was carried over before.",
        make_need_successor,
        {"partner": "Another"},
        copy=True,
    ),
    Case(
        "rollover_decision_once_per_cycle",
        "About this key result it was decided before.",
        make_decision,
        {"choice": "modify"},
        copy=True,
    ),
    Case(
        "rollover_choice_known",
        "A key result is kept, modified or dropped.",
        make_decision,
        {"choice": "burn"},
    ),
    Case(
        "rollover_drop_has_reason",
        "Say why the key result is not carried over.",
        make_decision,
        {"choice": "drop"},
    ),
]

CASES = [
    *ACCOUNTS,
    *AREAS,
    *CYCLES,
    *OBJECTIVES,
    *KEY_RESULTS,
    *CHECK_INS,
    *RISKS,
    *DEPENDENCIES,
    *INITIATIVES,
    *KPIS,
    *KEPT,
    *ROLLOVER,
    Case(
        "interim_target_once_per_day",
        "This key result has an interim target for this day already.",
        make_interim_target,
        {},
        copy=True,
    ),
    Case(
        "comment_on_one_thing",
        "A comment is about an objective or a check-in, one of the two.",
        make_comment,
        {"objective_id": None},
    ),
    Case("moved_code_once", "This code led to something before.", MovedCodeFactory, {}, copy=True),
    Case(
        "moved_code_of_one_thing",
        "An old code leads to an objective, a key result or a risk, one of them.",
        MovedCodeFactory,
        {"objective_id": None, "former_roadmap_id": None},
    ),
    Case(
        "moved_code_place_fits",
        "An objective comes from a roadmap; a key result or a risk from an objective.",
        MovedCodeFactory,
        lambda row: {"former_objective_id": row.objective_id},
    ),
    Case(
        "alignment_not_on_itself",
        "An objective does not support itself.",
        AlignmentFactory,
        lambda row: {"supported_id": row.supporter_id},
    ),
    Case(
        "alignment_once_per_pair",
        "This objective supports that one already.",
        AlignmentFactory,
        {},
        copy=True,
    ),
    Case(
        "alignment_weight_not_negative", "A weight is 0 or more.", AlignmentFactory, {"weight": Decimal(-1)}
    ),
    Case(
        "share_once_per_pair",
        "This objective is shared with that area already.",
        ShareFactory,
        {},
        copy=True,
    ),
    Case("webhook_has_address", "A webhook has an address.", WebhookFactory, {"url": ""}),
    Case("webhook_has_events", "Choose at least one of the events.", WebhookFactory, {"events": ""}),
    Case(
        "webhook_stopped_with_reason",
        "A webhook that is stopped says why.",
        WebhookFactory,
        {"stopped_because": "a pause"},
    ),
    Case(
        "webhook_delivery_message_id_once",
        "Another delivery has this message id.",
        WebhookDeliveryFactory,
        {},
        copy=True,
    ),
    Case(
        "webhook_delivery_state_known",
        "A delivery is waiting, sent, not needed any more or given up.",
        WebhookDeliveryFactory,
        {"state": "lost"},
    ),
    Case(
        "saved_filter_named_once",
        "You have a filter of this name on this page already.",
        make_saved_filter,
        {"query": "show=high"},
        copy=True,
    ),
    Case(
        "saved_filter_page_known",
        "There is no such page with a filter.",
        make_saved_filter,
        {"page": "person_list"},
    ),
    Case("saved_filter_says_something", NARROWS_NOTHING, make_saved_filter, {"name": ""}),
    Case("saved_filter_says_something", NARROWS_NOTHING, make_saved_filter, {"query": ""}),
    Case("dashboard_has_title", "A dashboard has a title.", DashboardFactory, {"title": ""}),
    Case(
        "dashboard_one_start_per_person",
        "Another dashboard is the start page already.",
        lambda: DashboardFactory(is_start=True),
        {"key": "another"},
        copy=True,
    ),
    Case("card_kind_known", "There is no such kind of card.", CardFactory, {"kind": "nonsense"}),
    Case("card_width_1_to_3", "A card is 1 to 3 columns wide.", CardFactory, {"width": 4}),
    Case("card_position_from_1", "Cards are placed from 1 on.", CardFactory, {"position": 0}),
    Case("template_has_name", "A template has a name.", TemplateFactory, {"name": ""}),
    Case(
        "template_has_title",
        "A template says in its title what is to be reached.",
        TemplateFactory,
        {"title": ""},
    ),
    Case("share_weight_not_negative", "A weight is 0 or more.", ShareFactory, {"weight": Decimal(-1)}),
    Case(
        "comment_asks_back_about_check_in",
        "A reviewer asks back about a check-in.",
        make_comment,
        {"is_question": True},
    ),
    Case("comment_says_something", "A comment says something.", make_comment, {"text": ""}),
    Case(
        "mention_once_per_comment",
        "This comment mentions this person already.",
        make_mention,
        {},
        copy=True,
    ),
    Case(
        "acknowledgement_once_per_person",
        "This person has taken note of this check-in already.",
        make_acknowledgement,
        {},
        copy=True,
    ),
]
