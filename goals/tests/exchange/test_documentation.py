"""docs/roadmap-document.md shows the format as it is."""

import re
from pathlib import Path

from goals.exchange import fields
from goals.exchange.markdown_reader import read
from goals.exchange.markdown_writer import write

DOCUMENTATION = Path("docs/roadmap-document.md").read_text(encoding="utf-8")


def test_the_example_is_a_document_as_it_would_be_written():
    (example,) = re.findall(r"```markdown\n(.*?)```", DOCUMENTATION, re.DOTALL)

    assert write(read(example)) == example


def test_every_field_is_documented():
    tables = (
        fields.EXCELLENCE_FIELDS,
        fields.KEY_RESULT_FIELDS,
        fields.INITIATIVE_FIELDS,
        fields.RISK_FIELDS,
        fields.MITIGATION_FIELDS,
        fields.NEED_FIELDS,
    )
    missing = {each.label for table in tables for each in table if f"`{each.label}`" not in DOCUMENTATION}

    assert missing == {"Pillar"}  # stands behind the title
