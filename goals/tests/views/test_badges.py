"""Badges: one figure as a picture, for the world where it is public, for others by a private address."""

import re
import xml.etree.ElementTree as ET

import pytest

from accounts.private_addresses import private_address, renew_addresses
from goals.actions.moving import move_objective
from goals.models import KeyResult, Objective, Roadmap, Visibility
from goals.tests.factories import (
    NOW,
    KeyResultFactory,
    KpiFactory,
    ObjectiveFactory,
    RoadmapFactory,
    check_in,
    enter,
)

KR, O1, PLAN = "EDGE-24H2-O1-KR1", "EDGE-24H2-O1", "EDGE-24H2"


def open_address(code):
    return f"/badge/{code}.svg"


@pytest.fixture
def badge(client):
    """What a badge says: its label, its message and the colour of it; fails unless it is a picture."""

    def get(address):
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        assert answer.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
        picture = ET.fromstring(answer.content)
        label, message = [node.text for node in picture.iter() if node.tag.endswith("text")]
        return (
            label,
            message.replace("\u202f", " "),
            re.findall(r'fill="(#\w{6})"', answer.content.decode())[1],
        )

    return get


@pytest.fixture
def opened(roadmap, objective, reported):
    Roadmap.objects.update(state="published", visibility="public")
    Objective.objects.update(visibility="public")
    return objective


def test_the_world_sees_what_is_public(badge, opened):
    red = "#b3322a"
    assert badge(open_address(KR)) == (KR, "30 % · At risk", red)
    assert badge(open_address(O1)) == (O1, "30 % · At risk", red)
    assert badge(open_address(PLAN)) == (PLAN, "30 % · At risk", red)


@pytest.mark.parametrize("code", [KR, O1, PLAN, "EDGE-K1"])
def test_the_world_sees_nothing_else(status, reported, edge, code):
    enter(KpiFactory(area=edge), 3)
    assert status(open_address(code)) == 404


@pytest.mark.parametrize("code", [KR, O1, PLAN])
@pytest.mark.parametrize("way", ["draft", "internal objective", "internal key result", "archived area"])
def test_what_closes_the_plan_closes_the_badge(status, opened, edge, code, way):
    if way == "draft":
        Roadmap.objects.update(state="draft")
    elif way == "internal objective":
        Objective.objects.update(visibility=Visibility.INTERNAL)
    elif way == "internal key result":
        KeyResult.objects.update(visibility=KeyResult.Visibility.INTERNAL)
    else:
        edge.archived_at = NOW
        edge.save()
    shows_plan = code == PLAN and way.startswith("internal")
    shows_objective = code == O1 and way == "internal key result"
    assert status(open_address(code)) == (200 if shows_plan or shows_objective else 404)


def test_the_figures_for_the_world_are_of_what_it_may_read(badge, opened, lead, roadmap):
    before = badge(open_address(PLAN))
    check_in(KeyResultFactory(objective=opened, owner=lead, visibility="internal"), 10)
    hidden = ObjectiveFactory(roadmap=roadmap, visibility="internal")
    check_in(KeyResultFactory(objective=hidden, owner=lead), 10)
    assert badge(open_address(PLAN)) == before
    assert badge(open_address(O1))[1:] == before[1:]
    assert badge(private_address(open_address(PLAN), lead))[1] == "83 % · On track"


def test_a_private_address_shows_what_its_holder_sees(badge, reported, lead, edge):
    enter(KpiFactory(area=edge, unit="ms"), 3)
    for code in (KR, O1, PLAN):
        assert badge(private_address(open_address(code), lead))[:2] == (code, "30 % · At risk")
    assert badge(private_address(open_address("EDGE-K1"), lead))[:2] == (
        "EDGE-K1",
        "3 ms · First value",
    )


def test_it_shows_nothing_that_its_holder_does_not_see(status, reported, outsider, lead):
    addresses = [private_address(open_address(code), outsider) for code in (KR, O1, PLAN)]
    assert [status(address) for address in addresses] == [200, 200, 200]
    Roadmap.objects.update(visibility=Visibility.RESTRICTED)
    assert [status(address) for address in addresses] == [404, 404, 404]
    assert status(private_address(open_address(PLAN), lead)) == 200


