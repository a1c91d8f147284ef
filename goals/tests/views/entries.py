"""Check-ins as the pages send them."""

import re
import uuid


def entry(key_result, value="", *, status="on_track", **fields):
    """A row as the page sends it."""
    key_result.refresh_from_db()
    sent = {"value": value, "status": status, "seen": key_result.check_in_count, "form_id": uuid.uuid4()}
    named = {f"{key_result.code}-{name}": entered for name, entered in (sent | fields).items()}
    return {"row": [key_result.code]} | named


def entries(*rows):
    sent = {"row": [row["row"][0] for row in rows]}
    for row in rows:
        sent |= {name: entered for name, entered in row.items() if name != "row"}
    return sent


def text_of(response):
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(text.replace("&#x27;", "'").split())


def values_of(key_result):
    return list(key_result.check_ins.order_by("sequence").values_list("value", flat=True))


def hidden_fields(page, key_result):
    found = re.findall(rf'name="({key_result.code}-(?:seen|form_id))" value="([^"]*)"', page)
    assert len(found) == 2
    return dict(found)
