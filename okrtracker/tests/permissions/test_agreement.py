"""Pages, API and exports are one product: the same person sees and may do the same by each of them."""

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest

from accounts.models import Scope
from goals.models import KeyResult, Objective, Roadmap
from okrtracker.tests.permissions.canaries import Planter
from okrtracker.tests.permissions.world import taken_back, with_token

pytestmark = [pytest.mark.django_db]

PEOPLE = ["viewer", "contributor", "lead", "other viewer", "other contributor", "other lead", "of no area"]
PEOPLE += ["owner", "manager", "administrator"]
# Of those who read the same one: of the area, outside, owner of one thing in it, manager.
READERS = ["viewer", "other lead", "owner", "manager"]
LINKED_CODE = re.compile(r'href="/(?:objectives|key-results)/([A-Z0-9-]+)/"')
DOCUMENT_NUMBER = re.compile(r"^#+ \[([OB]\d+)\]", re.MULTILINE)
PLACES_STORED = Decimal("1E-15")


@pytest.fixture(scope="module", autouse=True)
def restricted(world):
    """Something restricted at every level, and a token for each person that may do all they may."""
    Planter(world).plant()
    for name in PEOPLE:
        world.actors[f"program of {name}"] = with_token(name, world.person(name), Scope.WRITE)
    return world


def codes(model) -> list[str]:
    return sorted(model.objects.values_list("code", flat=True))


def read(world, actor: str, path: str) -> dict:
    response = world.ask(actor, "GET", path)
    assert response.status_code == 200, (path, response.content)
    return response.json()


def listed(world, actor: str, name: str) -> set[str]:
    return {row["code"] for row in read(world, actor, f"/api/v1/{name}/?limit=500")["results"]}


def page_of(code: str, model) -> str:
    if model is Roadmap:
        return "/areas/{}/{}/".format(*code.split("-"))
    return f"/{'objectives' if model is Objective else 'key-results'}/{code}/"


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("person", READERS)
@pytest.mark.parametrize(
    ("model", "name"), [(Roadmap, "roadmaps"), (Objective, "objectives"), (KeyResult, "key-results")]
)
def test_a_row_is_there_on_its_page_in_the_api_and_in_its_list_or_in_none(
    world, person, model, name, blank_pages
):
    on_pages, in_the_api = set(), set()
    for code in codes(model):
        page = world.ask(person, "GET", page_of(code, model)).status_code
        program = world.ask(f"program of {person}", "GET", f"/api/v1/{name}/{code}/").status_code
        assert {page, program} <= {200, 404}
        on_pages |= {code} if page == 200 else set()
        in_the_api |= {code} if program == 200 else set()
    assert on_pages == in_the_api == listed(world, person, name)
    assert on_pages == listed(world, f"program of {person}", name)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("person", READERS)
def test_roll_up_page_and_document_hold_the_codes_of_the_lists(world, person):
    objectives = listed(world, person, "objectives")
    key_results = listed(world, person, "key-results")
    roadmaps = listed(world, person, "roadmaps")
    in_progress: set[str] = set()
    for cycle in ("24H2", "25H1"):
        nodes = read(world, person, f"/api/v1/progress/?cycle={cycle}")["areas"]
        in_progress |= {row for node in nodes for row in codes_of_area(node)}
    assert in_progress == objectives | key_results
    linked, written = set(), set()
    for code in roadmaps:
        page = page_of(code, Roadmap)
        linked |= set(LINKED_CODE.findall(world.ask(person, "GET", page).content.decode()))
        document = world.ask(person, "GET", f"{page}roadmap.md").content.decode()
        written |= {f"{code}-{number}" for number in DOCUMENT_NUMBER.findall(document)}
    for code in objectives:
        linked |= set(LINKED_CODE.findall(world.ask(person, "GET", f"/objectives/{code}/").content.decode()))
    assert written == objectives
    assert linked <= objectives | key_results
    assert linked >= key_results


def codes_of_area(node: dict) -> set[str]:
    own = {objective["code"] for objective in node["objectives"]}
    own |= {row["code"] for objective in node["objectives"] for row in objective["key_results"]}
    return own.union(*(codes_of_area(team) for team in node["teams"]))


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("person", READERS)
def test_figures_are_the_same_wherever_they_stand(world, person):
    def share(value: str | None) -> Decimal | None:
        return None if value is None else Decimal(value)

    def on_page(path: str) -> Decimal | None:
        completion = world.ask(person, "GET", path).context["figures"].mean.completion
        return None if completion is None else completion.quantize(PLACES_STORED, ROUND_HALF_UP)

    progress = read(world, f"program of {person}", "/api/v1/progress/?cycle=24H2")
    assert on_page("/?cycle=24H2") == share(progress["completion"])
    assert progress == read(world, person, "/api/v1/progress/?cycle=24H2")
    for model, name in ((Roadmap, "roadmaps"), (Objective, "objectives")):
        for code in listed(world, person, name):
            told = read(world, f"program of {person}", f"/api/v1/{name}/{code}/")
            assert on_page(page_of(code, model)) == share(told["completion"]), code


