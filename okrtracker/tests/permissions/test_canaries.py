"""What is restricted reaches nobody outside, by whatever way, and what is left does not tell of it."""

import datetime as dt
import io
import logging
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import User
from accounts.private_addresses import private_address
from goals.figures.search import KINDS as KINDS_FOUND
from goals.models import Card, Dependency, Initiative, Kpi, OutboxMail, Risk
from goals.reminders.due import find_due
from goals.reminders.message import build_message
from goals.reminders.send import BUILDERS
from okrtracker.tests.permissions.canaries import MARK, Planter
from okrtracker.tests.permissions.requests import address, rows_of
from okrtracker.tests.permissions.world import World, taken_back
from okrtracker.tests.test_walk import ROUTES, SAMPLES, SAMPLES_OF

pytestmark = pytest.mark.django_db

# The ones that read most: the others see a part of what one of these sees.
CLOSEST = ("visitor", "other lead", "owner", "token: manager's, bound")
CHANGES_EACH_TIME = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"|X-CSRFToken": "\w+"|value="[0-9a-f-]{36}"|updated_at": ?"[^"]+"'
)
HEADERS_OF_THE_MOMENT = {"RateLimit-Remaining", "RateLimit-Reset", "Set-Cookie", "ETag", "Date"}


@pytest.fixture(scope="module")
def canaries(world):
    return Planter(world).plant()


YESTERDAY = timezone.localdate() - dt.timedelta(days=1)
HIDDEN_KEY_RESULTS = ("EDGE-24H2-O1-KR2", "EDGE-24H2-O2-KR1", "EDGE-25H1-O2-KR1")
HIDDEN_OBJECTIVES = ("EDGE-24H2-O2", "EDGE-25H1-O2")
ABOUT_AN_OBJECTIVE = (
    "/objectives/{0}/ /objectives/{0}/?as_of={1} /objectives/{0}/edit/ /objectives/{0}/weights/"
)
ABOUT_AN_OBJECTIVE += (
    " /api/v1/objectives/{0}/needs/ /api/v1/objectives/{0}/needed-by/ /objectives/{0}/needs/"
)
ABOUT_AN_OBJECTIVE += " /objectives/{0}/people/?mention=lea /api/v1/objectives/{0}/"
ABOUT_AN_OBJECTIVE += " /api/v1/objectives/{0}/series/ /api/v1/objectives/{0}/explain/?as_of={1}"
ABOUT_A_KEY_RESULT = (
    "/key-results/{0}/ /key-results/{0}/check-in/ /check-ins/preview/{0}/ /key-results/{0}/edit/"
)
ABOUT_A_KEY_RESULT += " /key-results/{0}/pause/ /key-results/{0}/check-ins/1/people/?mention=lea"
ABOUT_A_KEY_RESULT += " /key-results/{0}/check-in/?corrects=1 /api/v1/check-ins/?key_result={0}"
ABOUT_A_KEY_RESULT += " /api/v1/key-results/{0}/ /api/v1/key-results/{0}/check-ins/"
ABOUT_A_KEY_RESULT += (
    " /api/v1/key-results/{0}/series/ /key-results/{0}/?as_of={1} /key-results/{0}/initiatives/"
)
ABOUT_A_KEY_RESULT += " /api/v1/key-results/{0}/initiatives/ /api/v1/initiatives/?key_result={0}"


def dashboards() -> list[str]:
    """One that the lead shares, in the cycle that is restricted too, and each of its cards by itself."""
    page = f"/dashboards/{SAMPLES['dashboard_key']}/"
    cards = Card.objects.filter(dashboard__key=SAMPLES["dashboard_key"]).values_list("pk", flat=True)
    return [f"{page}?cycle=25H1", *(f"{page}cards/{pk}/" for pk in cards)]


