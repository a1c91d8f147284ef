"""The database itself refuses to change or delete entries of the record.

The one way through is a row of RecordOpening, which cannot be committed (docs/adr/0006). Even then an entry
ends only when it is older than the opening says, and of a rewritten one the rest stays: who, when, what was done.
"""

from django.db import migrations

# ruff: noqa: S608 - constants of this file only
SENTENCE = "Entries of the record are never changed or deleted."
KEPT = (
    "id", "made_at", "actor_id", "origin", "action", "kind", "model", "object_id", "about_id",
)

POSTGRESQL = [
    f"""
    CREATE FUNCTION accounts_auditentry_guard() RETURNS trigger LANGUAGE plpgsql AS $guard$
    BEGIN
        IF TG_OP = 'DELETE' AND EXISTS (
            SELECT 1 FROM accounts_recordopening WHERE why = 'retention' AND OLD.made_at < before
        ) THEN
            RETURN OLD;
        END IF;
        IF TG_OP = 'UPDATE' AND EXISTS (SELECT 1 FROM accounts_recordopening WHERE why = 'anonymising')
            AND ROW({", ".join(f"OLD.{name}" for name in KEPT)})
            IS NOT DISTINCT FROM ROW({", ".join(f"NEW.{name}" for name in KEPT)})
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'restrict_violation';
    END
    $guard$
    """,
    """
    CREATE TRIGGER accounts_auditentry_guard BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION accounts_auditentry_guard()
    """,
    # "What" is asked for by its beginning, in any case; SQLite walks from the newest entry instead.
    "CREATE INDEX audit_by_beginning ON accounts_auditentry (UPPER(subject::text) text_pattern_ops)",
]
POSTGRESQL_BACK = [
    "DROP INDEX audit_by_beginning",
    "DROP TRIGGER accounts_auditentry_guard ON accounts_auditentry",
    "DROP FUNCTION accounts_auditentry_guard()",
]
SQLITE = [
    f"""
    CREATE TRIGGER accounts_auditentry_no_delete BEFORE DELETE ON accounts_auditentry
    WHEN NOT EXISTS (SELECT 1 FROM accounts_recordopening WHERE why = 'retention' AND OLD.made_at < before)
    BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END
    """,
    f"""
    CREATE TRIGGER accounts_auditentry_no_update BEFORE UPDATE ON accounts_auditentry
    WHEN NOT EXISTS (SELECT 1 FROM accounts_recordopening WHERE why = 'anonymising')
        OR {" OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in KEPT)}
    BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END
    """,
    # INSERT OR REPLACE deletes the old row without asking the first trigger.
    f"""
    CREATE TRIGGER accounts_auditentry_no_replace BEFORE INSERT ON accounts_auditentry
    WHEN EXISTS (SELECT 1 FROM accounts_auditentry WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END
    """,
]
SQLITE_BACK = [
    "DROP TRIGGER accounts_auditentry_no_delete",
    "DROP TRIGGER accounts_auditentry_no_update",
    "DROP TRIGGER accounts_auditentry_no_replace",
]


def shut(apps, schema_editor):
    run(schema_editor, {"postgresql": POSTGRESQL, "sqlite": SQLITE})


def open_again(apps, schema_editor):
    run(schema_editor, {"postgresql": POSTGRESQL_BACK, "sqlite": SQLITE_BACK})


def run(schema_editor, statements):
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0007_person_events_into_the_record"),
    ]

    operations = [
        migrations.RunPython(shut, open_again),
    ]