@pytest.mark.parametrize("person", PEOPLE)
def test_who_checks_in_on_a_page_checks_in_by_a_program(world, person):
    report = {"value": "4", "status": "on_track"}
    for code in codes(KeyResult):
        form = {f"{code}-{name}": value for name, value in report.items()}
        api = f"/api/v1/key-results/{code}/check-ins/"
        several = {"row": code} | form
        with taken_back():
            page = world.ask(person, "POST", f"/key-results/{code}/check-in/", form).status_code
        # One of them takes its value from a KPI: whoever may say it is sent there.
        outcome = {302: "kept", 403: "refused", 404: "absent", 422: "sent to the KPI"}[page]
        for actor in (person, f"program of {person}"):
            with taken_back():
                status = world.ask(actor, "POST", api, report).status_code
            told = {201: "kept", 403: "refused", 404: "absent", 400: "sent to the KPI"}[status]
            assert told == outcome, (code, actor)
        with taken_back():
            kept = KeyResult.objects.get(code=code).check_in_count
            world.ask(person, "POST", "/check-ins/", several)
            is_kept = KeyResult.objects.get(code=code).check_in_count == kept + 1
        assert is_kept == (outcome == "kept"), code


@pytest.mark.parametrize("person", PEOPLE)
def test_who_moves_a_cycle_on_a_page_moves_it_by_a_program(world, person):
    for page, program in (("begin-closing", "begin-closing"), ("edit", None)):
        with taken_back():
            by_page = world.ask(person, "POST", f"/cycles/24H2/{page}/").status_code
        may = by_page in {302, 422}
        assert may or by_page == 403
        for actor in (person, f"program of {person}") if program else ():
            with taken_back():
                status = world.ask(actor, "POST", f"/api/v1/cycles/24H2/{program}/", {}).status_code
            assert status == (200 if may else 403), actor


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("person", READERS)
def test_tokens_are_the_same_on_their_page_and_for_programs(world, person):
    page = {token.pk for token in world.ask(person, "GET", "/tokens/").context["tokens"]}
    assert page == {row["id"] for row in read(world, person, "/api/v1/tokens/?limit=500")["results"]}
    assert page
    # A program, which may write, sees those that may do no more than itself.
    admins = {token.pk for token in world.person(person).api_tokens.filter(scope=Scope.ADMIN)}
    by_program = {
        row["id"] for row in read(world, f"program of {person}", "/api/v1/tokens/?limit=500")["results"]
    }
    assert by_program == page - admins


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("person", [*READERS, "administrator"])
def test_the_record_is_the_same_on_its_page_as_csv_and_for_programs(world, person):
    query = "what=EDGE-25H1&action=changed"
    page = world.ask(person, "GET", f"/record/?{query}")
    csv = world.ask(person, "GET", f"/record.csv?{query}")
    by_session = world.ask(person, "GET", f"/api/v1/record/?{query}&limit=500")
    as_csv = world.ask(person, "GET", f"/api/v1/record/?{query}&format=csv")
    assert len({answer.status_code for answer in (page, csv, by_session, as_csv)}) == 1
    assert world.ask(f"program of {person}", "GET", f"/api/v1/record/?{query}").status_code == 403
    if person != "administrator":
        assert page.status_code == 403
        return
    lines = b"".join(csv.streaming_content).splitlines()
    assert lines == b"".join(as_csv.streaming_content).splitlines()
    assert len(by_session.json()["results"]) == len(lines) - 1 > 0


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("person", READERS)
def test_what_explains_a_mean_is_what_is_listed(world, person):
    objectives = read(world, person, "/api/v1/objectives/?cycle=24H2&limit=500")["results"]
    explained = {
        part["code"] for part in read(world, person, "/api/v1/progress/explain/?cycle=24H2")["parts"]
    }
    assert explained == {row["code"] for row in objectives if row["kind"] == "focus"}
    for row in objectives:
        told = read(world, f"program of {person}", f"/api/v1/objectives/{row['code']}/explain/")
        assert told["completion"] == row["completion"]
        by_kind = {kind: [] for kind in ("key_result", "objective")}
        for part in told["parts"]:
            by_kind[part["kind"]].append(part["code"])
        assert by_kind["key_result"] == row["key_results"]
        assert by_kind["objective"] == (row["supporters"] if row["counts_supporters"] else [])