def walk() -> list[str]:
    """Every address of what can be read, with what can be searched for; the restricted ones among them."""
    paths = {address(name, row) for name in ROUTES for row in rows_of(name)}
    for text, codes in ((ABOUT_AN_OBJECTIVE, HIDDEN_OBJECTIVES), (ABOUT_A_KEY_RESULT, HIDDEN_KEY_RESULTS)):
        paths |= {path for code in codes for path in text.format(code, YESTERDAY).split()}
    for pk in Initiative.objects.values_list("pk", flat=True):
        paths |= {f"/initiatives/{pk}/edit/", f"/api/v1/initiatives/{pk}/"}
    for pk in Dependency.objects.values_list("pk", flat=True):
        paths |= {f"/needs/{pk}/edit/", f"/needs/{pk}/answer/", f"/api/v1/dependencies/{pk}/"}
    paths |= {f"/api/v1/dependencies/?q={MARK}", "/api/v1/dependencies/?limit=500"}
    paths |= {f"/dependencies/?cycle=24H2&as_of={YESTERDAY}", f"/dependencies.csv?as_of={YESTERDAY}"}
    for code in Kpi.objects.values_list("code", flat=True):
        paths |= {f"/kpis/{code}/", f"/kpis/{code}/enter/", f"/kpis/{code}/edit/", f"/kpis/{code}/values.csv"}
        paths |= {f"/api/v1/kpis/{code}/{part}" for part in ("", "entries/", "series/")}
    paths |= {"/kpis/?area=EDGE", "/kpis/?show=outside", "/kpis.csv?area=EDGE", "/api/v1/kpis/?limit=500"}
    paths |= {f"/api/v1/kpis/?q={MARK}", "/api/v1/kpis/?owner=lea.lead%40example.org"}
    for code in Risk.objects.values_list("code", flat=True):
        paths |= {f"/risks/{code}/", f"/risks/{code}/?as_of={YESTERDAY}", f"/risks/{code}/close/"}
        paths |= {f"/risks/{code}/edit/", f"/risks/{code}/reopen/", f"/api/v1/risks/{code}/"}
    paths |= set(dashboards())
    for query in ("cycle=24H2", "cycle=25H1", "cycle=24H2&show=closed", "cycle=25H1&show=closed"):
        paths |= {f"/risks/?{query}", f"/risks.csv?{query}", f"/risk-trend.csv?{query[:10]}"}
    paths |= {f"/api/v1/cycles/{key}/risk-trend/" for key in ("24H2", "25H1")}
    lists = ("areas", "cycles", "roadmaps", "objectives", "key-results", "check-ins", "initiatives", "risks")
    paths |= {f"/api/v1/{name}/?q={MARK}" for name in lists}
    for name in ("roadmaps", "objectives", "key-results", "check-ins", "initiatives", "risks"):
        paths |= {f"/api/v1/{name}/?{query}" for query in ("cycle=25H1", "area=LIB", "limit=500")}
    for name in ("objectives", "key-results", "check-ins", "initiatives", "risks"):
        paths.add(f"/api/v1/{name}/?owner=lea.lead%40example.org")
    for query in ("cycle=24H2", "cycle=25H1", f"cycle=24H2&as_of={YESTERDAY}"):
        paths |= {f"/api/v1/progress/{part}?{query}" for part in ("", "explain/")}
        paths |= {f"/?{query}", f"/changes/?{query}", f"/changes.csv?{query}", f"/areas.csv?{query}"}
        paths |= {f"/api/v1/areas/LIB/explain/?{query}", f"/api/v1/areas/LIB/series/?{query[:10]}"}
    paths |= {"/api/v1/progress/?cycle=24H2&area=LIB", "/api/v1/check-ins/?author=lea.lead%40example.org"}
    paths |= {f"{page}?cycle=25H1" for page in ("/areas/", "/risks/", "/areas/EDGE/")}
    paths |= {"/areas/LIB/24H2/", "/areas/LIB/25H1/", "/risks/?area=EDGE", "/risks/?show=high"}
    paths |= {f"/areas/EDGE/{key}/?as_of={YESTERDAY}" for key in ("24H2", "25H1")}
    paths |= {f"/cycles/{key}/{part}" for key in ("24H2", "25H1") for part in ("", "scores/", "scores/EDGE/")}
    paths |= {f"/cycles/24H2/{page}?with=25H1" for page in ("compare/", "compare.csv")}
    paths |= {f"/record/?what={MARK}", f"/people/?q={MARK}", "/areas/EDGE/25H1/roadmap.md"}
    paths |= {f"/areas/EDGE/{key}/roadmap.pdf" for key in ("24H2", "25H1")}
    documents = [f"/api/v1/roadmaps/EDGE-{key}/document/" for key in ("24H2", "25H1")]
    paths |= {f"{path}?format={wanted}" for path in documents for wanted in ("md", "json")}
    paths |= {f"/api/v1/record/?what={MARK}", "/api/v1/record/?format=csv"}
    paths |= {f"/search/?q={MARK}", f"/search/panel/?q={MARK}", "/search/?q=EDGE-25H1-O1"}
    paths |= {f"/search/?q={MARK}&kind={kind}" for kind in KINDS_FOUND}
    return sorted(paths | activities())


