"""import_roadmap and export_roadmap with real files: what they write, what they say, how they end."""

import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from goals.models import KeyResult, Roadmap
from goals.tests.factories import check_in

DOCUMENT = """\
---
area: EDGE
area_name: Edge
parent: LIB
parent_name: Libraries
cycle: 24H2
state: published
visibility: public
---

# ExecuTorch

## Background

On phones.

## Focus areas

### [O1] Beta

Commitment: committed · Visibility: public

#### Key results

- [KR1] Decode — 8.15 -> 11.5 tok/s
  - Source: F: measured
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "edge.md"
    path.write_text(DOCUMENT, encoding="utf-8")
    return path


def refused(capsys, *arguments, **options):
    """What stands on stderr when the command ends with 1, after nothing was written."""
    with pytest.raises(SystemExit) as end:
        call_command("import_roadmap", *map(str, arguments), **options)
    assert end.value.code == 1
    assert not Roadmap.objects.exists()
    return capsys.readouterr().err.splitlines()


def test_a_document_goes_in_and_comes_out_as_it_was(file, tmp_path, edge, cycle, capsys):
    call_command("import_roadmap", str(file))

    told = capsys.readouterr().out
    assert "created: 3\n  EDGE-24H2\n  EDGE-24H2-O1\n  EDGE-24H2-O1-KR1\n" in told

    out = tmp_path / "out.md"
    call_command("export_roadmap", "EDGE-24H2", "-o", str(out))
    assert out.read_text(encoding="utf-8") == DOCUMENT

    call_command("import_roadmap", str(out))
    assert "created: 0\nchanged: 0\nunchanged: 3\nnot in the document: 0\n" in capsys.readouterr().out


def test_a_dry_run_says_so_and_writes_nothing(file, edge, cycle, capsys):
    call_command("import_roadmap", str(file), "--dry-run")

    assert "created: 3" in (told := capsys.readouterr().out)
    assert told.endswith("A dry run: nothing was written.\n")
    assert not Roadmap.objects.exists()


def test_the_history_names_the_person(file, lead, cycle):
    call_command("import_roadmap", str(file), "--by", lead.email.upper())

    assert KeyResult.objects.get().history.get().history_user == lead


def test_an_unknown_person_is_refused(file, edge, cycle):
    with pytest.raises(CommandError, match=r"nobody here has the address x@example\.org"):
        call_command("import_roadmap", str(file), "--by", "x@example.org")
    assert not Roadmap.objects.exists()


def test_an_unknown_area_is_refused(file, cycle, capsys):
    file.write_text(DOCUMENT.replace("area_name: Edge\n", ""), encoding="utf-8")

    assert refused(capsys, file) == [f"{file}:1: there is no area 'EDGE'; name it with area_name to make it"]


def test_two_objectives_with_one_number_are_refused(file, edge, cycle, capsys):
    file.write_text(f"{DOCUMENT}\n### [O1] Another\n", encoding="utf-8")

    assert refused(capsys, file) == [f"{file}:28: O1 stands twice, first on line 19"]


def test_a_target_in_words_is_refused(file, edge, cycle, capsys):
    file.write_text(DOCUMENT.replace("-> 11.5", "-> fast"), encoding="utf-8")

    assert refused(capsys, file) == [f"{file}:25: target 'fast' is not a number"]


def test_a_file_that_is_not_utf8_is_refused(file, edge, cycle, capsys):
    file.write_bytes(DOCUMENT.replace("On phones.", "Für Telefone.").encode("latin-1", "replace"))

    assert refused(capsys, file) == [f"{file}:15: the byte 0xfc is not UTF-8 text; save the file as UTF-8"]


def test_a_file_of_50_megabytes_is_refused(file, edge, cycle, capsys):
    with file.open("ab") as huge:
        huge.truncate(50_000_000)

    (sentence,) = refused(capsys, file)
    assert sentence == f"{file}: the file has 50000000 bytes; a roadmap document has at most 2000000"


def test_one_wrong_file_keeps_all_out_and_every_file_is_told_of(file, tmp_path, edge, cycle, capsys):
    wrong, missing = tmp_path / "wrong.md", tmp_path / "missing.md"
    wrong.write_text("# nothing", encoding="utf-8")

    sentences = refused(capsys, file, wrong, missing)

    assert [sentence.split(": ")[0] for sentence in sentences] == [f"{wrong}:1", str(missing)]


def test_a_changed_definition_asks_for_a_reason(file, edge, cycle, capsys):
    call_command("import_roadmap", str(file))
    file.write_text(DOCUMENT.replace("-> 11.5", "-> 12"), encoding="utf-8")

    with pytest.raises(SystemExit):
        call_command("import_roadmap", str(file))
    assert f"{file}:25: Say why the definition of EDGE-24H2-O1-KR1 changes" in capsys.readouterr().err
    assert KeyResult.objects.get().target_value == Decimal("11.5")

    call_command("import_roadmap", str(file), "--reason", "New phones")
    assert KeyResult.objects.get().target_value == 12


def test_json_holds_the_current_values_and_the_document_does_not(file, edge, cycle, lead, capsys):
    call_command("import_roadmap", str(file))
    check_in(KeyResult.objects.get(), "9.6", author=lead)
    capsys.readouterr()

    call_command("export_roadmap", "edge-24h2", "--format", "json")

    content = json.loads(capsys.readouterr().out)
    assert (content["code"], content["area_parent"], content["background"]) == (
        "EDGE-24H2",
        "LIB",
        "On phones.",
    )
    (objective,) = content["objectives"]
    (key_result,) = objective["key_results"]
    assert objective["code"] == "EDGE-24H2-O1"
    assert key_result["code"] == "EDGE-24H2-O1-KR1"
    assert (key_result["target"], key_result["current_value"], key_result["due_on"]) == ("11.5", "9.6", None)

    call_command("export_roadmap", "EDGE-24H2")
    assert capsys.readouterr().out == DOCUMENT


def test_only_a_public_roadmap_has_a_public_document(file, edge, cycle, capsys):
    file.write_text(DOCUMENT.replace("visibility: public", "visibility: internal"), encoding="utf-8")
    call_command("import_roadmap", str(file))

    with pytest.raises(SystemExit) as end:
        call_command("export_roadmap", "EDGE-24H2", "--public")

    assert end.value.code == 1
    assert capsys.readouterr().err == "EDGE-24H2: the roadmap is not public\n"


def test_an_unknown_roadmap_is_refused(db, capsys):
    with pytest.raises(SystemExit) as end:
        call_command("export_roadmap", "NONE-24H2")

    assert end.value.code == 1
    assert "NONE-24H2: there is no such roadmap" in capsys.readouterr().err


def test_a_folder_that_does_not_exist_is_told(file, edge, cycle, tmp_path):
    call_command("import_roadmap", str(file))

    with pytest.raises(CommandError, match="No such file"):
        call_command("export_roadmap", "EDGE-24H2", "-o", str(tmp_path / "none" / "out.md"))
