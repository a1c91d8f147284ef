"""What a test run says at its end, and when it fails for what it left out."""

import textwrap
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from okrtracker.tests import __main__ as suite
from okrtracker.tests import services

pytest_plugins = ["pytester"]

LEFT_OUT = ["the run on PostgreSQL: no server"]


def outcome(*, has_failed=False, **counts):
    return suite.Outcome("SQLite", Counter(counts), [], has_failed)


@pytest.fixture
def require(monkeypatch):
    monkeypatch.setenv("REQUIRE", "all")


@pytest.fixture
def require_nothing(monkeypatch):
    monkeypatch.delenv("REQUIRE", raising=False)


def test_runs_are_counted_together_in_the_last_line(capsys, require_nothing):
    status = suite.report([outcome(passed=3), outcome(passed=2, skipped=1)], LEFT_OUT, 1.5)

    assert status == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "Left out: the run on PostgreSQL: no server.",
        "==== 5 passed, 1 skipped in 1.50s ====",
    ]


def test_what_was_left_out_fails_a_run_that_requires_all(require):
    assert suite.report([outcome(passed=3)], LEFT_OUT, 1.5) == 1
    assert suite.report([outcome(passed=3)], [], 1.5) == 0


def test_a_failed_run_fails_and_so_does_one_without_tests(require_nothing):
    assert suite.report([outcome(passed=3), outcome(passed=1, failed=1, has_failed=True)], [], 1.5) == 1
    assert suite.report([outcome(skipped=3)], [], 1.5) == 1


STORY = """
    import pytest

    @pytest.mark.needs("redis")
    def test_with_redis(): pass

    @pytest.mark.django_db
    def test_with_database(): pass

    @pytest.mark.only_on("postgresql")
    def test_on_postgresql_only(): pass

    def test_without_anything(): pass
"""


@pytest.fixture
def story(pytester, monkeypatch):
    """A suite of four tests, run beside a Redis that does not answer."""
    monkeypatch.setenv("DATABASE_URL", "sqlite:///:memory:")
    monkeypatch.setenv("TEST_REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("PYTHONPATH", str(settings.BASE_DIR))
    pytester.makeconftest("pytest_plugins = ('okrtracker.tests.plugin',)")
    pytester.makeini("[pytest]\nDJANGO_SETTINGS_MODULE = okrtracker.settings_test\naddopts = --nomigrations")
    pytester.makepyfile(test_story=STORY)
    return pytester.runpytest_subprocess


def test_a_missing_service_is_named_in_the_last_lines(story, require_nothing):
    result = story()

    result.assert_outcomes(passed=2, skipped=1, deselected=1)
    result.stdout.fnmatch_lines(
        ["- redis: no Redis answers at 127.0.0.1:6379; start one or set TEST_REDIS_URL"]
    )
    assert result.ret == 0


def test_a_missing_service_fails_a_run_that_requires_all(story, require):
    assert story().ret == 1


def test_a_second_run_takes_what_is_about_the_database(story, require_nothing):
    story("--only-database").assert_outcomes(passed=1, deselected=3)


PAGES = """
    import pytest

    pytestmark = pytest.mark.django_db

    def test_of_a_page(): pass

    @pytest.mark.on_both
    def test_that_writes(): pass

    @pytest.mark.only_on("sqlite")
    def test_there_only(): pass
"""


def test_of_tests_of_pages_it_takes_what_is_said_to_run_on_both(story, pytester, require_nothing):
    folder = pytester.mkdir("goals") / "tests" / "views"
    folder.mkdir(parents=True)
    (folder / "test_pages.py").write_text(textwrap.dedent(PAGES), encoding="utf-8")
    story("--only-database", "goals").assert_outcomes(passed=2, deselected=1)


def test_require_knows_one_word(story, monkeypatch):
    monkeypatch.setenv("REQUIRE", "some")

    result = story()

    assert result.ret != 0
    result.stderr.fnmatch_lines(["*REQUIRE knows one word: all.*"])


@pytest.fixture
def fresh_probes():
    for probe in services.SERVICES.values():
        probe.cache_clear()
    yield
    for probe in services.SERVICES.values():
        probe.cache_clear()


def test_a_server_that_does_not_answer_is_missing_for_a_reason(monkeypatch, fresh_probes):
    monkeypatch.setenv("TEST_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/postgres")

    assert "TEST_DATABASE_URL does not answer" in services.postgresql().missing


def test_a_browser_is_looked_for_by_its_usual_names(monkeypatch, fresh_probes, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert services.chromium().missing == "none of chromium, chromium-browser, google-chrome is installed"

    (tmp_path / "chromium").touch(mode=0o755)
    services.chromium.cache_clear()
    assert services.chromium().address == str(tmp_path / "chromium")
