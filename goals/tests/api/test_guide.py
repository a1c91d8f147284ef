"""The examples of docs/api.md, run as they stand against a server."""

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import yaml

from accounts.models import ApiToken
from goals.actions.comments import add_comment
from goals.models import CheckIn, KeyResult
from goals.tests.factories import NOW, InitiativeFactory

# A shell for each; that the same is kept on the other database is told by the tests of each endpoint.
pytestmark = pytest.mark.only_on("sqlite")

GUIDE = Path("docs/api.md").read_text(encoding="utf-8")
SETUP, *EXAMPLES = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
JOBS = {
    re.search(r"^## (.*)$", part, re.MULTILINE)[1]: part
    for part in re.split(r"(?m)^(?=## )", GUIDE)
    if "```sh" in part and part.startswith("## ")
}


@pytest.fixture
def token(lead, edge):
    return ApiToken.issue(owner=lead, scope="check-in", area=edge)[1]


@pytest.fixture
def bash(tmp_path):
    """bash(script, variables): what it prints, where `okr` is installed; in a folder of its own."""
    command = tmp_path / "bin" / "okr"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m okr_client "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    source = str(Path("clients/okr/src").resolve())
    there = {"PATH": f"{command.parent}:{os.environ['PATH']}", "PYTHONPATH": source, "HOME": str(tmp_path)}

    def run(script: str, variables: dict[str, str]) -> str:
        done = subprocess.run(
            ["/bin/bash", "-euc", script],
            env=there | variables,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def shell(bash, live_server, token, key_result):
    def run(job: str) -> str:
        script = re.search(r"```sh\n(.*?)```", JOBS[job], re.DOTALL)[1]
        return bash(script, {"OKR": live_server.url, "TOKEN": token})

    return run


def test_every_example_is_run_below():
    run_here = set(re.findall(r'shell\(\n?\s*"([^"]+)"', Path(__file__).read_text(encoding="utf-8")))
    assert set(JOBS) == run_here
    assert len(EXAMPLES) == len(JOBS)


def test_sign_in(shell, lead):
    assert json.loads(shell("Sign in"))["email"] == lead.email


def test_read_progress(shell, key_result):
    assert json.loads(shell("Read the progress of a half-year"))["areas"][0]["key"] == "EDGE"


def test_draw_the_course(shell, key_result):
    assert "results" in json.loads(shell("Draw the course of an area"))


def test_read_a_list_as_csv(shell, key_result):
    heading, row = shell("Read a list in another order, or as CSV").splitlines()
    assert heading.startswith("code,title,")
    assert row.startswith(key_result.code)


def test_explain_a_mean(shell, key_result):
    (part,) = json.loads(shell("See how a mean came about"))["parts"]
    assert part["code"] == key_result.code


def test_find_what_is_behind(shell, lib, lead):
    ApiToken.objects.update(area=None)
    assert json.loads(shell("Find what is behind"))["results"] == []


def test_follow(shell, key_result):
    told = json.loads(shell("Follow what changes"))
    assert key_result.code in {one["code"] for one in told["results"]}


def test_report_many(shell, key_result):
    kept, refused = json.loads(shell("Report many values at once"))["results"]
    assert (kept["status"], refused["problem"]["code"]) == (201, "not_found")
    key_result.refresh_from_db()
    assert str(key_result.current_value) == "5.320000"


def test_read_less_or_more(shell, key_result):
    (row,) = json.loads(shell("Read less of each, or more at once"))["results"]
    assert (set(row), row["objective"]["title"]) == (
        {"code", "title", "pace", "objective"},
        key_result.objective.title,
    )


def test_read_one(shell, key_result):
    assert json.loads(shell("Read one key result"))["code"] == key_result.code


def test_report_a_value_and_send_it_again(shell, key_result):
    kept = shell("Report a value")
    assert json.loads(kept)["key_result"]["current_value"] == "5.31"
    assert shell("Report a value") == kept
    assert CheckIn.objects.get().note == "Nightly benchmark"
    assert KeyResult.objects.get(pk=key_result.pk).check_in_count == 1
    assert len(json.loads(shell("Read the history of a key result"))["results"]) == 1


def test_report_from_a_pipeline(shell, key_result):
    assert shell("From a shell or a pipeline").startswith(f"{key_result.code}: 5.31 tok/s, 53 %, ")
    assert CheckIn.objects.get().note == "Nightly benchmark"


def test_report_from_a_github_action(bash, live_server, token, key_result, tmp_path):
    """Its last step as it stands, with the secret that it asks for; run again, it reports once."""
    action = yaml.safe_load(re.search(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[1])
    step = action["jobs"]["report"]["steps"][-1]
    assert step["env"] == {"OKR_URL": "https://okr.example.org", "OKR_TOKEN": "${{ secrets.OKR_TOKEN }}"}
    (tmp_path / "measured.txt").write_text("5.31\n", encoding="utf-8")
    for _run in range(2):
        bash(step["run"], {"OKR_URL": live_server.url, "OKR_TOKEN": token, "GITHUB_RUN_ID": "1234"})
    assert str(CheckIn.objects.get().value) == "5.310000"


def test_find_what_mentions_me(shell, objective, viewer, lead):
    add_comment(objective, by=viewer, now=NOW, text="Look", mentions=[lead])
    (found,) = json.loads(shell("Talk about an objective or a check-in"))["results"]
    assert found["mentions"] == [lead.email]


def test_say_what_is_being_done(shell, key_result, lead):
    InitiativeFactory(key_result=key_result, title="Late", due_on=date(2024, 10, 1))
    (row,) = json.loads(shell("Say what is being done"))["results"]
    assert (row["title"], row["overdue"]) == ("Late", True)


def test_ask_only_for_what_changed(shell):
    assert shell("Ask only for what changed") == "304\n"


def test_the_guide_names_every_filter_of_every_list():
    from areas.api.views import AreaFilters
    from goals.api import filters

    sets = {
        "areas/": AreaFilters,
        "cycles/": filters.CycleFilters,
        "roadmaps/": filters.RoadmapFilters,
        "objectives/": filters.ObjectiveFilters,
        "key-results/": filters.KeyResultFilters,
        "check-ins/": filters.CheckInFilters,
        "initiatives/": filters.InitiativeFilters,
        "key-results/{CODE}/initiatives/": filters.InitiativesOfOneFilters,
        "key-results/{CODE}/check-ins/": filters.CheckInsOfOneFilters,
        "comments/": filters.CommentFilters,
        "objectives/{CODE}/comments/": filters.CommentsOfOneFilters,
    }
    rows = table_in("Find what is behind")
    assert {name: set(re.findall(r"`(\w+)`", rows[name])) for name in sets} == {
        name: set(kind.base_filters) for name, kind in sets.items()
    }


def test_the_guide_names_every_order_of_every_list():
    from okrtracker.api import router

    views = {f"{prefix}/": getattr(view, "orderings", {}) for prefix, view, _name in router.registry}
    told = {name: re.findall(r"`(\w+)`", row) for name, row in table_in(BY_ANOTHER_ORDER).items()}
    assert {name: set(names) for name, names in told.items()} == {
        name: set(orders) for name, orders in views.items() if orders
    }


BY_ANOTHER_ORDER = "Read a list in another order, or as CSV"


def table_in(job: str) -> dict[str, str]:
    return dict(re.findall(r"^\| `([^`]+/)` \| (.*) \|$", JOBS[job], re.MULTILINE))


def test_the_guide_names_every_refusal():
    from goals.actions.refusals import Archived, CycleClosed, CycleNotActive, Invalid

    codes = set(re.findall(r"^\| \d+ \| `(\w+)` \|", GUIDE, re.MULTILINE))
    assert {kind.code for kind in (Archived, CycleClosed, CycleNotActive, Invalid)} <= codes