def test_it_opens_one_badge_and_ends_when_it_is_renewed(status, reported, lead):
    address = private_address(open_address(KR), lead)
    assert status(address.replace("-KR1", "")) == 404
    renew_addresses(lead, now=NOW)
    assert status(address) == 404


@pytest.mark.parametrize("user", [None, "lead"])
def test_a_sign_in_opens_no_badge(status, request, reported, user):
    """So that one that works for its author works for everybody who looks at the README."""
    person = user and request.getfixturevalue(user)
    assert status(open_address(KR), user=person) == 404


def test_what_is_silent_is_grey_and_what_is_done_is_blue(badge, client, lead, key_result, objective):
    address = private_address(open_address(KR), lead)
    assert badge(address) == (KR, "0 % · Stale", "#56616f")
    check_in(key_result, 12)
    assert badge(address) == (KR, "100 % · Done", "#2f5ac0")


@pytest.mark.parametrize("change", ["dropped", "archived"])
def test_what_is_given_up_has_no_badge(status, reported, lead, change):
    address = private_address(open_address(KR), lead)
    KeyResult.objects.update(**{f"{change}_at": NOW})
    assert status(address) == 404


def test_the_old_code_of_what_moved_goes_on(badge, status, reported, lead, core, cycle, manager, objective):
    address = private_address(open_address(O1), lead)
    into = RoadmapFactory(area=core, cycle=cycle)
    move_objective(objective, into, by=manager, now=NOW, reason="It belongs there")
    assert badge(address)[:2] == ("CORE-24H2-O1", "30 % · At risk")
    assert status(open_address(O1)) == 404


def test_others_may_show_it_and_keep_it_for_a_while(client, opened, lead):
    answer = client.get(open_address(KR))
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert set(answer.headers["Cache-Control"].split(", ")) == {"public", "max-age=300"}
    assert "Cookie" not in answer.headers.get("Vary", "")
    again = client.get(open_address(KR), headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    private = client.get(private_address(open_address(KR), lead))
    assert set(private.headers["Cache-Control"].split(", ")) == {"private", "max-age=300"}


def test_a_title_with_marks_of_its_own_makes_none(client, badge, opened):
    KeyResult.objects.update(title='<script>alert(1)</script> & "more"')
    assert badge(open_address(KR))[0] == KR
    assert b"<script" not in client.get(open_address(KR)).content


def test_it_is_in_english_whoever_made_it(badge, reported, lead):
    lead.language = "de"
    lead.save()
    assert badge(private_address(open_address(KR), lead))[1] == "30 % · At risk"


def test_the_page_tells_what_to_write_where(page, client, reported, lead):
    text = page(f"/badge/{KR}/", user=lead)
    address = private_address(open_address(KR), lead).replace("&", "&amp;")
    assert f"[![{KR}](http://127.0.0.1:8000{address})](http://127.0.0.1:8000/key-results/{KR}/)" in text
    assert "Open to everybody" not in text
    assert client.get(re.search(r'<img src="([^"]+)"', text)[1]).status_code == 200


def test_the_page_offers_the_open_address_of_what_is_public(page, opened, outsider):
    text = page(f"/badge/{O1}/", user=outsider)
    assert "Open to everybody" in text
    assert f"(http://127.0.0.1:8000{open_address(O1)})" in text


@pytest.mark.parametrize("code", ["NOWHERE", "EDGE-24H2-O9", "EDGE\0", "EDGE"])
def test_there_is_no_page_and_no_picture_of_what_is_not_there(status, reported, lead, code):
    assert status(f"/badge/{code}/", user=lead) == 404
    assert status(f"/badge/{code}.svg") == 404
    assert status(private_address(f"/badge/{code}.svg", lead).replace("\0", "%00")) == 404


@pytest.mark.parametrize("code", [KR, O1, PLAN])
def test_pages_lead_to_the_badge(page, reported, lead, code):
    where = {KR: f"/key-results/{KR}/", O1: f"/objectives/{O1}/", PLAN: "/areas/EDGE/24H2/"}[code]
    assert f'href="/badge/{code}/"' in page(where, user=lead)
