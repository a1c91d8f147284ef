"""What `okr` judges itself, before anything is sent; and how it reads what comes back."""

import datetime as dt
from email.utils import format_datetime

import pytest
import requests
from click.testing import CliRunner

from okr_client import settings, telling
from okr_client.cli import okr
from okr_client.connection import pause, retry_after
from okr_client.failures import Usage, failure_of

CODE = "EDGE-24H2-O1-KR1"


@pytest.fixture
def refused(tmp_path):
    def run(*arguments: str, **environment: str) -> tuple[int, str]:
        told = {
            "XDG_CONFIG_HOME": str(tmp_path),
            "OKR_URL": "https://okr.invalid",
            "OKR_TOKEN": "okr_nothing",
        }
        done = CliRunner().invoke(okr, arguments, env=told | environment)
        return done.exit_code, done.stderr

    return run


@pytest.mark.parametrize(
    "arguments",
    [
        ("check-in", CODE),
        ("check-in", CODE, "3", "--same"),
        ("check-in", "../tokens", "3"),
        ("check-in", CODE, "3", "--confidence", "11"),
        ("check-in", CODE, "3", "--status", "great"),
        ("check-in", CODE, "3", "--stauts", "behind"),
        ("show", "EDGE"),
        ("export", "EDGE-24H2-O1"),
        ("export", "EDGE-24H2", "--format", "docx"),
        ("sign-in", "--url", "okr.example.org"),
        ("sign-in",),
        ("sign-out",),
        ("me", "--tries", "0"),
        ("nothing",),
    ],
)
def test_what_makes_no_sense_is_not_sent(refused, arguments):
    code, sentence = refused(*arguments)
    assert (code, bool(sentence)) == (2, True)


@pytest.mark.parametrize(
    "environment",
    [
        {"OKR_URL": "http://okr.example.org"},
        {"OKR_URL": "https://lea@okr.example.org"},
        {"OKR_URL": "https://okr.example.org/api"},
        {"OKR_URL": "https://okr.example.org:port"},
        {"OKR_URL": "file:///etc/passwd"},
        {"OKR_TOKEN": "okr_some\nX-Other: 1"},
        {"OKR_TOKEN": "okr_ümläut"},
    ],
)
def test_a_token_goes_nowhere_where_it_could_be_read(refused, environment):
    code, sentence = refused("me", **environment)
    assert code == 2
    assert "okr_" not in sentence.replace("begins with okr_ ", "")


def test_a_server_is_written_one_way(monkeypatch):
    assert settings.plain_url(" HTTPS://OKR.example.org/ ") == "https://okr.example.org"
    assert settings.plain_url("http://[::1]:8000") == "http://[::1]:8000"
    monkeypatch.setenv("OKR_ALLOW_HTTP", "1")
    assert settings.plain_url("http://okr.example.org:8000") == "http://okr.example.org:8000"


def test_a_file_that_is_none_of_ours_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    settings.keep(settings.Kept("https://okr.example.org", {}))
    settings.path().write_text("[]", encoding="utf-8")
    with pytest.raises(Usage):
        settings.kept()


def answer(status: int = 503, content: bytes = b"", **headers: str) -> requests.Response:
    made = requests.Response()
    made.status_code, made._content = status, content
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return made


def test_how_long_to_wait_is_read_as_a_number_or_a_moment():
    assert retry_after(answer(Retry_After="7")) == 7
    soon = dt.datetime.now(dt.timezone.utc) + dt.timedelta(seconds=30)
    assert 20 < retry_after(answer(Retry_After=format_datetime(soon))) <= 30
    assert retry_after(answer(Retry_After="Mon, 01 Jan 2024 00:00:00 GMT")) == 0
    assert [retry_after(answer(Retry_After=told)) for told in ("", "soon", "-3", "７")] == [None] * 4
    assert [pause(attempt) for attempt in (1, 2, 3, 20)] == [0.5, 1, 2, 60]


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"errors": "x"}', b'{"errors": [1]}'])
def test_a_problem_that_says_little_breaks_nothing(content):
    assert str(failure_of(answer(400, content, Content_Type="application/problem+json")))


def test_shares_and_text_for_people():
    assert [telling.share(told) for told in ("0.531", "1", None, "x")] == ["53 %", "100 %", "–", "–"]
    assert telling.plain("a\x1b[2J\nb\u202ec") == "a�[2J b�c"
