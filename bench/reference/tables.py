"""Many rows of a model into its table: by COPY on PostgreSQL, by executemany elsewhere."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection, models

ROWS_AT_ONCE = 20_000
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


class Table:
    """Rows of one model, of which only the fields named vary; the others are what the model says."""

    def __init__(self, model: type[models.Model], varying: Sequence[str]) -> None:
        self.model = model
        fields = {field.attname: field for field in model._meta.concrete_fields}
        defaults = model()
        self.constant = [
            field
            for name, field in fields.items()
            if name not in varying and getattr(defaults, name) is not None
        ]
        self.constants = [self._stored(field, getattr(defaults, field.attname)) for field in self.constant]
        self.fields = [fields[name] for name in varying]
        self.rows: list[list[Any]] = []

    def add(self, *values: Any) -> None:
        self.rows.append(list(values))
        if len(self.rows) >= ROWS_AT_ONCE:
            self.write()

    def write(self) -> None:
        rows, self.rows = self.rows, []
        if not rows:
            return
        if connection.vendor == "postgresql":
            self._copy(rows)
        else:
            self._insert(rows)

    @property
    def _columns(self) -> list[str]:
        return [connection.ops.quote_name(field.column) for field in [*self.fields, *self.constant]]

    def _copy(self, rows: list[list[Any]]) -> None:
        end = "".join("\t" + _copied(value) for value in self.constants) + "\n"
        text = "".join("\t".join(map(_copied, row)) + end for row in rows)
        table = connection.ops.quote_name(self.model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {table} ({', '.join(self._columns)}) FROM STDIN", io.StringIO(text))

    def _insert(self, rows: list[list[Any]]) -> None:
        stored = [
            [
                *(self._stored(field, value) for field, value in zip(self.fields, row, strict=True)),
                *self.constants,
            ]
            for row in rows
        ]
        table = connection.ops.quote_name(self.model._meta.db_table)
        places = ", ".join(["%s"] * len(self._columns))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({', '.join(self._columns)}) VALUES ({places})", stored)

    @staticmethod
    def _stored(field: models.Field, value: Any) -> Any:
        return field.get_db_prep_save(value, connection)


@contextmanager
def written(*tables: Table) -> Iterator[None]:
    """At the end, what the tables still hold is written."""
    yield
    for table in tables:
        table.write()


@lru_cache(maxsize=100_000)
def _moment(value: datetime) -> str:
    return value.isoformat()


def _copied(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return value.translate(ESCAPES)
    if isinstance(value, datetime):
        return _moment(value)
    return str(value)
