"""A Python client that is generated from docs/openapi.yaml, and what one does with it against a server."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from accounts.models import ApiToken
from goals.models import CheckIn
from goals.tests.factories import KeyResultFactory

# What it sends is the same on both; that each endpoint keeps it on the other is told by its own tests.
pytestmark = pytest.mark.only_on("sqlite")

DOCUMENT = Path("docs/openapi.yaml").resolve()
NAME = "generated_okr_client"


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """generated("api.key_results.key_results_list"): a module of the client."""
    folder = tmp_path_factory.mktemp("generated")
    configuration = folder / "configuration.yaml"
    configuration.write_text("post_hooks: []\n", encoding="utf-8")
    command = [str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--meta", "none"]
    command += ["--path", str(DOCUMENT), "--output-path", str(folder / NAME), "--config", str(configuration)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    # A warning names what it could not read, and leaves it out.
    assert (done.returncode, "arning" in done.stdout + done.stderr) == (0, False), done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield lambda module: importlib.import_module(f"{NAME}.{module}")
    sys.path.remove(str(folder))


@pytest.fixture
def client(generated, live_server, manager):
    _, token = ApiToken.issue(owner=manager, scope="write")
    return generated("client").AuthenticatedClient(base_url=live_server.url, token=token)


def test_a_program_lists_filters_reports_changes_and_is_refused(generated, client, key_result, core):
    models, code = generated("models"), key_result.code
    KeyResultFactory()

    listed = generated("api.key_results.key_results_list").sync(client=client, area="EDGE", limit=1)
    assert ([row.code for row in listed.results], listed.next_) == ([code], None)
    assert generated("api.key_results.key_results_list").sync(client=client, area="CORE").results == []

    report = models.ReportRequest(value="5.31", status=models.Status.ON_TRACK, note="From a generated client")
    ask = generated("api.key_results.key_results_check_ins_create").sync_detailed
    kept, again = (ask(code, client=client, body=report, idempotency_key="job-1") for _ in range(2))
    assert (kept.status_code, kept.parsed.key_result.current_value) == (201, "5.31")
    assert (again.headers["Idempotency-Replayed"], CheckIn.objects.count()) == ("true", 1)

    read = generated("api.key_results.key_results_retrieve").sync_detailed(code, client=client)
    change = generated("api.key_results.key_results_partial_update").sync_detailed
    body = models.PatchedChangedKeyResultRequest(title="Another title")
    changed = change(code, client=client, body=body, if_match=read.headers["ETag"])
    assert (changed.status_code, changed.parsed.title) == (200, "Another title")
    stale = change(code, client=client, body=body, if_match=read.headers["ETag"])
    assert (stale.status_code, stale.parsed.code) == (412, "stale_version")

    refused = ask(code, client=client, body=models.ReportRequest(value="NaN", status=report.status))
    assert isinstance(refused.parsed, models.Problem)
    assert [(one.field, one.code) for one in refused.parsed.errors] == [("value", "invalid")]
