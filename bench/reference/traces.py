"""What the product keeps beside the rows themselves: their history, and that they changed."""

from __future__ import annotations

from django.db import connection, models

from accounts.models import User
from areas.models import Area, Membership
from goals.models import Change, ChangeCount, CheckIn, Cycle, KeyResult, Mitigation, Objective, Risk, Roadmap

# With the column that says since when the row is there.
WITH_HISTORY: dict[type[models.Model], str] = {
    User: "joined_at",
    **dict.fromkeys([Area, Membership, Cycle, Roadmap, Objective, KeyResult, Risk, Mitigation], "created_at"),
}
# As the migration notes what is there already, in the order in which it does.
CHANGES = {
    "area": (Area, "updated_at"),
    "cycle": (Cycle, "updated_at"),
    "roadmap": (Roadmap, "updated_at"),
    "objective": (Objective, "updated_at"),
    "key-result": (KeyResult, "updated_at"),
    "check-in": (CheckIn, "created_at"),
    "risk": (Risk, "updated_at"),
    "mitigation": (Mitigation, "updated_at"),
}


def write_traces() -> None:
    for model, since in WITH_HISTORY.items():
        write_history(model, since)
    for kind, (model, when) in CHANGES.items():
        note_changes(kind, model, when)
    ChangeCount.objects.create(pk=1, last_position=Change.objects.count())


def write_history(model: type[models.Model], since: str) -> None:
    """That each row was created, by nobody in particular."""
    kept = model.history.model  # type: ignore[attr-defined]
    own = {"history_id", "history_date", "history_type", "history_change_reason", "history_user"}
    fields = [field for field in kept._meta.concrete_fields if field.name not in own]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    run(
        f"INSERT INTO {kept._meta.db_table} ({columns}, history_date, history_type, history_change_reason) "
        f"SELECT {columns}, {since}, '+', '' FROM {model._meta.db_table} ORDER BY id"
    )


def note_changes(kind: str, model: type[models.Model], when: str) -> None:
    """Numbered, as they are once somebody has followed the plan."""
    run(
        f"INSERT INTO goals_change (kind, object_id, changed_at, position) "
        f"SELECT '{kind}', id, {when}, (SELECT COALESCE(MAX(position), 0) FROM goals_change) "
        f"+ ROW_NUMBER() OVER (ORDER BY id) FROM {model._meta.db_table}"
    )


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def numbers_go_on(models_written: list[type[models.Model]]) -> None:
    """Rows that the product makes from here on get the next primary keys."""
    from django.core.management.color import no_style

    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models_written):
            cursor.execute(statement)
