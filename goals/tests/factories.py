"""Plans for tests: a half-year of 2024 that is active, on a fixed day in its middle."""

import datetime as dt
from decimal import Decimal

import factory
from django.db import transaction

from accounts.tests.factories import UserFactory
from areas.tests.factories import AreaFactory
from goals.actions.check_ins import record_check_in
from goals.actions.kpi_entries import Entered, record_entry
from goals.actions.stored import refresh_key_result, refresh_objective
from goals.models import (
    Alignment,
    Card,
    CheckIn,
    Concern,
    Cycle,
    Dashboard,
    Dependency,
    Initiative,
    KeyResult,
    Kpi,
    KpiEntry,
    Mitigation,
    MovedCode,
    Objective,
    ObjectiveTemplate,
    Risk,
    Roadmap,
    Share,
    Webhook,
    WebhookDelivery,
)
from goals.models.webhook import new_message_id

TODAY = dt.date(2024, 10, 14)  # day 105 of 183: 57 % of the half-year is gone
NOW = dt.datetime(2024, 10, 14, 10, 0, tzinfo=dt.UTC)


class CycleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Cycle
        django_get_or_create = ("key",)

    key = "24H2"
    name = "2024 H2"
    starts_on = dt.date(2024, 7, 1)
    ends_on = dt.date(2024, 12, 31)
    state = Cycle.State.ACTIVE


class RoadmapFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Roadmap

    area = factory.SubFactory(AreaFactory)
    cycle = factory.SubFactory(CycleFactory)


class ObjectiveFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Objective
        skip_postgeneration_save = True

    roadmap = factory.SubFactory(RoadmapFactory)
    number = factory.LazyAttribute(
        lambda made: Objective.objects.filter(roadmap=made.roadmap, kind=made.kind).count() + 1
    )
    kind = Objective.Kind.FOCUS
    pillar = factory.LazyAttribute(
        lambda made: "better_code" if made.kind == Objective.Kind.EXCELLENCE else ""
    )
    position = factory.SelfAttribute("number")
    title = factory.LazyAttribute(lambda made: f"Objective {made.number}")

    @factory.post_generation
    def counters(self, create, extracted, **options):
        counter = f"last_{self.kind}_number"
        Roadmap.objects.filter(pk=self.roadmap.pk).update(**{counter: self.number})


class KeyResultFactory(factory.django.DjangoModelFactory):
    """A reach from 0 to 10; `guardrail=True` or `milestone=True` make the other kinds."""

    class Meta:
        model = KeyResult
        skip_postgeneration_save = True

    class Params:
        guardrail = factory.Trait(
            kind=KeyResult.Kind.GUARDRAIL, start_value=None, target_value=None, upper_bound=Decimal("12.85")
        )
        milestone = factory.Trait(kind=KeyResult.Kind.MILESTONE, target_value=Decimal(1), unit="")

    objective = factory.SubFactory(ObjectiveFactory)
    number = factory.LazyAttribute(
        lambda made: KeyResult.objects.filter(objective=made.objective).count() + 1
    )
    position = factory.SelfAttribute("number")
    title = factory.LazyAttribute(lambda made: f"Key result {made.number}")
    metric = "what is counted"
    unit = "tok/s"
    start_value = Decimal(0)
    target_value = Decimal(10)
    added_on = dt.date(2024, 7, 1)

    @factory.post_generation
    def stored(self, create, extracted, **options):
        Objective.objects.filter(pk=self.objective.pk).update(last_key_result_number=self.number)
        with transaction.atomic():
            refresh_key_result(self)


class RiskFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Risk
        skip_postgeneration_save = True

    objective = factory.SubFactory(ObjectiveFactory)
    number = factory.LazyAttribute(lambda made: Risk.objects.filter(objective=made.objective).count() + 1)
    title = factory.LazyAttribute(lambda made: f"Risk {made.number}")
    likelihood = 3
    impact = 4
    occurred_on = factory.LazyAttribute(lambda made: TODAY if made.state == "occurred" else None)
    consequence = factory.LazyAttribute(lambda made: "A week is lost." if made.occurred_on else "")
    outcome = factory.LazyAttribute(lambda made: "prevented" if made.state == "closed" else "")
    closed_on = factory.LazyAttribute(lambda made: TODAY if made.state == "closed" else None)
    state = "open"

    @factory.post_generation
    def counters(self, create, extracted, **options):
        Objective.objects.filter(pk=self.objective.pk).update(last_risk_number=self.number)


class MitigationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Mitigation

    risk = factory.SubFactory(RiskFactory)
    text = "Measure weekly"


class ConcernFactory(factory.django.DjangoModelFactory):
    """A risk concerns another objective of its roadmap."""

    class Meta:
        model = Concern

    risk = factory.SubFactory(RiskFactory)
    objective = factory.LazyAttribute(lambda made: ObjectiveFactory(roadmap=made.risk.objective.roadmap))


class MovedCodeFactory(factory.django.DjangoModelFactory):
    """An objective came from another roadmap of its cycle."""

    class Meta:
        model = MovedCode

    objective = factory.SubFactory(ObjectiveFactory)
    former_roadmap = factory.LazyAttribute(lambda made: RoadmapFactory(cycle=made.objective.roadmap.cycle))
    code = factory.LazyAttribute(lambda made: f"{made.former_roadmap.code}-O1")


class InitiativeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Initiative

    key_result = factory.SubFactory(KeyResultFactory)
    title = "Order a device lab"
    position = factory.LazyAttribute(lambda made: made.key_result.initiatives.count() + 1)


class DependencyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Dependency

    objective = factory.SubFactory(ObjectiveFactory)
    partner = "Hugging Face"


class AlignmentFactory(factory.django.DjangoModelFactory):
    """`supporter` supports `supported`; what is stored of the latter follows."""

    class Meta:
        model = Alignment
        skip_postgeneration_save = True

    supporter = factory.SubFactory(ObjectiveFactory)
    supported = factory.SubFactory(ObjectiveFactory, roadmap=factory.SelfAttribute("..supporter.roadmap"))

    @factory.post_generation
    def stored(self, create, extracted, **options):
        with transaction.atomic():
            refresh_objective(self.supported_id)


class ShareFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Share

    objective = factory.SubFactory(ObjectiveFactory)
    area = factory.SubFactory(AreaFactory)


class KpiFactory(factory.django.DjangoModelFactory):
    """To go up, in tok/s like the key results above; `within=True` has it stay at 5 or more."""

    class Meta:
        model = Kpi

    class Params:
        within = factory.Trait(aim=Kpi.Aim.WITHIN, lower_bound=Decimal(5))

    area = factory.SubFactory(AreaFactory)
    number = factory.LazyAttribute(lambda made: Kpi.objects.filter(area=made.area).count() + 1)
    title = factory.LazyAttribute(lambda made: f"KPI {made.number}")
    unit = "tok/s"
    added_on = dt.date(2024, 7, 1)


class DashboardFactory(factory.django.DjangoModelFactory):
    owner = factory.SubFactory(UserFactory)
    title = "Every Monday"

    class Meta:
        model = Dashboard


class CardFactory(factory.django.DjangoModelFactory):
    dashboard = factory.SubFactory(DashboardFactory)
    kind = "kpis"
    position = 1

    class Meta:
        model = Card


class WebhookFactory(factory.django.DjangoModelFactory):
    """Told of closed cycles, so that it is owed nothing by the story of another test."""

    area = factory.SubFactory(AreaFactory)
    owner = factory.SubFactory(UserFactory)
    title = "Chat of the team"
    url = "https://hooks.example.org/chat"
    events = "cycle.closed"

    class Meta:
        model = Webhook

    @classmethod
    def _create(cls, model_class, *args, **fields):
        made = model_class(**fields)
        made.renew_secret(NOW)
        made.save()
        return made


class WebhookDeliveryFactory(factory.django.DjangoModelFactory):
    """A test that was taken."""

    webhook = factory.SubFactory(WebhookFactory)
    event = "webhook.ping"
    message_id = factory.LazyFunction(new_message_id)
    state = "sent"
    occurred_at = owed_since = created_at = NOW

    class Meta:
        model = WebhookDelivery


class TemplateFactory(factory.django.DjangoModelFactory):
    """Of an area, with one key result from 0 to 10 tok/s that is due in the middle of the cycle."""

    area = factory.SubFactory(AreaFactory)
    name = "Faster"
    title = "Be faster"
    plan = factory.LazyFunction(
        lambda: {
            "objective": {
                "kind": "focus",
                "commitment": "aspirational",
                "priority": None,
                "weight": "1",
                "counts_supporters": False,
                "pillar": "",
                "impact": "",
                "cost": "",
                "tags": "",
            },
            "key_results": [
                {
                    "title": "Speed",
                    "metric": "",
                    "unit": "tok/s",
                    "kind": "reach",
                    "start_value": "0",
                    "commit_value": None,
                    "target_value": "10",
                    "stretch_value": None,
                    "lower_bound": None,
                    "upper_bound": None,
                    "weight": "1",
                    "tags": "",
                    "check_in_every_days": None,
                    "source_note": "",
                    "due_at": "0.5",
                    "interim_targets": [["0.25", "4"]],
                    "initiatives": [],
                }
            ],
        }
    )

    class Meta:
        model = ObjectiveTemplate


def enter(kpi: Kpi, value, *, author=None, on: dt.date = TODAY, **fields) -> Entered:
    """A value as the product keeps it, effective and made on a day."""
    kept = record_entry(
        kpi,
        author=author or kpi.owner or UserFactory(),
        value=None if value is None else Decimal(str(value)),
        **{
            "now": dt.datetime.combine(on, dt.time(10), tzinfo=dt.UTC),
            "today": on,
            "source": KpiEntry.Source.PAGE,
        }
        | fields,
    )
    kpi.refresh_from_db()
    return kept


def check_in(key_result: KeyResult, value, *, author=None, on: dt.date = TODAY, **fields) -> CheckIn:
    """A check-in as the product makes it, effective and made on a day."""
    made_at = dt.datetime.combine(on, dt.time(10), tzinfo=dt.UTC)
    kept = record_check_in(
        key_result,
        author=author or key_result.owner or UserFactory(),
        value=None if value is None else Decimal(str(value)),
        **{"now": made_at, "today": on, "status": "on_track", "source": "page"} | fields,
    )
    key_result.refresh_from_db()
    return kept
