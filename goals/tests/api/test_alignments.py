"""Programs read and change which objective supports which, by the rules of the pages."""

from decimal import Decimal

import pytest

from areas.models import Role
from areas.tests.factories import MembershipFactory
from goals.models import Alignment, Cycle, Objective
from goals.tests.factories import AlignmentFactory, ObjectiveFactory, RoadmapFactory, check_in

URL = "/api/v1/alignments/"


@pytest.fixture
def top(lib, cycle):
    return ObjectiveFactory(roadmap=RoadmapFactory(area=lib, cycle=cycle), counts_supporters=True)


@pytest.fixture
def asks(client):
    """As somebody who is signed in."""

    def ask(method, path, user, data=None, **headers):
        client.force_login(user)
        return client.generic(
            method, path, b"" if data is None else _dumps(data), "application/json", headers=headers
        )

    return ask


def _dumps(data):
    import orjson

    return orjson.dumps(data)


SUPPORTS = "/api/v1/objectives/EDGE-24H2-O1/supports/"


def test_a_lead_supports_an_objective_of_the_area_above(asks, top, objective, lead):
    made = asks("POST", SUPPORTS, lead, {"objective": "LIB-24H2-O1"})
    assert made.status_code == 201
    told = made.json()
    assert (told["supporter"], told["supported"]) == ("EDGE-24H2-O1", "LIB-24H2-O1")
    assert (told["weight"], told["counts"], told["cycle"]) == ("0", False, "24H2")
    read = asks("GET", f"{URL}{told['id']}/", lead)
    assert read.json() == told
    shown = asks("GET", "/api/v1/objectives/EDGE-24H2-O1/", lead).json()
    assert (shown["supports"], shown["supporters"]) == (["LIB-24H2-O1"], [])
    above = asks("GET", "/api/v1/objectives/LIB-24H2-O1/", lead).json()
    assert (above["supporters"], above["counts_supporters"]) == (["EDGE-24H2-O1"], True)
    listed = asks("GET", "/api/v1/objectives/LIB-24H2-O1/supporters/", lead).json()["results"]
    assert [row["id"] for row in listed] == [told["id"]]
    assert asks("GET", f"{URL}?area=LIB&supported_area=EDGE", lead).json()["results"] == []
    assert len(asks("GET", f"{URL}?cycle=24H2&area=EDGE&q=LIB-", lead).json()["results"]) == 1


def test_sent_again_with_its_key_it_takes_effect_once(asks, top, objective, lead):
    sent = [
        asks("POST", SUPPORTS, lead, {"objective": "LIB-24H2-O1"}, **{"Idempotency-Key": "k"}) for _ in "ab"
    ]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert sent[1].headers["Idempotency-Replayed"] == "true"
    assert Alignment.objects.count() == 1


def test_the_weight_is_said_above_and_only_by_who_read_it_last(asks, top, objective, lead, manager):
    row = AlignmentFactory(supporter=objective, supported=top, weight=0)
    path = f"{URL}{row.pk}/"
    etag = asks("GET", path, manager).headers["ETag"]
    wanted = {"weight": "2.5", "reason": "half of the way"}
    assert asks("PATCH", path, lead, wanted, **{"If-Match": etag}).status_code == 403
    assert asks("PATCH", path, manager, wanted).status_code == 428
    assert asks("PATCH", path, manager, wanted, **{"If-Match": '"old"'}).status_code == 412
    changed = asks("PATCH", path, manager, wanted, **{"If-Match": etag})
    assert (changed.status_code, changed.json()["weight"], changed.json()["counts"]) == (200, "2.5", True)
    assert changed.headers["ETag"] == asks("GET", path, manager).headers["ETag"] != etag
    assert asks("PATCH", path, manager, wanted, **{"If-Match": etag}).status_code == 412


def test_either_end_ends_it_with_a_reason_where_a_mean_changes(asks, top, objective, lead, outsider):
    row = AlignmentFactory(supporter=objective, supported=top)
    path = f"{URL}{row.pk}/"
    etag = asks("GET", path, lead).headers["ETag"]
    assert asks("DELETE", path, outsider, **{"If-Match": etag}).status_code == 403
    refused = asks("DELETE", path, lead, **{"If-Match": etag})
    assert (refused.status_code, refused.json()["code"]) == (400, "reason_needed")
    assert asks("DELETE", f"{path}?reason={'x' * 501}", lead, **{"If-Match": etag}).status_code == 400
    assert asks("DELETE", f"{path}?reason=over", lead, **{"If-Match": etag}).status_code == 204
    assert asks("GET", path, lead).status_code == 404
    assert Alignment.history.first().history_change_reason == "over"


