"""`okr` as people and pipelines call it, against a server."""

import json
import stat

from accounts.models import ApiToken
from goals.exchange.markdown_reader import read
from goals.models import CheckIn, Cycle, KeyResult
from goals.tests.factories import check_in

# Somebody else's server: nothing answers there.
NOBODY = "http://127.0.0.1:9"


def test_signing_in_keeps_the_token_for_its_server_alone(okr, live_server, token, lead, tmp_path):
    said = okr("sign-in", "--url", live_server.url, given=f"{token}\n")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith(f"Signed in: Lea Lead <{lead.email}> at {live_server.url}")
    assert token not in said.stdout
    file = tmp_path / ".config" / "okr" / "servers.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(okr("me", "--json").stdout)["email"] == lead.email

    elsewhere = okr("me", "--url", NOBODY)
    assert (elsewhere.returncode, "not signed in at" in elsewhere.stderr) == (3, True)

    file.chmod(0o644)
    assert "chmod 600" in okr("me").stderr
    file.chmod(0o600)
    assert okr("sign-out").returncode == 0
    assert okr("me").returncode == 3
    assert token not in file.read_text(encoding="utf-8")


def test_a_token_that_is_not_valid_is_not_kept(okr, live_server, db, tmp_path):
    said = okr("sign-in", "--url", live_server.url, given="okr_thisisnotatokenofanybody\n")
    assert (said.returncode, said.stdout) == (3, "")
    assert "okr sign-in" in said.stderr
    assert not (tmp_path / ".config").exists()


def test_what_is_due_is_reported_and_shown(signed_in, key_result):
    heading, row = signed_in("due").stdout.splitlines()
    assert (heading.split()[0], row.split()[0]) == ("CODE", key_result.code)

    kept = signed_in(
        *("check-in", key_result.code.lower(), "5.31", "-m", "Nightly", "--status", "on_track"),
        *("--confidence", "7", "--date", "2024-10-11"),
    )
    assert (kept.returncode, kept.stderr) == (0, "")
    assert kept.stdout.startswith(f"{key_result.code}: 5.31 tok/s, 53 %, ")
    row = CheckIn.objects.get()
    assert (str(row.value), row.note, row.status) == ("5.310000", "Nightly", "on_track")
    assert (row.confidence, row.effective_on.isoformat(), row.source) == (7, "2024-10-11", "api")

    # What was said last stands where nothing else is said, of the value and of how it goes.
    assert signed_in("check-in", key_result.code, "-").returncode == 0
    assert signed_in("check-in", key_result.code, "--same", "--status", "behind").returncode == 0
    newest = CheckIn.objects.order_by("sequence").values_list("value", "is_no_change", "status")
    assert [(str(value), same, status) for value, same, status in newest[1:]] == [
        ("5.310000", True, "on_track"),
        ("5.310000", True, "behind"),
    ]
    assert signed_in("due").stdout == "Nothing is due.\n"
    shown = signed_in("show", key_result.code).stdout
    assert "now 5.31 tok/s, from 0 tok/s → 10 tok/s" in shown
    assert key_result.code in signed_in("show", key_result.objective.code).stdout
    told = json.loads(signed_in("show", key_result.code, "--json").stdout)
    assert told["current_value"] == "5.31"


def test_a_value_below_zero_is_no_option(signed_in, key_result):
    KeyResult.objects.update(start_value=-10)
    assert signed_in("check-in", key_result.code, "-3.5", "--status", "behind").returncode == 0
    assert str(CheckIn.objects.get().value) == "-3.500000"


def test_a_plan_is_exported(signed_in, key_result, tmp_path):
    (objective,) = read(signed_in("export", "EDGE-24H2").stdout).objectives
    assert objective.key_results[0].title == key_result.title
    assert json.loads(signed_in("export", "EDGE-24H2", "--json").stdout)["code"] == "EDGE-24H2"
    file = tmp_path / "plan.pdf"
    assert signed_in("export", "EDGE-24H2", "--format", "pdf", "-o", str(file)).returncode == 0
    assert file.read_bytes().startswith(b"%PDF-")


def test_answers_that_are_lost_are_asked_for_again_and_kept_once(signed_in, way, key_result):
    """The value is kept, its answer lost; then the server has no time twice; then it is told."""
    way.plan = ["lost", 503, 429]
    said = signed_in("check-in", key_result.code, "4", "--status", "on_track", OKR_URL=way.url)
    assert (said.returncode, said.stderr.count("trying again")) == (0, 3)
    assert "kept before" in said.stdout
    assert CheckIn.objects.count() == 1
    (sent,) = set(way.seen)
    assert (sent[0], bool(sent[2]), len(way.seen)) == ("POST", True, 4)


def test_who_gave_up_asks_again_under_the_same_key(signed_in, way, key_result):
    way.plan = ["lost", 503]
    report = ("check-in", key_result.code, "4", "--status", "on_track")
    said = signed_in(*report, "--tries", "2", OKR_URL=way.url)
    assert (said.returncode, said.stdout) == (4, "")
    key = said.stderr.split("--key ")[1].split()[0]
    assert signed_in(*report, "--key", key, OKR_URL=way.url).returncode == 0
    assert CheckIn.objects.count() == 1
    way.plan, way.retry_after = [503], "3600"
    assert "asks for 3600 s" in signed_in("me", OKR_URL=way.url).stderr


def test_refusals_are_told_in_sentences_and_exit_codes(signed_in, way, key_result, contributor, core, cycle):
    code = key_result.code
    report = ("check-in", code, "3", "--status", "behind")

    def refused(*arguments: str, **environment: str) -> int:
        done = signed_in(*arguments, **environment)
        assert done.stderr.strip(), arguments
        assert "Traceback" not in done.stderr
        return done.returncode

    assert refused("check-in", code, "1_000", "--status", "behind") == 1
    assert refused(*report, "--date", "2999-01-01") == 1
    assert refused("show", "EDGE-24H2-O9") == 1
    problem = signed_in("check-in", code, "NaN", "--status", "behind", "--json")
    assert (problem.returncode, json.loads(problem.stdout)["errors"][0]["field"]) == (1, "value")
    assert refused("check-in", code, "3") == 2  # nobody has said yet how it goes
    foreign = ApiToken.issue(owner=contributor, scope="read", area=core)[1]
    assert refused(*report, OKR_TOKEN=foreign) == 3
    assert refused("me", "--tries", "1", OKR_URL=NOBODY) == 4
    way.plan = [404]
    assert refused("me", OKR_URL=way.url) == 5
    Cycle.objects.filter(pk=cycle.pk).update(state="closed")
    closed = signed_in(*report)
    assert (closed.returncode, "closed" in closed.stderr) == (1, True)
    assert CheckIn.objects.count() == 0


def test_nothing_that_was_written_moves_the_cursor(signed_in, key_result, lead):
    KeyResult.objects.update(title="\x1b[2J\u202eturned")
    check_in(key_result, 4, author=lead)
    shown = signed_in("show", key_result.code).stdout
    assert "turned" in shown
    assert not {"\x1b", "\u202e"} & set(shown)
