"""The domain: what is planned, what is reported, what may go wrong (docs/glossary.md)."""

from goals.models.absence import Absence
from goals.models.activity_mark import ActivityMark
from goals.models.alignment import Alignment
from goals.models.change import Change, ChangeCount
from goals.models.check_in import AppendOnly, CheckIn
from goals.models.check_in_draft import CheckInDraft
from goals.models.comment import Acknowledgement, Comment, Mention
from goals.models.concern import Concern
from goals.models.cycle import Cycle, Roadmap, Visibility
from goals.models.dashboard import Card, Dashboard
from goals.models.dependency import Dependency
from goals.models.idempotency_key import IdempotencyKey
from goals.models.initiative import Initiative
from goals.models.interim_target import InterimTarget
from goals.models.key_result import KeyResult
from goals.models.kpi import Kpi
from goals.models.kpi_entry import KpiEntry
from goals.models.mitigation import Mitigation
from goals.models.moved_code import MovedCode
from goals.models.nudge import Nudge
from goals.models.objective import Level, Objective
from goals.models.objective_template import ObjectiveTemplate
from goals.models.outbox import OutboxMail
from goals.models.risk import Risk
from goals.models.rollover import RolloverDecision
from goals.models.saved_filter import SavedFilter
from goals.models.sent_form import SentForm
from goals.models.share import Share
from goals.models.snapshot import Snapshot
from goals.models.subscription import Subscription
from goals.models.webhook import NotedPace, Webhook, WebhookDelivery

__all__ = [
    "Absence",
    "Acknowledgement",
    "ActivityMark",
    "Alignment",
    "AppendOnly",
    "Card",
    "Change",
    "ChangeCount",
    "CheckIn",
    "CheckInDraft",
    "Comment",
    "Concern",
    "Cycle",
    "Dashboard",
    "Dependency",
    "IdempotencyKey",
    "Initiative",
    "InterimTarget",
    "KeyResult",
    "Kpi",
    "KpiEntry",
    "Level",
    "Mention",
    "Mitigation",
    "MovedCode",
    "NotedPace",
    "Nudge",
    "Objective",
    "ObjectiveTemplate",
    "OutboxMail",
    "Risk",
    "Roadmap",
    "RolloverDecision",
    "SavedFilter",
    "SentForm",
    "Share",
    "Snapshot",
    "Subscription",
    "Visibility",
    "Webhook",
    "WebhookDelivery",
]
