"""/metrics: what Prometheus reads, and who may."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import ApiToken, Scope
from goals.models import Cycle, OutboxMail, Visibility
from goals.tests.factories import NOW, check_in
from okrtracker import environment
from okrtracker.tests.conftest import bare

pytestmark = pytest.mark.django_db


def samples(text):
    """Values by name and labels: `{("okrtracker_completion_ratio", "area=EDGE", "cycle=24H2"): 0.3}`."""
    return {
        (sample.name, *sorted(f"{name}={value}" for name, value in sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def token(manager):
    return ApiToken.issue(owner=manager, scope=Scope.READ)[1]


@pytest.fixture
def scrape(client, token):
    """As Prometheus asks."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    }

    def get():
        answer = client.get("/metrics", headers=headers)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return samples(answer.content.decode())

    return get


@pytest.fixture(autouse=True)
def middle_of_october():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize("area", ["area=", "area=EDGE", "area=LIB"])
def test_the_progress_of_a_running_cycle_is_told(scrape, key_result, core, area):
    check_in(key_result, 3)
    told, place = scrape(), (area, "cycle=24H2")
    assert told["okrtracker_completion_ratio", *place] == 0.3
    assert told["okrtracker_expected_ratio", *place] == pytest.approx(105 / 183)
    assert told["okrtracker_key_results", *place, "health=at_risk"] == 1
    assert told["okrtracker_key_results", *place, "health=done"] == 0
    assert told["okrtracker_key_results_stale", *place] == 0


def test_where_nothing_counts_no_completion_is_told(scrape, key_result, core):
    told = scrape()
    assert ("okrtracker_completion_ratio", "area=CORE", "cycle=24H2") not in told
    assert told["okrtracker_key_results", "area=CORE", "cycle=24H2", "health=no_data"] == 0


@pytest.mark.parametrize("state", ["planning", "closed"])
def test_a_cycle_that_does_not_run_is_left_out(scrape, key_result, state):
    Cycle.objects.update(state=state)
    assert not [sample for sample in scrape() if sample[0] == "okrtracker_completion_ratio"]


def test_what_is_restricted_counts(scrape, key_result):
    check_in(key_result, 3)
    key_result.objective.roadmap.visibility = Visibility.RESTRICTED
    key_result.objective.roadmap.save()
    assert scrape()["okrtracker_completion_ratio", "area=EDGE", "cycle=24H2"] == 0.3


def test_what_waits_to_be_sent_is_told(scrape, lead):
    for number, state in enumerate(["pending", "pending", "dead"]):
        OutboxMail.objects.create(
            user=lead,
            kind="check_ins_due",
            period=f"2024-W{number + 10}",
            state=state,
            created_at=NOW - dt.timedelta(minutes=number),
        )
    told = scrape()
    assert told["okrtracker_mails", "state=pending"] == 2
    assert told["okrtracker_mails", "state=dead"] == 1
    assert told["okrtracker_mails", "state=sent"] == 0
    assert told[("okrtracker_mails_oldest_waiting_seconds",)] == 60
    assert told[("okrtracker_webhook_deliveries_oldest_waiting_seconds",)] == 0


def test_requests_are_counted_by_the_name_of_their_address(scrape, client, key_result, manager):
    def counted(*labels):
        return scrape().get(("okrtracker_http_requests_total", *labels), 0)

    labels = ("method=GET", "route=goals:key_result_detail", "status=200")
    before = counted(*labels)
    client.force_login(manager)
    client.get(f"/key-results/{key_result.code}/")
    client.get(f"/key-results/{key_result.code}/?page=2")
    assert counted(*labels) == before + 2


def test_what_callers_make_up_makes_no_name(scrape, client):
    client.generic("BREW", "/coffee/")
    client.get("/nowhere/made-up/")
    told = {"\n".join(sample) for sample in scrape()}
    assert not [sample for sample in told if "BREW" in sample or "made-up" in sample or "coffee" in sample]
    assert any("route=none" in sample for sample in told)


def test_the_process_tells_of_itself(scrape):
    told = scrape()
    assert told["okrtracker_process_resident_memory_bytes", "part=web"] > 20_000_000
    assert told["okrtracker_process_cpu_seconds", "part=web"] > 0
    assert told["okrtracker_http_request_seconds_bucket", "kind=api", "le=+Inf"] > 0


