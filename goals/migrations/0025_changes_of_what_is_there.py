"""What is there already changed last when its row says so; programs that follow begin with it."""

from django.db import migrations
from django.db.models import F

# Kind -> the model and the field that says when.
WHEN = {
    "area": ("areas", "Area", "updated_at"),
    "cycle": ("goals", "Cycle", "updated_at"),
    "roadmap": ("goals", "Roadmap", "updated_at"),
    "objective": ("goals", "Objective", "updated_at"),
    "key-result": ("goals", "KeyResult", "updated_at"),
    "check-in": ("goals", "CheckIn", "created_at"),
    "risk": ("goals", "Risk", "updated_at"),
    "mitigation": ("goals", "Mitigation", "updated_at"),
    "dependency": ("goals", "Dependency", "updated_at"),
    "initiative": ("goals", "Initiative", "updated_at"),
    "comment": ("goals", "Comment", "created_at"),
    "kpi": ("goals", "Kpi", "updated_at"),
    "old-code": ("goals", "MovedCode", "moved_at"),
}


def note(apps, schema_editor):
    change = apps.get_model("goals", "Change")
    for kind, (app, name, moment) in WHEN.items():
        rows = apps.get_model(app, name).objects.order_by("pk").annotate(moment=F(moment))
        found = rows.values_list("pk", "moment").iterator(chunk_size=2000)
        change.objects.bulk_create(
            (change(kind=kind, object_id=pk, changed_at=when) for pk, when in found), batch_size=500
        )


def forget(apps, schema_editor):
    apps.get_model("goals", "Change").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("goals", "0024_changes"), ("areas", "__latest__")]

    operations = [migrations.RunPython(note, forget)]
