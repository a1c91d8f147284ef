"""One line of JSON for each request, without what the address may carry."""

import io
import json
import logging

import pytest
import structlog

from okrtracker import logs


@pytest.fixture
def lines():
    """What was logged as JSON since the test began."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    form = logs.configuration(as_text=False)["formatters"]["events"]
    handler.setFormatter(form.pop("()")(**form))
    logging.root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.root.removeHandler(handler)


@pytest.mark.django_db
def test_a_request_is_logged_with_an_id_and_without_its_query(client, lines):
    client.get("/nowhere/?token=secret")

    (finished,) = [line for line in lines() if line["event"] == "request_finished"]
    assert finished["request"] == "GET /nowhere/"
    assert finished["code"] == 404
    assert finished["request_id"]
    assert finished["level"] == "warning"


def test_an_event_of_the_standard_library_has_the_same_form(lines):
    logging.getLogger("some.library").warning("Disk %s is %d %% full", "a", 97)

    (line,) = lines()
    assert (line["event"], line["logger"], line["level"]) == (
        "Disk a is 97 % full",
        "some.library",
        "warning",
    )


def test_an_exception_is_one_line(lines):
    try:
        raise ValueError("first line\nsecond line")
    except ValueError:
        structlog.get_logger("okrtracker").exception("it failed", code="EDGE-24H2")

    (line,) = lines()
    assert (line["event"], line["code"]) == ("it failed", "EDGE-24H2")
    assert "second line" in line["exception"]


def test_probes_are_not_logged(client, lines):
    client.get("/healthz")

    assert lines() == []


def test_people_at_a_terminal_read_words():
    text = logs.configuration(as_text=True)["formatters"]["events"]["processors"][-1]

    assert isinstance(text, structlog.dev.ConsoleRenderer)


def test_a_process_without_a_terminal_writes_json_to_standard_error(manage):
    result = manage(
        "shell",
        "--command",
        "import logging; logging.getLogger('some.library').warning('so')",
        SECRET_KEY="a key",
    )

    assert json.loads(result.stderr)["event"] == "so"
