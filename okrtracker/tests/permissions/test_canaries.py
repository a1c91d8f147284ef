"""What is restricted reaches nobody outside, by whatever way, and what is left does not tell of it."""

import datetime as dt
import io
import logging
import re

import pytest
from django.apps import apps
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from goals.actions.snapshots import take_snapshots
from goals.models import Cycle, OutboxMail
from goals.reminders.due import find_due
from goals.reminders.message import build_message
from okrtracker.tests.permissions import rules
from okrtracker.tests.permissions.canaries import MARK, Planter
from okrtracker.tests.permissions.requests import address, rows_of
from okrtracker.tests.permissions.world import World, taken_back
from okrtracker.tests.test_walk import ROUTES

pytestmark = pytest.mark.django_db

OUTSIDERS = sorted(rules.EVERYBODY - rules.MEMBERS - rules.RUNNERS - rules.LEADS_TOKENS)
# The ones that read most: the others see a part of what one of these sees.
CLOSEST = ("visitor", "other lead", "owner", "token: manager's, bound")
CHANGES_EACH_TIME = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"|X-CSRFToken": "\w+"|value="[0-9a-f-]{36}"|updated_at": ?"[^"]+"'
)
HEADERS_OF_THE_MOMENT = {"RateLimit-Remaining", "RateLimit-Reset", "Set-Cookie", "ETag", "Date"}


@pytest.fixture(scope="module")
def canaries(world):
    return Planter(world).plant()


def walk() -> list[str]:
    """Every address of what can be read, with what can be searched for; the restricted ones among them."""
    paths = {address(name, row) for name in ROUTES for row in rows_of(name)}
    for code in ("EDGE-24H2-O2", "EDGE-25H1-O2"):
        paths |= {f"/objectives/{code}/", f"/api/v1/objectives/{code}/"}
    for code in ("EDGE-24H2-O1-KR2", "EDGE-24H2-O2-KR1", "EDGE-25H1-O2-KR1"):
        paths |= {f"/key-results/{code}/", f"/key-results/{code}/check-in/", f"/check-ins/preview/{code}/"}
        paths |= {f"/api/v1/key-results/{code}/", f"/api/v1/key-results/{code}/check-ins/"}
        paths |= {f"/api/v1/check-ins/?key_result={code}", f"/key-results/{code}/check-in/?corrects=1"}
    lists = ("areas", "cycles", "roadmaps", "objectives", "key-results", "check-ins")
    paths |= {f"/api/v1/{name}/?q={MARK}" for name in lists}
    for name in ("roadmaps", "objectives", "key-results", "check-ins"):
        paths |= {f"/api/v1/{name}/?{query}" for query in ("cycle=25H1", "area=LIB", "limit=500")}
    for name in ("objectives", "key-results", "check-ins"):
        paths.add(f"/api/v1/{name}/?owner=lea.lead%40example.org")
    paths |= {f"/api/v1/progress/?cycle={key}" for key in ("24H2", "25H1")}
    paths |= {"/api/v1/progress/?cycle=24H2&area=LIB", "/api/v1/check-ins/?author=lea.lead%40example.org"}
    paths |= {f"{page}?cycle=25H1" for page in ("/", "/areas/", "/risks/", "/areas/EDGE/")}
    paths |= {"/areas/LIB/24H2/", "/areas/LIB/25H1/", "/risks/?area=EDGE", "/risks/?show=high"}
    paths |= {f"/record/?what={MARK}", f"/people/?q={MARK}", "/areas/EDGE/25H1/roadmap.md"}
    return sorted(paths)


