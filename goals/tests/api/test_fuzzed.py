"""Requests that schemathesis makes up from docs/openapi.yaml, right and wrong ones, with all its checks.

A few for each operation here; `bench/api_fuzz.py` makes as many as one likes, in chains too.
"""

import warnings
from pathlib import Path

import pytest
import schemathesis
import yaml
from django.core.cache import cache
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode

from accounts.models import ApiToken
from goals.tests.factories import check_in
from okrtracker.tests.fuzzing import is_well_formed, of_whole_rows

DOCUMENT = Path("docs/openapi.yaml")
CONFIGURATION = Path("bench/schemathesis.toml")
THERE = {
    "areas": {"key": "EDGE"},
    "cycles": {"key": "24H2"},
    "roadmaps": {"code": "EDGE-24H2"},
    "objectives": {"code": "EDGE-24H2-O1"},
    "key-results": {"code": "EDGE-24H2-O1-KR1", "sequence": 1},
}
QUIETLY = settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def operations():
    """Those of what the story holds, with what is there in their addresses."""
    content = yaml.load(DOCUMENT.read_text(encoding="utf-8"), yaml.CSafeLoader)
    configuration = schemathesis.Config.from_path(CONFIGURATION)
    schema = schemathesis.openapi.from_dict(content, config=configuration)
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path.split("/")[3] in THERE:
            yield operation


@pytest.mark.only_on("sqlite")  # a request is as right or wrong on the other; bench/api_fuzz.py asks both
def test_answers_are_as_the_document_says(live_server, key_result, lead, manager):
    check_in(key_result, 3, author=lead)
    _, token = ApiToken.issue(owner=manager, scope="admin")
    headers = {"Authorization": f"Bearer {token}"}
    asked, failed = 0, []

    def ask(case) -> None:
        nonlocal asked
        parts = THERE[case.operation.path.split("/")[3]]
        for name, value in case.path_parameters.items():
            if name in parts and is_well_formed(case.operation, name, value):
                case.path_parameters[name] = parts[name]
        case.query = of_whole_rows(case.query, case.operation)
        cache.clear()
        asked += 1
        try:
            case.call_and_validate(base_url=live_server.url, headers=headers, timeout=60)
        except FailureGroup as failures:
            failed.append(f"{case.operation.label}: {'; '.join(map(str, failures.exceptions))}")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for operation in operations():
            modes = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]
            QUIETLY(given(case=st.one_of(modes))(ask))()
    assert not failed, "\n\n".join(failed)
    assert asked > 100
