"""Figures of who sees less are those of an organisation in which there never was more."""

import datetime as dt
import re

import pytest
from django.db import transaction
from django.utils import timezone

from areas.models import Area
from goals.actions.snapshots import take_snapshots
from goals.models import Cycle
from okrtracker.tests.permissions.canaries import Planter
from okrtracker.tests.permissions.test_canaries import CHANGES_EACH_TIME, YESTERDAY

# That parts are hidden is told, and where; never which, and never how many.
THAT_PARTS_ARE_HIDDEN = re.compile(
    r'(?: · )?<(span|p) class="[^"]*hidden-note">some parts are hidden from you\.?\s*</\1>'
    r'|"is_partial":(?:true|false),|<p class="small muted">A selection: [^<]*</p>'
    r"| Some parts are hidden from you; these are the others, and the mean is of them alone\.",
    re.IGNORECASE,
)
# Of days before today nothing is said where something was hidden then: no line, no forecast, no figures.
NOT_SAID = re.compile(
    r' Forecast [^<"]*|<(?:p|td) class="[^"]*figure"[^>]*>–|>\d+ \w{3,9} \d{4}(?=</t)'
    r'|<polyline class="chart__line chart__line--expected"[^>]*>'
    r"|<figcaption[^>]*>Parts that are hidden from you are not in this line\.\s*</figcaption>"
)
SPACE = re.compile(r"\s+")

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]

# What is open, each of it: as it is read with what is restricted beside it, and as if that had never been.
OPEN_PAGES = [
    "/",
    "/areas/",
    "/areas/?cycle=25H1",
    "/areas/LIB/24H2/",
    "/areas/EDGE/24H2/",
    "/areas/EDGE/24H2/roadmap.md",
    "/objectives/EDGE-24H2-O1/",
    "/key-results/EDGE-24H2-O1-KR1/",
    "/risks/",
    "/check-ins/",
    "/public/24H2/",
    "/public/24H2/EDGE/",
    "/api/v1/progress/?cycle=24H2",
    "/api/v1/progress/?cycle=24H2&area=LIB",
    "/api/v1/roadmaps/EDGE-24H2/",
    "/api/v1/objectives/?cycle=24H2",
    "/api/v1/key-results/?cycle=24H2",
    "/api/v1/check-ins/?cycle=24H2",
    f"/?as_of={YESTERDAY}",
    f"/areas/EDGE/24H2/?as_of={YESTERDAY}",
    f"/objectives/EDGE-24H2-O1/?as_of={YESTERDAY}",
    "/changes/?cycle=24H2",
    "/changes.csv?cycle=24H2",
    "/changes.csv?cycle=25H1",
    "/cycles/",
    "/cycles/24H2/",
    "/cycles/25H1/",
    "/cycles/24H2/scores/",
    "/cycles/24H2/scores/EDGE/",
    "/cycles/24H2/compare.csv?with=25H1",
    "/api/v1/objectives/EDGE-24H2-O1/explain/",
    "/api/v1/objectives/EDGE-24H2-O1/series/",
    "/api/v1/roadmaps/EDGE-24H2/explain/",
    "/api/v1/areas/LIB/series/?cycle=24H2",
    f"/api/v1/progress/explain/?cycle=24H2&as_of={YESTERDAY}",
]
READERS = ("other lead", "owner")


def told(page: str) -> set[str]:
    """The parts of a page: every tag with what stands behind it."""
    text = NOT_SAID.sub("", THAT_PARTS_ARE_HIDDEN.sub("", CHANGES_EACH_TIME.sub("", page)))
    return {part.strip() for part in SPACE.sub(" ", text).split("<")}


@pytest.fixture(scope="module")
def with_and_without(world, django_db_blocker):
    """(page, reader) -> what it says, without and with what is restricted; with snapshots of past days."""

    def look() -> dict[tuple[str, str], str]:
        for days in range(7, 0, -1):
            take_snapshots(
                Cycle.objects.get(key="24H2"), today=timezone.localdate() - dt.timedelta(days=days)
            )
        return {
            (path, reader): world.ask(reader, "GET", path).content.decode()
            for path in OPEN_PAGES
            for reader in READERS
        }

    with django_db_blocker.unblock(), transaction.atomic():
        planter = Planter(world)
        planter.name_a_reviewer()
        planter.follow(Area.objects.get(key="EDGE"))
        without = look()
        planter.plant()
        with_it = look()
        transaction.set_rollback(True)
    return without, with_it


def test_figures_are_those_of_an_organisation_without_what_is_restricted(with_and_without):
    without, with_it = with_and_without
    more = {key: told(with_it[key]) - told(without[key]) for key in with_it}
    assert not {key: words for key, words in more.items() if words}
    # Programs are told no less either.
    for_programs = [key for key in with_it if "/api/" in key[0] or ".csv" in key[0]]
    less = {key: told(without[key]) - told(with_it[key]) for key in for_programs}
    assert not {key: words for key, words in less.items() if words}