def read(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode() + "\n".join(f"{name}: {value}" for name, value in response.headers.items())


def seen_by(world: World, canaries, actor: str, paths: list[str]) -> dict[str, set[str]]:
    """Place of a canary -> the addresses at which this actor reads it."""
    seen: dict[str, set[str]] = {}
    for path in paths:
        with taken_back():
            for place in canaries.found_in(read(world.ask(actor, "GET", path))):
                seen.setdefault(place, set()).add(path)
    return seen


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("actor", OUTSIDERS)
def test_nobody_outside_reads_what_is_restricted(world, canaries, actor):
    assert not seen_by(world, canaries, actor, walk())


@pytest.mark.only_on("sqlite")
def test_those_inside_read_all_of_it(world, canaries):
    found = set(seen_by(world, canaries, "lead", walk())) | set(
        seen_by(world, canaries, "administrator", in_the_admin())
    )
    assert not sorted(set(canaries.places.values()) - found)


def in_the_admin() -> list[str]:
    """Every row of the plan in the admin with its history, and the record of changes."""
    paths = [reverse("accounts:audit_csv")]
    for name in ("roadmap", "objective", "keyresult", "checkin", "risk", "mitigation", "dependency"):
        rows = apps.get_model("goals", name)._default_manager.all()
        paths += [reverse(f"admin:goals_{name}_change", args=(row.pk,)) for row in rows]
    return paths


@pytest.mark.only_on("sqlite")
def test_no_log_tells_of_what_is_restricted(world, canaries):
    told = io.StringIO()
    handler = logging.StreamHandler(told)
    handler.setLevel(logging.DEBUG)
    logging.disable(logging.NOTSET)
    logging.getLogger().addHandler(handler)
    try:
        for actor in ("lead", "other lead"):
            for path in ("/", "/objectives/EDGE-24H2-O2/", "/areas/EDGE/25H1/", f"/risks/?q={MARK}"):
                world.ask(actor, "GET", path)
            world.ask(actor, "GET", "/api/v1/key-results/EDGE-24H2-O1-KR2/")
    finally:
        logging.getLogger().removeHandler(handler)
        logging.disable()
    assert "/objectives/EDGE-24H2-O2/" in told.getvalue()
    assert not canaries.found_in(told.getvalue())


def test_mail_tells_those_inside_alone(world, canaries):
    monday = timezone.localdate() + dt.timedelta(days=-timezone.localdate().weekday() or 7)
    now = dt.datetime.combine(monday, dt.time(9, 30), tzinfo=dt.UTC)
    find_due(now=now)
    told = {}
    for mail in OutboxMail.objects.exclude(kind="invitation"):
        message = build_message(mail, now=now)
        parts = [message.subject, message.body, *(part.content for part in message.alternatives)]
        told[mail.user] = canaries.found_in("\n".join(parts))
    inside, outside = world.person("lead"), world.person("owner")
    assert told.keys() >= {inside, outside}
    assert told.pop(inside)
    assert not any(told.values())


HIDDEN = {
    "EDGE-25H1": "EDGE-99H9",
    "EDGE-24H2-O2": "EDGE-24H2-O7",
    "EDGE-24H2-O1-KR2": "EDGE-24H2-O1-KR7",
    "EDGE-24H2-O2-KR1": "EDGE-24H2-O7-KR1",
}
ABOUT_A_CODE = [
    ("roadmap", "/api/v1/roadmaps/{code}/"),
    ("roadmap", "/areas/EDGE/{cycle}/"),
    ("roadmap", "/areas/EDGE/{cycle}/roadmap.md"),
    ("roadmap", "/public/{cycle}/EDGE/"),
    ("objective", "/objectives/{code}/"),
    ("objective", "/api/v1/objectives/{code}/"),
    ("key result", "/key-results/{code}/"),
    ("key result", "/key-results/{code}/check-in/"),
    ("key result", "/check-ins/preview/{code}/"),
    ("key result", "/api/v1/key-results/{code}/"),
    ("key result", "/api/v1/key-results/{code}/check-ins/"),
    ("key result", "/api/v1/check-ins/?key_result={code}"),
]


def kind_of(code: str) -> str:
    return "key result" if "-KR" in code else "objective" if "-O" in code else "roadmap"


@pytest.mark.parametrize("actor", CLOSEST)
def test_what_is_hidden_answers_like_what_does_not_exist(world, canaries, actor):
    found = []
    for hidden, nothing in HIDDEN.items():
        for kind, path in ABOUT_A_CODE:
            if kind != kind_of(hidden):
                continue
            for method in ("GET", "HEAD", "POST", "PATCH", "OPTIONS"):
                first, second = (answer_about(world, actor, method, path, code) for code in (hidden, nothing))
                if first != second:
                    found.append(f"{method} {path} of {hidden}: {first} is not {second}")
    assert not found


def answer_about(world, actor: str, method: str, path: str, code: str) -> tuple:
    """Status, headers and body, with the code itself taken out."""
    cycle = code.partition("-")[2]
    form = {"value": "4", "status": "on_track"} if "/api/" in path else {f"{code}-value": "4"}
    with taken_back():
        sent = None if method in {"GET", "HEAD", "OPTIONS"} else form
        response = world.ask(actor, method, path.format(code=code, cycle=cycle), sent)
        headers = {
            name: value for name, value in response.headers.items() if name not in HEADERS_OF_THE_MOMENT
        }
        body = CHANGES_EACH_TIME.sub("", response.content.decode())
        told = f"{response.status_code} {sorted(headers.items())} {body}"
        return told.replace(code, "CODE").replace(f"/{cycle}/", "/CYCLE/")


def test_the_way_to_an_area_does_not_tell_of_its_restricted_roadmap(world, canaries):
    path = "/areas/EDGE/?cycle=25H1"
    assert world.ask("viewer", "GET", path).url == "/areas/EDGE/25H1/"
    assert {world.ask(actor, "GET", path).status_code for actor in ("other lead", "owner")} == {200}


def test_a_bound_token_is_not_told_of_areas_out_of_its_reach(world):
    def told(key: str) -> str:
        response = world.ask("token: bound", "GET", f"/api/v1/areas/?area={key}")
        return f"{response.status_code} {response.content.decode()}"

    assert told("EDGE") == told("NOWHERE")
    assert told("CORE") != told("EDGE")


def test_a_form_with_a_hidden_row_saves_nothing_and_says_the_same(world, canaries):
    def answer(code: str) -> str:
        with taken_back():
            form = {"row": code, f"{code}-value": "4", f"{code}-status": "on_track"}
            response = world.ask("other lead", "POST", "/check-ins/", form)
            page = world.actors["other lead"].client.get(response.url)
        return CHANGES_EACH_TIME.sub("", page.content.decode()).replace(code, "CODE")

    assert answer("EDGE-24H2-O1-KR2") == answer("EDGE-24H2-O1-KR7")


# What is open, each of it: as it is read with what is restricted beside it, and as if that had never been.
DRAWN_FROM_SNAPSHOTS = {"/", "/areas/LIB/24H2/", "/objectives/EDGE-24H2-O1/"}
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
    "/public/24H2/EDGE/",
    "/api/v1/progress/?cycle=24H2",
    "/api/v1/progress/?cycle=24H2&area=LIB",
    "/api/v1/roadmaps/EDGE-24H2/",
    "/api/v1/objectives/?cycle=24H2",
    "/api/v1/key-results/?cycle=24H2",
    "/api/v1/check-ins/?cycle=24H2",
]
READERS = ("other lead", "owner")


@pytest.fixture(scope="module")
def with_and_without(world, django_db_blocker):
    """(page, reader) -> what it says, without and with what is restricted; with snapshots of past days."""

    def look() -> dict[tuple[str, str], str]:
        for days in (30, 20, 10, 1):
            take_snapshots(
                Cycle.objects.get(key="24H2"), today=timezone.localdate() - dt.timedelta(days=days)
            )
        return {
            (path, reader): CHANGES_EACH_TIME.sub("", world.ask(reader, "GET", path).content.decode())
            for path in OPEN_PAGES
            for reader in READERS
        }

    with django_db_blocker.unblock(), transaction.atomic():
        without = look()
        Planter(world).plant()
        with_it = look()
        transaction.set_rollback(True)
    return without, with_it


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(
            path,
            marks=[
                pytest.mark.xfail(reason="past days are drawn from snapshots, which hold what is restricted")
            ]
            * (path in DRAWN_FROM_SNAPSHOTS),
        )
        for path in OPEN_PAGES
    ],
)
def test_figures_are_those_of_an_organisation_without_what_is_restricted(with_and_without, path):
    without, with_it = with_and_without
    for reader in READERS:
        assert with_it[path, reader] == without[path, reader]
