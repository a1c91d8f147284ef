"""A row is told as REST framework tells it, whichever way leads to a value."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework import serializers

from accounts.api.telling import Telling


class Fields(serializers.Serializer):
    name = serializers.CharField()
    owner = serializers.EmailField(source="person.email", default=None, allow_null=True)
    area = serializers.CharField(source="place.key", default="nowhere")
    left_out = serializers.CharField(source="place.note", required=False)
    count = serializers.IntegerField(source="how_many")
    words = serializers.ListField(child=serializers.CharField())
    whole = serializers.SerializerMethodField()

    def get_whole(self, row: Any) -> str:
        return row["name"] if isinstance(row, dict) else row.name


class Part(Fields):
    part = Fields(allow_null=True)
    parts = Fields(many=True)


class Told(Telling, Fields):
    pass


class ToldPart(Telling, Part):
    part = Told(allow_null=True)
    parts = Told(many=True)


def row(**more: Any) -> SimpleNamespace:
    plain = {"name": "A", "person": None, "place": None, "how_many": lambda: 3, "words": ["x", "y"]}
    return SimpleNamespace(**plain | more)


ROWS = {
    "nobody and nowhere": row(),
    "all there": row(
        person=SimpleNamespace(email="a@b.org"), place=SimpleNamespace(key="EDGE", note="n"), how_many=4
    ),
    "nothing where something may be null": row(person=SimpleNamespace(email=None)),
    "a mapping": {"name": "A", "person": {"email": "a@b.org"}, "place": {}, "how_many": 1, "words": []},
}


@pytest.mark.parametrize("name", ROWS)
def test_what_is_told_and_in_which_order_is_the_same(name):
    assert list(Told(ROWS[name]).data.items()) == list(Fields(ROWS[name]).data.items())


def test_parts_and_lists_of_parts_too():
    rows = list(ROWS.values())
    for whole in (row(part=None, parts=rows), row(part=rows[1], parts=[])):
        assert ToldPart(whole).data == Part(whole).data


def test_a_field_that_is_not_there_is_an_error_of_ours_and_not_passed_over():
    with pytest.raises(AttributeError, match="how_many"):
        Told(SimpleNamespace(name="A", person=None, place=None, words=[])).data  # noqa: B018


def test_a_query_is_not_asked_twice_for_a_value():
    class Asked:
        times = 0

        def __getattr__(self, name: str) -> Any:
            if name == "how_many":
                type(self).times += 1
                return 3
            return [] if name == "words" else None

    assert Told(Asked()).data["count"] == 3
    assert Asked.times == 1
