"""Requests that no program of ours would send: each is answered with a problem that fits on a screen."""

import json

import pytest

PROBLEM = "application/problem+json"
LIST = "/api/v1/key-results/"


def problem(answer, status, code):
    """The problem in an answer, of this status and code."""
    assert answer["Content-Type"] == PROBLEM
    found = json.loads(answer.content)
    assert (answer.status_code, found["status"], found["code"]) == (status, status, code)
    return found


def test_a_read_that_expects_another_version_says_so_in_the_form_of_all_problems(reader, key_result):
    url = f"{LIST}{key_result.code}/"
    problem(reader.get(url, headers={"If-Match": '"of yesterday"'}), 412, "precondition_failed")
    assert reader.get(url, headers={"If-Match": reader.get(url)["ETag"]}).status_code == 200


def test_hundreds_of_unknown_parameters_are_not_all_repeated(reader, key_result):
    query = "&".join(f"{'x' * 200}{number}=1" for number in range(300))
    errors = problem(reader.get(f"{LIST}?{query}"), 400, "invalid")["errors"]
    assert len(errors) == 20
    assert {len(error["field"]) for error in errors} == {100}


def test_a_long_choice_is_not_repeated_whole(reporter, key_result):
    report = {"value": "1", "status": "x" * 10_000}
    found = problem(reporter.post(f"{LIST}{key_result.code}/check-ins/", report), 400, "invalid")
    assert len(found["errors"][0]["detail"]) < 400


def test_a_body_in_chunks_is_refused_instead_of_read_as_empty(reporter, key_result):
    report = {"value": "1", "status": "on_track"}
    answer = reporter.post(
        f"{LIST}{key_result.code}/check-ins/", report, headers={"Transfer-Encoding": "chunked"}
    )
    problem(answer, 411, "length_required")


@pytest.mark.parametrize(("packing", "status"), [("gzip", 415), ("deflate", 415), ("identity", 201)])
def test_a_packed_body_is_not_taken_for_broken_json(reporter, key_result, packing, status):
    report = {"value": "1", "status": "on_track"}
    answer = reporter.post(
        f"{LIST}{key_result.code}/check-ins/", report, headers={"Content-Encoding": packing}
    )
    assert answer.status_code == status
