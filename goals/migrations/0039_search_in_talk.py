"""Indexes for full text search in what people say and do, as those of migration 0029."""

from importlib import import_module

from django.db import migrations

made_before = import_module("goals.migrations.0029_search_indexes")
TEXTS = {"goals_initiative": ("title",), "goals_mitigation": ("text",), "goals_comment": ("text",)}


def add(apps, schema_editor):
    made_before.add(apps, schema_editor, TEXTS)


def remove(apps, schema_editor):
    made_before.remove(apps, schema_editor, TEXTS)


class Migration(migrations.Migration):
    dependencies = [("goals", "0038_cycle_mails")]
    operations = [migrations.RunPython(add, remove)]
