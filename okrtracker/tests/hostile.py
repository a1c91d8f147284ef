"""Values that no program of ours would send, as JSON writes them; and every field of the API that takes one.

The fields are read from docs/openapi.yaml, so that a new one is among them by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"


def listed(text: str) -> list[str]:
    return text.split()


NUMBERS = listed("""
NaN Infinity -Infinity 1e400 -1e400 1e308 -1e308 1e-400 1E5 5e-324 0 -0 -0.0 0.1 1.5 -1 1 7 10 11 101 366 367
2147483647 2147483648 -2147483649 4294967296 9007199254740993 9223372036854775807 9223372036854775808
-9223372036854775808 -9223372036854775809 18446744073709551616 00 01 +1 .5 5. 0x10 1_000 1e 1e+ --1 1.2.3
""")
NUMBERS += ["1" + "0" * 30, "1" + "0" * 400, "1" + "0" * 5000, "0." + "1" * 400, "-" + "9" * 40]

OTHER_KINDS = listed(r"""
null true false [] {} [[]] [null] [{}] {"a":1} {"":""} {"$ne":null} {"__proto__":{}} [1,2] ["a","a"] [true]
[{"on":"0001-01-01","value":"1e400"}] [{"on":null,"value":null}] {"area":"EDGE"} True None undefined ' " [ { ]
""")
OTHER_KINDS += ["[" * deep + "]" * deep for deep in (21, 1_000, 100_000)]
OTHER_KINDS += ['{"a":' * 1_000 + "1" + "}" * 1_000, "[" * 100_000, json.dumps(["tag"] * 11)]
OTHER_KINDS += [json.dumps([f"tag{number}" for number in range(3_000)]), '{"a":1,"a":2}', "", "/**/1", "1,"]

# Half of a pair, escaped; JSON has it, and no text of a database.
ESCAPED = [
    r'"\ud800"',
    r'"\udfff"',
    r'"\ud83d"',
    r'"a\ud800b"',
    r'"\udc00\ud800"',
    r'"\u0000"',
    r'"a\u0000b"',
]
ESCAPED += [r'"\x41"', r'"\u12"', '"\t"', '"a\nb"', '"\x00"', '"\x7f"', '"unfinished']

TEXTS = [
    *("", " ", "\u00a0", "\u200b", "\u202e", "\ufeff", "\u2028", "\ufffe", "\uffff", "\U0010ffff", "\x1b[2J"),
    *("\r\n", "Title\r\nBcc: all@example.org", "Title\nSecond", "Title\rSecond", "\x85", "\x0b", "a\tb"),
    *("e" + "\u0301" * 500, "\u0301", "👨‍👩‍👧‍👦" * 50, "ﬃ", "ß", "İ", "ı", "ǅ", "\u0130\u0307" * 100),
    # Digits of others, and numbers that only some read as such.
    *("１２", "٣", "²", "½", "Ⅷ", "１_0", "1_000", "1,5", "1.000,5", "1 000", "1\u00a0000", "１.５", "1e5"),
    *(
        "1E400",
        "-1E400",
        "1e-400",
        "Infinity",
        "-inf",
        "nan",
        "sNaN",
        "NaN123",
        "0x10",
        "0b1",
        "1e",
        "1.",
        ".5",
    ),
    *(
        "+1",
        "--1",
        "− 1",
        "−1",
        "1%",
        "1/2",
        "true",
        "null",
        "None",
        "on",
        "1" * 40,
        "0." + "1" * 40,
        "1" * 5000,
    ),
    *("9" * 14 + ".999999", "9" * 15, "0.0000001", "1e1000000", "1e-1000000", "00001", "1\n", " 1 "),
    # Days and moments.
    *("0001-01-01", "0000-01-01", "9999-12-31", "10000-01-01", "-0001-01-01", "2024-02-30", "2024-13-01"),
    *(
        "2024-00-10",
        "2024-W42",
        "2024-W42-1",
        "2024-1-1",
        "20241014",
        "2024-288",
        "14.10.2024",
        "２０２４-１０-１４",
    ),
    *("2024-10-14\x00", "2024-10-14 ", "2024-10-14T00:00:00Z", "0001-01-01T00:00:00+14:00", "today", "now"),
    *("9999-12-31T23:59:59-12:00", "2024-06-30T23:59:60Z", "2024-10-14T25:00:00Z", "2024-10-14T10:00:00"),
    *(
        "2024-10-14T10:00:00+99:99",
        "2024-10-14T10:00:00+24:00",
        "1970-01-01T00:00:00Z",
        "2024-10-14T24:00:00Z",
    ),
    # For whoever puts text together: spreadsheets, templates, formats, queries, pages, documents.
    *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "|x", "'=1", '"', '""'),
    *(
        "%",
        "%s",
        "%(x)s",
        "%d%%",
        "{}",
        "{0}",
        "{x!r}",
        "{{7*7}}",
        "${7*7}",
        "$HOME",
        "`id`",
        "\\",
        "\\0",
        "_",
        "*",
    ),
    *(
        "' OR 1=1 --",
        "'); DROP TABLE x; --",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</title>",
    ),
    *(
        "]]>",
        "&lt;&#0;",
        "&#x110000;",
        "<!--",
        "[x](javascript:alert(1))",
        "![x](//example.org/x.png)",
        "[" * 3_000,
    ),
    *(
        "*" * 3_000,
        "> " * 500,
        "- " * 500,
        "`" * 999,
        "|" * 999,
        "# [O1] x",
        "---\narea: X\n---",
        "| a |\n|---|",
    ),
    *(
        "#### Key results",
        "[KR1] x",
        "[O99999999999999999999] x",
        "```\n",
        "\\" * 999,
        "#set page(width: 1pt)",
    ),
    # Addresses of pages, files and people.
    *(
        "javascript:alert(1)",
        "data:text/html,x",
        "http://",
        "http://[::1",
        "http://a b",
        "//example.org",
        "http:x",
    ),
    *("https://" + "a" * 400, "https://１２７.0.0.1/", "https://user:@example.org", "ftp://example.org"),
    *(
        "file:///etc/passwd",
        "../../etc/passwd",
        "https://example.org/\r\nX: 1",
        "https://xn--/",
        "http://0x7f.1/",
    ),
    *(
        "me",
        "ME",
        "a@b",
        "@",
        "a@",
        "nobody@example.org",
        '"a b"@example.org',
        "a\x00@example.org",
        "ü@例え.jp",
    ),
    *(
        "a" * 300 + "@example.org",
        "İ@example.org",
        "a@example.org\nBcc: b@example.org",
        "lea.lead@example.org",
    ),
    # Codes, keys and words that are known.
    *(
        "EDGE",
        "edge",
        "ＥＤＧＥ",
        "EDGE\x00",
        "EDGE ",
        "CORE",
        "24H2",
        "99H9",
        "EDGE-24H2",
        "edge-24h2",
        "EDGE-99H9",
    ),
    *(
        "EDGE-24H2-O1",
        "EDGE-24H2-O1-KR1",
        "EDGE-24H2-O1\x00",
        "EDGE-24H2-O99999999999999999999",
        "EDGE-24H2-B1",
    ),
    *(
        "EDGE-24H2-O1-R1",
        "EDGE-K1",
        "%2e%2e",
        "-",
        "--",
        "0",
        "-1",
        "99999999999999999999",
        "A" * 13,
        "tag,tag",
    ),
    *(
        "on_track",
        "ON_TRACK",
        "done",
        "closed",
        "accepted",
        "public",
        "PUBLIC",
        "guardrail",
        "milestone",
        "reach",
    ),
    *("focus", "excellence", "admin", "x" * 256, "x" * 10_001, "x" * 100_001, "ü" * 5_001, "x" * 2_100_000),
]


def as_json(text: str) -> str:
    """With every sign as it is where JSON takes it so."""
    return json.dumps(text, ensure_ascii=False)


VALUES: list[bytes] = [
    *(token.encode() for token in (*NUMBERS, *OTHER_KINDS, *ESCAPED)),
    *(as_json(text).encode() for text in TEXTS),
    b'"\xff"',
    b'"\xc0\x80"',
    b'"\xed\xa0\x80"',
    b'\xef\xbb\xbf"a"',
    '"a"'.encode("utf-16"),
]

# What the other fields of a body hold, by name; what is not here is made up from the schema.
GOOD: dict[str, Any] = {
    "title": "A new one",
    "name": "A new one",
    "text": "A text",
    "reason": "because it is better so",
    "value": "4",
    "status": "on_track",
    "objective": "EDGE-24H2-O1",
    "on_objective": "EDGE-24H2-O1",
    "key_result": "EDGE-24H2-O1-KR1",
    "roadmap": "EDGE-24H2",
    "area": "EDGE",
    "cycle": "24H2",
    "stand_in": "con.tributor@example.org",
    "first_on": "2024-10-14",
    "last_on": "2024-10-20",
    "starts_on": "2030-01-01",
    "ends_on": "2030-06-30",
    "until": "2024-11-01",
    "on": "2024-11-01",
    "start_value": "0",
    "target_value": "10",
    "likelihood": 3,
    "impact": 3,
    "key": "NEW",
    "days": 30,
    "scope": "read",
    "outcome": "averted",
}
PLACE = "the place of the hostile value"


@dataclass(frozen=True)
class Field:
    """One that a request may hold: `path` leads to it in the body, a number into a list."""

    method: str
    address: str
    path: tuple[str | int, ...]
    body: str  # JSON with PLACE in its place

    def __str__(self) -> str:
        return f"{self.method} {self.address} {'.'.join(map(str, self.path))}"

    def with_value(self, value: bytes) -> bytes:
        return self.body.encode().replace(json.dumps(PLACE).encode(), value)


class Document:
    """docs/openapi.yaml, asked about its requests."""

    def __init__(self) -> None:
        self.content = yaml.load(DOCUMENT.read_text(encoding="utf-8"), yaml.CSafeLoader)

    def fields(self) -> Iterator[Field]:
        for address, operations in self.content["paths"].items():
            for method, operation in operations.items():
                schema = self._request(operation)
                for path in self._paths(schema) if schema else ():
                    body = self._body(schema, path, is_whole=method == "post")
                    yield Field(method.upper(), address, path, json.dumps(body))

    def _request(self, operation: dict[str, Any]) -> Any:
        return operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")

    def _plain(self, schema: Any) -> Any:
        while "$ref" in schema:
            schema = self.content["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        for name in ("allOf", "oneOf", "anyOf"):
            if name in schema:
                return self._plain(schema[name][0])
        return schema

    def _paths(self, schema: Any) -> Iterator[tuple[str | int, ...]]:
        schema = self._plain(schema)
        for name, inner in schema.get("properties", {}).items():
            yield (name,)
            yield from ((name, *path) for path in self._paths(inner))
        if "items" in schema:
            yield (0,)
            yield from ((0, *path) for path in self._paths(schema["items"]))

    def _body(self, schema: Any, path: tuple[str | int, ...], *, is_whole: bool) -> Any:
        """The least that is taken beside the place at the end of the path."""
        if not path:
            return PLACE
        schema, (name, *deeper) = self._plain(schema), path
        if name == 0:
            return [self._body(schema["items"], tuple(deeper), is_whole=True)]
        needed = schema.get("required", ()) if is_whole else ()
        body = {one: self._good(one, schema["properties"][one]) for one in needed}
        return body | {name: self._body(schema["properties"][name], tuple(deeper), is_whole=is_whole)}

    def _good(self, name: str, schema: Any) -> Any:
        schema = self._plain(schema)
        if name in GOOD and schema.get("type") != "array":
            return GOOD[name]
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("type") == "array":
            needed = self._plain(schema["items"]).get("required", ())
            inner = self._plain(schema["items"]).get("properties", {})
            return [{one: self._good(one, inner[one]) for one in needed}] if inner else ["one"]
        return {"integer": 3, "boolean": True, "object": {}}.get(schema.get("type"), "2024-11-01")
