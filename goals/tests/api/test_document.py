"""The OpenAPI document and the page that shows it."""

import io
import re
from http import HTTPStatus
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.urls import get_resolver
from openapi_spec_validator import OpenAPIV31SpecValidator

from accounts.api.schema import SERVER_ANSWERS
from okrtracker.tests.permissions.rules import RULES
from okrtracker.tests.test_walk import ROUTES, address

KEPT = Path("docs/openapi.yaml")
PROBLEM = {"application/problem+json"}


@pytest.fixture(scope="module")
def document() -> dict:
    return yaml.load(KEPT.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_kept_document_is_what_the_code_says():
    """When this fails: `make schema`, and look at what changed for programs."""
    out = io.StringIO()
    call_command("spectacular", fail_on_warn=True, stdout=out)
    assert out.getvalue() == KEPT.read_text(encoding="utf-8")


def test_the_document_is_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_every_address_is_described(document):
    api = next(entry for entry in get_resolver().url_patterns if str(entry.pattern) == "api/")
    version_1 = next(entry for entry in api.url_patterns if str(entry.pattern) == "v1/")
    served = {
        "/api/v1/" + re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", str(entry.pattern)).strip("^$")
        for entry in version_1.url_patterns
    }
    assert set(document["paths"]) == served


def test_every_operation_says_how_to_sign_in_what_it_answers_and_how_it_fails(document):
    problems = document["components"]["responses"]
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        assert {"token": []} in operation["security"], where
        assert operation["summary"], where
        responses = operation["responses"]
        assert {"400", "401", "403", "404", "405", "406", "429"} <= set(responses), where
        assert ("304" in responses) == (method == "get"), where
        assert method == "get" or {"409", "413", "415", "422"} <= set(responses), where
        assert set(SERVER_ANSWERS) == {"414", "431"} <= set(responses), where
        for status, response in responses.items():
            if status >= "400":
                response = problems[response["$ref"].rpartition("/")[2]]
                if status in SERVER_ANSWERS:
                    assert set(response["content"]) == {"text/plain"}, where
                    continue
                content = response["content"]["application/problem+json"]
                assert set(response["content"]) == PROBLEM, where
                assert all(
                    str(example["value"]["status"]) == status for example in content["examples"].values()
                ), where


def test_what_is_deleted_under_if_match_says_so(document):
    """As the table of permissions knows which they are, from requests that were sent."""
    silent = []
    for name, rule in RULES.items():
        if getattr(rule.others.get("DELETE"), "inside", None) == HTTPStatus.PRECONDITION_REQUIRED:
            named = address(name, ROUTES[name])
            patterns = {path: re.sub(r"\{\w+\}", "[^/]+", path) for path in document["paths"]}
            [path] = [path for path, pattern in patterns.items() if re.fullmatch(pattern, named)]
            operation = document["paths"][path]["delete"]
            is_told = any(parameter["name"] == "If-Match" for parameter in operation.get("parameters", ()))
            if not is_told or not {"412", "428"} <= operation["responses"].keys():
                silent.append(name)
    assert not silent


def test_no_body_takes_fields_that_are_not_named(document):
    """Each is refused by name, which permissions/test_mass_assignment.py holds every address to."""
    bodies = {name: each for name, each in document["components"]["schemas"].items() if "Request" in name}
    assert len(bodies) > 60
    assert [name for name, each in bodies.items() if each.get("additionalProperties") is not False] == []


def test_every_answer_has_an_example_with_exactly_its_fields(document):
    schemas = document["components"]["schemas"]
    for path, method, operation in operations(document):
        if "204" in operation["responses"]:  # nothing is answered
            continue
        answer = operation["responses"].get("200") or operation["responses"]["201"]
        content = answer["content"]["application/json"]
        schema = schemas[content["schema"]["$ref"].rpartition("/")[2]]
        for example in content["examples"].values():
            assert set(example["value"]) == set(schema["properties"]), f"{method} {path}"


def test_the_document_is_for_whoever_may_read(client, reader):
    assert client.get("/api/schema/").status_code == 401
    answer = reader.get("/api/schema/", headers={"Accept": "application/json"})
    assert answer.json()["openapi"].startswith("3.1")
    assert reader.get("/api/schema/").status_code == 200


def test_the_page_is_for_whoever_signed_in(client, lead):
    assert client.get("/api/docs/").status_code == 302
    client.force_login(lead)
    page = client.get("/api/docs/").content.decode()
    assert 'data-schema="/api/schema/"' in page
    # Nothing inline, as the pages' policy forbids it, and nothing from elsewhere.
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|https?://", page) == []
