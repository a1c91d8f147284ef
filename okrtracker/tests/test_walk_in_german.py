"""A walk over every page with a German reader: no text of the catalogue is left in English."""

import html
import re

import pytest
from django.utils.text import capfirst

from accounts.models import User
from okrtracker.tests.messages import PLACES, catalogues, read
from okrtracker.tests.test_walk import OPEN, ROUTES, in_turn, story  # noqa: F401 - a fixture

pytestmark = [pytest.mark.usefixtures("story"), pytest.mark.only_on("sqlite")]

# Documents and files for programs are English for everybody.
FOR_PROGRAMS = ("api:", "goals:roadmap_document", "robots", "healthz", "readyz", "security_txt")
SHOWN = re.compile(r'(?:aria-label|title|placeholder|data-label|alt)="([^"]*)"|>([^<>]+)<')


@pytest.fixture(scope="session")
def english():
    """Every text that is said otherwise in German, and in full: one with names filled in reads otherwise."""
    (german,) = [read(path) for path in catalogues() if path.parts[-3] == "de"]
    said = {text for entry in german.values() for text in entry.translations.values()}
    texts = {entry.text for entry in german.values()} | {entry.plural for entry in german.values()}
    found = {text for text in texts - said - {""} if not PLACES.search(text)}
    return found | {capfirst(text) for text in found if capfirst(text) not in said}


def texts_of(response):
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return set()
    page = re.sub(r"<script.*?</script>", "", response.content.decode(), flags=re.S)
    return {" ".join(html.unescape(one or other).split()).rstrip(":") for one, other in SHOWN.findall(page)}


@pytest.mark.parametrize("who", ["administrator", "lead"])
def test_no_page_says_in_english_what_it_can_say_in_german(client, english, request, who):
    person = request.getfixturevalue(who)
    User.objects.update(language="de")
    client.force_login(person)
    left, pages = {}, 0
    for name, address in in_turn(name for name in sorted(ROUTES) if not name.startswith(FOR_PROGRAMS)):
        texts = texts_of(client.get(address))
        pages += bool(texts)
        left |= {name: english & texts} if english & texts else {}
    assert pages >= 40
    assert not left


def test_a_visitor_whose_browser_asks_for_german_gets_it(client, english):
    for name, address in in_turn(sorted(OPEN)):
        texts = texts_of(client.get(address, headers={"accept-language": "de"}))
        assert not english & texts, name