@pytest.mark.parametrize(
    ("person", "code"), [("viewer", "forbidden"), ("lead", "forbidden"), ("administrator", None)]
)
def test_managers_and_administrators_alone_read_it(client, request, person, code):
    owner = request.getfixturevalue(person)
    _row, token = ApiToken.issue(owner=owner, scope=Scope.ADMIN)
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, code) in {(403, "forbidden"), (200, None)}
    if code:
        assert answer.json()["code"] == code


def test_a_token_that_is_bound_to_an_area_does_not(client, manager, edge):
    _row, token = ApiToken.issue(owner=manager, scope=Scope.READ, area=edge)
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403


def test_without_a_token_it_is_no_page_to_sign_in_to(client):
    answer = client.get("/metrics")
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")


def test_unknown_parameters_are_refused(client, token):
    answer = client.get("/metrics?x=1", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unknown")


def test_a_token_that_came_over_http_is_refused_and_not_led_on(client, token, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "https_required")


@pytest.mark.parametrize("written", ["metrics", "/nowhere/at/all", "/etc/passwd"])
def test_a_folder_that_is_none_stops_the_start(monkeypatch, written):
    monkeypatch.setenv("METRICS_DIR", written)
    with pytest.raises(ImproperlyConfigured, match=r"METRICS_DIR is .*; write the full path of a folder"):
        environment.folder("METRICS_DIR")


SERVED = """
from accounts.models import ApiToken, User
person = User.objects.create_user("mana.ger@example.org", name="Mana Ger", org_role="manager")
print(ApiToken.issue(owner=person, scope="read")[1])
"""


@pytest.fixture
def served(tmp_path, free_port):
    """(address, token, pid of gunicorn) of the product as two processes that count together."""
    (tmp_path / "counted").mkdir()
    environment = bare(
        {
            "SECRET_KEY": "a key that protects nothing but tests",
            "DATABASE_URL": f"sqlite:///{tmp_path}/okrtracker.sqlite3",
            "METRICS_DIR": str(tmp_path / "counted"),
        }
    )
    options = {"cwd": settings.BASE_DIR, "env": environment}
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], check=True, **options)
    made = subprocess.run([*manage, "shell", "--command", SERVED], check=True, capture_output=True, **options)
    command = [sys.executable, "-m", "gunicorn", "okrtracker.wsgi", "--preload", "--no-control-socket"]
    command += ["--config", "python:okrtracker.gunicorn_hooks", "--bind", f"127.0.0.1:{free_port}"]
    process = subprocess.Popen([*command, "--workers", "2"], stderr=subprocess.DEVNULL, **options)
    yield f"http://127.0.0.1:{free_port}", made.stdout.decode().split()[-1], process.pid
    process.terminate()
    process.wait()


def ask(address, token=""):
    headers = {"Authorization": f"Bearer {token}", "Connection": "close"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=30) as answer:
        return answer.read().decode()


def wait_for(condition):
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


def answers(address):
    try:
        return bool(ask(f"{address}/healthz"))
    except OSError:
        return False


def workers_of(pid):
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


@pytest.mark.only_on("sqlite")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_several_processes_are_told_as_one_and_one_that_died_keeps_what_it_counted(served):
    address, token, pid = served
    wait_for(lambda: answers(address))
    counted = ("okrtracker_http_requests_total", "method=GET", "route=robots", "status=200")

    def told():
        return samples(ask(f"{address}/metrics", token))

    for _number in range(40):
        ask(f"{address}/robots.txt")
    assert told()[counted] == 40
    before = workers_of(pid)
    os.kill(min(before), signal.SIGKILL)
    wait_for(lambda: len(workers_of(pid)) == 2 and workers_of(pid) != before)
    for _number in range(20):
        ask(f"{address}/robots.txt")
    after = told()
    assert after[counted] == 60
    memory = "okrtracker_process_resident_memory_bytes"
    alive = {label for name, *labels in after if name == memory for label in labels if "pid" in label}
    assert alive
    assert alive <= {f"pid={worker}" for worker in workers_of(pid)}
