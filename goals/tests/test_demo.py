"""The demo shows what it promises; it is loaded once for all stories of this file."""

import datetime as dt
import io
import json
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Count

from accounts.models import User
from accounts.tests.factories import UserFactory
from areas.models import Area
from areas.tests.factories import AreaFactory
from goals.actions.stored import differences
from goals.demo import people
from goals.demo.loader import NotTheDemo, load_demo
from goals.figures import cycle_figures, definition_changes
from goals.models import CheckIn, Cycle, KeyResult, Kpi, Mitigation, Objective, Risk, Snapshot

# Most look at what was loaded; that it is loaded, and once more, is tried on both.
pytestmark = pytest.mark.only_on("sqlite")
on_both = pytest.mark.only_on("sqlite", "postgresql")

TODAY = dt.date(2026, 3, 3)  # a Tuesday
NOW = dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The running cycle of a demo loaded on 3 March 2026; taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_demo(today=TODAY, now=NOW)
        transaction.set_rollback(True)


@pytest.fixture
def figures(demo, db):
    return cycle_figures(demo, user=None, today=TODAY)


def test_today_is_the_day_that_14_october_was_in_its_cycle(demo):
    assert (TODAY - demo.starts_on).days == (dt.date(2024, 10, 14) - dt.date(2024, 7, 1)).days
    assert (demo.ends_on - demo.starts_on).days == (dt.date(2024, 12, 31) - dt.date(2024, 7, 1)).days
    assert demo.state == Cycle.State.ACTIVE
    assert demo.check_in_weekday == TODAY.weekday()


def test_areas_watch_kpis_and_their_leads_enter_them(demo, db):
    kpis = {kpi.code: kpi for kpi in Kpi.objects.with_context()}
    assert sorted(kpis) == ["CORE-K1", "INFRA-K1", "INFRA-K2", "LIB-K1"]
    assert {kpi.owner.email for kpi in kpis.values()} == {
        f"lead.{area}@example.org" for area in ("core", "infra", "lib")
    }
    assert kpis["INFRA-K1"].last_entry.value == Decimal("2.4")
    assert kpis["INFRA-K1"].last_entry.effective_on == TODAY - dt.timedelta(days=7)
    assert [kpis[code].entries.count() for code in sorted(kpis)] == [7, 15, 15, 6]


def test_every_area_of_the_sheet_is_there_and_only_teams_have_roadmaps(demo, db):
    tree = {
        area.key: area.parent.key if area.parent else "" for area in Area.objects.select_related("parent")
    }
    assert tree == {
        **dict.fromkeys(["CORE", "DIST", "LIB", "EDGE", "DATA", "COMP", "INFRA"], ""),
        **dict.fromkeys(["COREL", "COREP"], "CORE"),
        **dict.fromkeys(["TUNE", "VIS", "REC"], "LIB"),
        **dict.fromkeys(["COMPC", "COMPD"], "COMP"),
    }
    with_roadmap = set(demo.roadmaps.values_list("area__key", flat=True))
    assert with_roadmap == set(tree) - {"CORE", "LIB", "COMP"}


def test_plan_is_as_large_as_the_sheet(demo, db):
    assert KeyResult.objects.of_cycle(demo).count() == 84
    sizes = dict(
        Objective.objects.focus()
        .filter(roadmap__cycle=demo)
        .values_list("roadmap__area__key")
        .annotate(Count("pk"))
    )
    assert sizes["COMPC"] == 6
    assert sizes["DIST"] == 2
    assert KeyResult.objects.of_cycle(demo).filter(code__startswith="DIST-24H2-O").count() == 13


def test_health_is_uneven(figures):
    paces = {row.pace for row in figures.key_results()}
    assert paces == {"done", "on_track", "behind", "at_risk", "no_data"}
    assert max(row.silent_days for row in figures.key_results() if row.reported) >= 35
    assert any(row.completion > 1 for row in figures.key_results() if row.completion is not None)
    assert any(row.mismatch for row in figures.key_results())
    assert any(row.violated for row in figures.key_results())


def test_one_check_in_was_corrected_and_one_target_grew(demo, db):
    correction = CheckIn.objects.get(corrects__isnull=False)
    assert correction.reason
    assert correction.effective_on == correction.corrects.effective_on
    grown = KeyResult.objects.get(code="EDGE-24H2-O3-KR1")
    (change,) = definition_changes([grown.pk])
    assert (change.field, change.old, change.new) == ("target_value", 2500, 3000)
    assert change.reason == "Beta launch adds reach"
    assert change.changed_at.date() == demo.starts_on + dt.timedelta(days=63)


