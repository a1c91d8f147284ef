"""Indexes for full text search on PostgreSQL; SQLite looks through the rows."""

from django.db import migrations

# The expressions are those that goals.figures.words compares; a test holds the one against the other.
TEXTS = {
    "goals_roadmap": ("title", "background"),
    "goals_objective": ("title", "description"),
    "goals_keyresult": ("title", "metric"),
    "goals_risk": ("title", "description", "trigger"),
    "goals_kpi": ("title", "metric"),
    "goals_checkin": ("note", "blocker"),
}


def add(apps, schema_editor, texts=TEXTS):
    if schema_editor.connection.vendor != "postgresql":
        return
    quote = schema_editor.quote_name
    for table, names in texts.items():
        text = " || ' ' || ".join(f"COALESCE({quote(name)}, '')" for name in names)
        schema_editor.execute(
            f"CREATE INDEX {quote(f'{table}_words')} ON {quote(table)}"
            f" USING gin (to_tsvector('english'::regconfig, {text}))"
        )


def remove(apps, schema_editor, texts=TEXTS):
    if schema_editor.connection.vendor == "postgresql":
        for table in texts:
            schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(f'{table}_words')}")


class Migration(migrations.Migration):
    dependencies = [("goals", "0028_activity_mark")]
    operations = [migrations.RunPython(add, remove)]