def activities() -> set[str]:
    """What happened, to what is followed and to each thing that may be asked about."""
    paths = {"/activity/?area=LIB", "/activity.csv?area=EDGE", "/api/v1/activity/?area=EDGE&limit=500"}
    paths |= {"/api/v1/activity/?following=true", "/api/v1/activity/?person=lea.lead%40example.org"}
    for pages in ("/activity/?", "/activity.csv?", "/api/v1/activity/?"):
        paths |= {f"{pages}objective={code}" for code in (*HIDDEN_OBJECTIVES, "EDGE-24H2-O1")}
        paths |= {f"{pages}key_result={code}" for code in (*HIDDEN_KEY_RESULTS, "EDGE-24H2-O1-KR1")}
    people = User.objects.filter(name="Lea Lead").values_list("pk", flat=True)
    return paths | {f"/activity/?person={pk}" for pk in people}


def text_of(pdf: bytes) -> str:
    """What can be read in it, with words that were parted at the end of a line put together too."""
    reader = PdfReader(io.BytesIO(pdf))
    text = "\n".join(page.extract_text() for page in reader.pages)
    together = re.sub(r"[-\u2010\u00ad]?\n", "", text)
    return f"{reader.metadata} {text} {together}"


def read(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.headers.get("Content-Type", "")
    text = text_of(body) if kind == "application/pdf" else body.decode()
    if kind.startswith("text/calendar"):
        text = text.replace("\r\n ", "")  # long lines are broken anywhere
    return text + "\n".join(f"{name}: {value}" for name, value in response.headers.items())


def seen_by(world: World, canaries, actor: str, paths: list[str]) -> dict[str, set[str]]:
    """Place of a canary -> the addresses at which this actor reads it."""
    seen: dict[str, set[str]] = {}
    for path in paths:
        with taken_back():
            for place in canaries.found_in(read(world.ask(actor, "GET", path))):
                seen.setdefault(place, set()).add(path)
    return seen


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("actor", CLOSEST)
def test_nobody_outside_reads_what_is_restricted(world, canaries, actor):
    assert not seen_by(world, canaries, actor, walk())


def private_addresses(person: User) -> list[str]:
    """Of the calendars and feeds, and of badges of what is hidden and of what is beside it."""
    codes = [
        *HIDDEN_OBJECTIVES,
        *HIDDEN_KEY_RESULTS,
        "EDGE-24H2",
        "EDGE-25H1",
        "EDGE-24H2-O1",
        "EDGE-25H1-O1",
    ]
    codes += Kpi.objects.values_list("code", flat=True)
    paths = ["/feeds/mine.ics", *(f"/badge/{code}.svg" for code in codes)]
    paths += [f"/feeds/areas/{area}.{kind}" for area in ("EDGE", "LIB", "CORE") for kind in ("ics", "atom")]
    return [private_address(path, person) for path in paths]


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("person", ["other lead", "owner", "of no area"])
def test_private_addresses_of_nobody_outside_show_what_is_restricted(world, canaries, person):
    assert not seen_by(world, canaries, "visitor", private_addresses(world.person(person)))


@pytest.mark.only_on("sqlite")
def test_private_addresses_of_members_do(world, canaries):
    seen = seen_by(world, canaries, "visitor", private_addresses(world.person("lead")))
    ways = {path.partition("?")[0].rpartition(".")[2] for paths in seen.values() for path in paths}
    assert ways == {"ics", "atom", "svg"}


@pytest.mark.only_on("sqlite")
def test_those_inside_read_all_of_it(world, canaries):
    """What was there before and what was corrected stands in the record alone."""
    missing = set(canaries.places.values())
    missing -= seen_by(world, canaries, "administrator", [reverse("accounts:audit_csv")]).keys()
    # What is restricted first, as the most of it stands there.
    for path in sorted(walk(), key=lambda path: not any(code in path for code in HIDDEN)):
        if not missing:
            break
        missing -= seen_by(world, canaries, "lead", [path]).keys()
    assert not missing


@pytest.mark.only_on("sqlite")
def test_those_inside_read_what_is_restricted_on_pages_and_by_programs(world, canaries):
    for path in ("/areas/EDGE/25H1/", "/objectives/EDGE-24H2-O2/", "/key-results/EDGE-24H2-O1-KR2/"):
        assert seen_by(world, canaries, "lead", [path]), path
    for path in ("/changes.csv?cycle=25H1", f"/areas/EDGE/24H2/?as_of={YESTERDAY}"):
        assert seen_by(world, canaries, "lead", [path]), path
    past = f"/api/v1/progress/?cycle=24H2&as_of={YESTERDAY}"
    assert "EDGE-24H2-O2" in read(world.ask("lead", "GET", past))
    assert "EDGE-24H2-O2" not in read(world.ask("other lead", "GET", past))


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
        message = BUILDERS.get(mail.kind, build_message)(mail, now=now)
        if message is None:
            continue
        parts = [message.subject, message.body, *(part.content for part in message.alternatives)]
        told.setdefault(mail.user, set()).update(canaries.found_in("\n".join(parts)))
    inside, outside = world.person("lead"), world.person("owner")
    assert told.keys() >= {inside, outside}
    of_lead = told.pop(inside)
    assert {place.endswith(", comment") for place in of_lead} == {True, False}
    assert not any(told.values())


# What is hidden, and what is not there.
HIDDEN = {
    "EDGE-25H1": "EDGE-25H2",
    "EDGE-24H2-O2": "EDGE-24H2-O7",
    "EDGE-24H2-O1-KR2": "EDGE-24H2-O1-KR7",
    "EDGE-24H2-O2-KR1": "EDGE-24H2-O7-KR1",
    "EDGE-24H2-O1-R2": "EDGE-24H2-O1-R7",
}
KINDS = {"-R": "risk", "-K": "key result", "-O": "objective"}


def kind_of(code: str) -> str:
    return next((kind for mark, kind in KINDS.items() if mark in code), "roadmap")


def about(code: str) -> list[str]:
    """Every address that is about what has such a code."""
    area, cycle = code.split("-")[:2]
    paths = [f"/api/v1/check-ins/?key_result={code}"] if kind_of(code) == "key result" else []
    for name, parts in ROUTES.items():
        sample = (SAMPLES | SAMPLES_OF.get(name, {}))["code"] if "code" in parts else "EDGE-24H2"
        is_of_kind = kind_of(sample) == kind_of(code)
        if is_of_kind and set(parts) in ({"code"}, {"code", "sequence"}, {"area_key", "cycle_key"}):
            told = {"code": code, "sequence": 1, "area_key": area, "cycle_key": cycle}
            paths.append(reverse(name, kwargs={part: told[part] for part in parts}))
    return paths


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("actor", [actor for actor in CLOSEST if actor != "owner"])
def test_what_is_hidden_answers_like_what_does_not_exist(world, canaries, actor):
    found = []
    for hidden, nothing in HIDDEN.items():
        pairs = list(zip(about(hidden), about(nothing), strict=True))
        assert len(pairs) > 1
        for path, other_path in pairs:
            for method in ("GET", "POST"):
                first = answer_about(world, actor, method, path, hidden)
                second = answer_about(world, actor, method, other_path, nothing)
                if first != second:
                    found.append(f"{method} {path}: {first} is not {second}")
    assert not found


def answer_about(world, actor: str, method: str, path: str, code: str) -> str:
    """Status, headers and body, with the code itself taken out."""
    cycle = code.split("-")[1]
    form = {"value": "4", "status": "on_track"} if "/api/" in path else {f"{code}-value": "4"}
    with taken_back():
        response = world.ask(actor, method, path, form if method == "POST" else None)
        headers = {
            name: value for name, value in response.headers.items() if name not in HEADERS_OF_THE_MOMENT
        }
        body = CHANGES_EACH_TIME.sub("", response.content.decode())
    told = f"{response.status_code} {sorted(headers.items())} {body}"
    return told.replace(code, "CODE").replace(cycle, "CYCLE")


def test_nobody_is_suggested_who_may_not_see_it(world, canaries):
    def suggested(path: str) -> set[str]:
        answers = [world.ask("lead", "GET", f"{path}?mention={word}") for word in ("lead", "viewer", "own")]
        text = "".join(answer.content.decode() for answer in answers)
        return {name for name in ("Lea Lead", "Olea Lead", "Ovi Ewer", "Own Er") if name in text}

    assert suggested("/objectives/EDGE-24H2-O1/people/") == {"Lea Lead", "Olea Lead", "Own Er"}
    for code in HIDDEN_OBJECTIVES:
        assert suggested(f"/objectives/{code}/people/") == {"Lea Lead"}
    for code in HIDDEN_KEY_RESULTS:
        assert suggested(f"/key-results/{code}/check-ins/1/people/") == {"Lea Lead"}


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