def test_one_risk_occurred_and_two_mitigations_are_overdue(demo, db):
    assert Risk.objects.of_cycle(demo).filter(state=Risk.State.OCCURRED).count() == 1
    overdue = Mitigation.objects.overdue(TODAY).filter(risk__objective__roadmap__cycle=demo)
    assert overdue.count() == 2


def test_earlier_cycle_is_closed_with_scores(demo, db):
    earlier = Cycle.objects.get(key="24H1")
    assert earlier.state == Cycle.State.CLOSED
    scored = KeyResult.objects.of_cycle(earlier)
    assert scored.count() == 12
    assert not scored.filter(final_score__isnull=True).exists()
    assert set(scored.values_list("objective__roadmap__area__key", flat=True)) == {"EDGE", "DIST"}


@on_both
def test_stored_figures_are_what_the_formulas_say(demo, db):
    assert differences(KeyResult.objects.all(), Objective.objects.all()) == []


def test_snapshots_reach_from_the_first_day_to_today(demo, db):
    days = Snapshot.objects.filter(roadmap__code="EDGE-24H2").values_list("taken_on", flat=True)
    assert len(days) == 106
    assert (min(days), max(days)) == (demo.starts_on, TODAY)


def test_first_lead_printed_owes_five_check_ins(demo, db):
    email = next(person["email"] for person in people.sign_ins() if person["role"] == "lead")
    owned = KeyResult.objects.owned_in_active_cycles().filter(owner__email=email).with_context()
    assert sum(key_result.owes_check_in(TODAY) for key_result in owned) >= 5


def test_everybody_can_sign_in_as_printed(demo, db):
    roles = {person["role"] for person in people.sign_ins()}
    assert roles == {"administrator", "manager", "viewer", "lead", "contributor"}
    for person in people.sign_ins():
        assert User.objects.get_by_natural_key(person["email"]).check_password(person["password"])


@on_both
def test_a_second_load_replaces_the_first(demo, db):
    before = CheckIn.objects.count()
    out = io.StringIO()
    call_command("load_demo", "--json", "--as-of-real-dates", stdout=out)
    printed = json.loads(out.getvalue())
    assert set(printed) == {"users", "cycle", "key_results"}
    assert printed["cycle"] == "24H2"
    assert len(printed["key_results"]) == 84
    assert CheckIn.objects.count() == before
    assert Cycle.objects.get(key="24H2").starts_on == dt.date(2024, 7, 1)


@pytest.mark.parametrize(
    "make", [lambda: UserFactory(email="ada@company.example"), lambda: AreaFactory(key="OURS")]
)
def test_database_with_more_than_the_demo_is_refused(demo, db, make):
    make()
    before = CheckIn.objects.count()
    with pytest.raises(NotTheDemo):
        load_demo(today=TODAY, now=NOW)
    with pytest.raises(CommandError, match="its own"):
        call_command("load_demo")
    assert CheckIn.objects.count() == before


def test_sign_in_page_offers_people_to_try_and_the_start_page_says_what_is_made_up(demo, db, client):
    page = client.get("/sign-in/").content.decode()
    assert "lead.dist@example.org" in page
    assert people.PASSWORD in page
    client.force_login(people.administrator())
    assert "are made up" in client.get("/").content.decode()


def test_the_manager_has_a_dashboard_and_hears_of_areas(demo, db, client):
    client.force_login(get_user_model().objects.get(email="manager@example.org"))
    assert "Manager" in client.get("/dashboards/").content.decode()
    told = client.get("/activity/").content.decode()
    assert "EDGE-24H2-O1-KR1" in told
    assert "COMPC-" not in told


def test_installation_with_people_of_its_own_offers_nobody(demo, db, client, manager):
    UserFactory(email="ada@company.example")
    assert people.PASSWORD not in client.get("/sign-in/").content.decode()
    client.force_login(manager)
    assert "are made up" not in client.get("/").content.decode()


@pytest.mark.parametrize("code", ["EDGE-24H2-O1-KR2", "DATA-24H2-O2-KR1"])
def test_initiatives_are_done_as_far_as_was_reported(demo, db, code):
    """Of key results that count steps, which the sheet of facts names."""
    key_result = KeyResult.objects.get(code=code)
    states = list(key_result.initiatives.values_list("state", flat=True))
    assert states == ["done", "done", "doing"]
    assert key_result.current_value == states.count("done")