@pytest.mark.parametrize(
    ("sent", "status", "code", "says"),
    [
        ({"objective": "LIB-24H2-O9"}, 400, "invalid", "There is no objective with this code."),
        ({"objective": "LIB-24H2-O1\0"}, 400, None, None),
        ({"objective": "EDGE-24H2-O1"}, 400, "invalid", "does not support itself"),
        ({"objective": ["LIB-24H2-O1"]}, 400, None, None),
        ({"objective": "LIB-24H2-O1", "weight": "2"}, 400, None, "said by the leads of LIB-24H2-O1"),
        ({"objective": "LIB-24H2-O1", "weight": 0.5}, 400, None, None),
        ({"objective": "LIB-24H2-O1", "weight": "NaN"}, 400, None, None),
        ({"objective": "LIB-24H2-O1", "supporter": "X"}, 400, None, "not known"),
        ({"objective": "LIB-24H2-O1", "reason": "a\0b"}, 400, None, None),
        ({}, 400, None, None),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(asks, top, objective, lead, sent, status, code, says):
    answer = asks("POST", SUPPORTS, lead, sent)
    assert answer.status_code == status, answer.content
    assert code in (None, answer.json()["code"], *(each["code"] for each in answer.json()["errors"]))
    assert says is None or says in answer.content.decode()
    assert not Alignment.objects.exists()


@pytest.mark.parametrize("weight", ["-1", "1e400", "12345.6", "0.001", "١", "1_0", "99999999999999999999"])
def test_a_hostile_weight_is_refused(asks, top, objective, manager, weight):
    answer = asks("POST", SUPPORTS, manager, {"objective": "LIB-24H2-O1", "weight": weight, "reason": "r"})
    assert answer.status_code == 400, answer.content
    row = AlignmentFactory(supporter=objective, supported=top)
    etag = asks("GET", f"{URL}{row.pk}/", manager).headers["ETag"]
    changed = asks(
        "PATCH", f"{URL}{row.pk}/", manager, {"weight": weight, "reason": "r"}, **{"If-Match": etag}
    )
    assert changed.status_code == 400
    assert Alignment.objects.get().weight == 1


def test_a_loop_and_a_closed_cycle_are_conflicts(asks, top, objective, manager):
    AlignmentFactory(supporter=top, supported=objective)
    loop = asks("POST", SUPPORTS, manager, {"objective": "LIB-24H2-O1", "reason": "r"})
    assert (loop.status_code, loop.json()["code"]) == (409, "alignment_loop")
    assert "EDGE-24H2-O1 → LIB-24H2-O1 → EDGE-24H2-O1" in loop.json()["detail"]
    Cycle.objects.update(state="closed")
    closed = asks("POST", SUPPORTS, manager, {"objective": "LIB-24H2-O1", "reason": "r"})
    assert (closed.status_code, closed.json()["code"]) == (409, "cycle_closed")


def test_what_one_may_not_see_is_as_absent_as_what_there_is_not(
    asks, top, objective, lead, outsider, core, cycle
):
    secret = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle), visibility="restricted")
    hidden, absent = (
        asks("POST", SUPPORTS, lead, {"objective": code}) for code in (secret.code, "CORE-24H2-O9")
    )
    assert hidden.json()["errors"] == absent.json()["errors"]
    row = AlignmentFactory(supporter=objective, supported=secret)
    assert asks("GET", f"{URL}{row.pk}/", lead).status_code == 404
    assert asks("GET", URL, lead).json()["results"] == []
    assert asks("GET", "/api/v1/objectives/EDGE-24H2-O1/", lead).json()["supports"] == []
    assert len(asks("GET", URL, outsider).json()["results"]) == 1


def test_one_s_own_objective_of_a_hidden_roadmap_is_aligned_with_nothing_that_is_told(
    asks, top, objective, outsider
):
    AlignmentFactory(supporter=objective, supported=top)
    type(objective).objects.filter(pk=objective.pk).update(owner=outsider)
    assert [row["supporter"] for row in asks("GET", URL, outsider).json()["results"]] == [objective.code]
    type(objective.roadmap).objects.filter(pk=objective.roadmap_id).update(visibility="restricted")
    assert asks("GET", URL, outsider).json()["results"] == []


def test_the_explanation_names_supporters_beside_key_results(asks, top, objective, key_result, lead):
    check_in(key_result, 6, author=lead)
    AlignmentFactory(supporter=objective, supported=top, weight=3)
    told = asks("GET", "/api/v1/objectives/LIB-24H2-O1/explain/", lead).json()
    (part,) = told["parts"]
    assert (part["kind"], part["code"], part["weight"], part["adds"]) == (
        "objective",
        "EDGE-24H2-O1",
        "3",
        "0.6",
    )
    assert part["url"].endswith("/api/v1/objectives/EDGE-24H2-O1/")
    assert (told["completion"], told["coverage"]["counted"]) == ("0.6", 1)


def test_a_bound_token_is_told_what_a_supporter_out_of_its_reach_adds_but_not_what_it_is(
    client, top, objective, key_result, lead, core, cycle
):
    from accounts.models import ApiToken

    check_in(key_result, 6, author=lead)
    above = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle), counts_supporters=True)
    AlignmentFactory(supporter=objective, supported=above)
    MembershipFactory(user=lead, area=core, role=Role.VIEWER)
    _row, token = ApiToken.issue(owner=lead, scope="read", area=core)
    headers = {"Authorization": f"Bearer {token}"}
    told = client.get("/api/v1/objectives/CORE-24H2-O1/explain/", headers=headers).json()
    (part,) = told["parts"]
    assert (part["adds"], part["code"], part["title"], part["url"]) == ("0.6", "", "", None)
    assert client.get("/api/v1/objectives/CORE-24H2-O1/", headers=headers).json()["supporters"] == []
    assert client.get(URL, headers=headers).json()["results"] == []


def test_queries_of_the_list_of_objectives_do_not_grow_with_alignments(
    client, manager, roadmap, django_assert_max_num_queries
):
    client.force_login(manager)
    counts = []
    for _ in range(2):
        for _number in range(4):
            lower, upper = (ObjectiveFactory(roadmap=roadmap, counts_supporters=True) for _ in "ab")
            AlignmentFactory(supporter=lower, supported=upper)
        with django_assert_max_num_queries(20) as queries:
            client.get("/api/v1/objectives/?limit=100")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Objective.objects.filter(completion=Decimal(0)).count() == 0
