"""/metrics: how far the running cycles are, what waits to be sent, and what the processes count.

For Prometheus, in its text format, which knows floating-point numbers alone; exact ones are in the API. It
tells of everything, hidden or not, so it is for those who see everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count, Min
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from accounts.api.base import Endpoint
from accounts.api.permissions import HasScope
from accounts.api.problems import Problem
from accounts.models import ApiToken
from areas.permissions import can_see_people
from goals.figures import AreaFigures, MeanFigures, cycle_figures
from goals.models import Cycle, OutboxMail, WebhookDelivery
from okrtracker import measuring

SHARES = (
    ("completion", "Completion, from 0 to 1."),
    ("expected", "Completion that is expected today, from 0 to 1."),
)
HEALTHS = ("done", "on_track", "behind", "at_risk", "no_data")


class SeesEverything(HasScope):
    """A manager or an administrator, and not with a token that is bound to an area."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        bound = isinstance(request.auth, ApiToken) and request.auth.area_id is not None
        if bound or not can_see_people(request.user):
            raise Problem(403, "forbidden", _("Managers and administrators alone read the metrics."))
        return True


class AnyFormat(BaseContentNegotiation):
    """Whatever a program accepts: there is one format, and errors are JSON."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class MetricsView(Endpoint):
    permission_classes = (SeesEverything,)
    content_negotiation_class = AnyFormat
    schema = None

    def get(self, request: Request) -> HttpResponse:
        measuring.look_at_oneself()
        told = CollectorRegistry()
        told.register(Progress())
        told.register(Waiting())
        text = generate_latest(told) + generate_latest(measuring.registry())
        return HttpResponse(text, content_type=CONTENT_TYPE_PLAIN_0_0_4)


class Progress(Collector):
    """The means of the cycles that run: of the organisation, and of each area and team."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        means = list(_means())
        for name, help_text in SHARES:
            gauge = _gauge(f"okrtracker_{name}_ratio", help_text, "cycle", "area")
            for labels, mean in means:
                if (share := getattr(mean, name)) is not None:
                    gauge.add_metric(labels, float(share))
            yield gauge
        health = _gauge("okrtracker_key_results", "Key results by health.", "cycle", "area", "health")
        for labels, mean in means:
            for word in HEALTHS:
                health.add_metric([*labels, word], getattr(mean.health, word))
        yield health
        stale = _gauge("okrtracker_key_results_stale", "Key results that are silent.", "cycle", "area")
        for labels, mean in means:
            stale.add_metric(labels, mean.health.stale)
        yield stale


def _means() -> Iterator[tuple[list[str], MeanFigures]]:
    """Each with its cycle and area; the organisation has an empty one."""
    today = timezone.localdate()
    for cycle in Cycle.objects.open_for_check_ins().order_by("key"):
        figures = cycle_figures(cycle, user=None, today=today)
        yield [cycle.key, ""], figures.mean
        areas: Iterable[AreaFigures] = (found for area in figures.areas for found in area.at_or_below())
        for found in areas:
            yield [cycle.key, found.area.key], found.mean


class Waiting(Collector):
    """Mails and calls of webhooks: how many are in which state, and how long the oldest has waited."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, what, model in (
            ("mails", "Mails", OutboxMail),
            ("webhook_deliveries", "Calls of webhooks", WebhookDelivery),
        ):
            rows: Any = model._default_manager.all()
            states = dict.fromkeys(model.State.values, 0)
            states |= dict(rows.order_by().values_list("state").annotate(number=Count("pk")))
            counts = _gauge(f"okrtracker_{name}", f"{what} by state.", "state")
            for state, number in states.items():
                counts.add_metric([state], number)
            yield counts
            oldest = rows.filter(state=model.State.PENDING).aggregate(oldest=Min("created_at"))["oldest"]
            age = (timezone.now() - oldest).total_seconds() if oldest else 0
            waited = _gauge(f"okrtracker_{name}_oldest_waiting_seconds", f"{what}: the age of the oldest.")
            waited.add_metric([], max(age, 0))
            yield waited


def _gauge(name: str, help_text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_text, labels=labels)
