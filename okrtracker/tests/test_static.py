"""What was written by others and is served from here: known by name, version and licence, and unchanged."""

import hashlib
import json
import re
from pathlib import Path

import django_htmx
import pytest

STATIC = Path(__file__).parent.parent / "static"
MANIFEST = json.loads((STATIC / "vendor.json").read_text())


def test_every_font_file_is_in_the_manifest_and_unchanged():
    listed = {name: digest for entry in MANIFEST["vendored"] for name, digest in entry["files"].items()}
    found = {str(path.relative_to(STATIC)) for path in STATIC.rglob("*.woff2")}
    assert set(listed) == found
    for name, digest in listed.items():
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest


def test_every_vendored_thing_brings_its_licence():
    for entry in MANIFEST["vendored"]:
        assert entry["version"]
        assert (STATIC / entry["licence_file"]).stat().st_size > 1000


def test_manifest_names_the_htmx_that_is_served():
    entry = MANIFEST["from_packages"][0]
    script = (Path(django_htmx.__file__).parent / "static" / entry["file"]).read_text()
    assert f'version:"{entry["version"]}"' in script


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_style_asks_no_outside_host(path):
    assert not re.search(r"(https?:)?//[a-z]", path.read_text())


@pytest.mark.parametrize("name", ["done", "on_track", "behind", "at_risk", "no_data", "not_started", "stale"])
def test_every_health_has_a_shape(name):
    assert f'<symbol id="{name}"' in (STATIC / "icons" / "shapes.svg").read_text()
