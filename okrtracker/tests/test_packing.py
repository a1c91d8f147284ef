"""Pages come packed to browsers that unpack them; what programs compare byte by byte does not."""

import gzip

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]
ACCEPTS = {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br"}


@pytest.mark.parametrize("address", ["/sign-in/", "/nowhere/at/all/", "/static/css/base.css"])
def test_pages_and_styles_are_packed_for_who_unpacks_them(client, address):
    packed = client.get(address, **ACCEPTS)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    plain = client.get(address)
    assert "Content-Encoding" not in plain.headers
    told, whole = (b"".join(answer) for answer in (packed, plain))
    assert len(told) < len(whole) / 2
    # Two tokens against forgery differ, and what stands around them does not.
    assert len(gzip.decompress(told)) == len(whole)


def test_answers_for_programs_go_as_they_are(client, viewer, key_result):
    client.force_login(viewer)
    answer = client.get(f"/api/v1/key-results/{key_result.code}/", **ACCEPTS)
    assert "Content-Encoding" not in answer.headers
    assert not answer.headers["ETag"].startswith("W/")


def test_a_part_of_a_file_goes_as_it_is(client):
    part = client.get("/static/css/base.css", HTTP_RANGE="bytes=0-399", **ACCEPTS)
    assert part.status_code == 206
    assert "Content-Encoding" not in part.headers
    assert len(b"".join(part)) == 400


def test_a_public_page_that_is_known_already_is_not_sent_again(client, roadmap):
    roadmap.state, roadmap.visibility = "published", "public"
    roadmap.save()
    address = f"/public/{roadmap.cycle.key}/{roadmap.area.key}/"
    first = client.get(address, **ACCEPTS)
    assert first.headers["Content-Encoding"] == "gzip"
    again = client.get(address, HTTP_IF_NONE_MATCH=first.headers["ETag"], **ACCEPTS)
    assert (again.status_code, again.content) == (304, b"")
