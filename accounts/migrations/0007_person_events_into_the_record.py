"""What was noted about people moves into the record, and older entries learn what they are about.

Only while the record can still be changed: the next migration shuts it.
"""

import datetime as dt

from django.db import migrations

# What an event said, as an entry says it: (action, kind).
ENTRIES = {
    "invited": ("invited", "invitation"),
    "invitation_revoked": ("revoked", "invitation"),
    "joined": ("joined", "person"),
    "deactivated": ("deactivated", "person"),
    "role_changed": ("changed", "role in the organisation"),
    "token_made": ("created", "token"),
    "token_revoked": ("revoked", "token"),
}
# People and tokens had a history already, so the record may tell of these.
MAY_BE_TOLD = {"role_changed", "token_made", "token_revoked"}
NEAR = dt.timedelta(seconds=10)
# Model by the kind that entries name; the history by which a person is found; how the row names them.
PEOPLE = {
    "person": ("accounts.user", "HistoricalUser", "id"),
    "token": ("accounts.apitoken", "HistoricalApiToken", "owner_id"),
    "role in an area": ("areas.membership", "HistoricalMembership", "user_id"),
}
MODELS = {
    "area": "areas.area",
    "cycle": "goals.cycle",
    "roadmap": "goals.roadmap",
    "objective": "goals.objective",
    "key result": "goals.keyresult",
    "risk": "goals.risk",
    "mitigation": "goals.mitigation",
    "need": "goals.dependency",
}


def tell_about_whom(apps, schema_editor):
    """An entry was written at the moment of its row of history; where one row alone fits, it is the one."""
    AuditEntry = apps.get_model("accounts", "AuditEntry")
    for kind, (label, history, column) in PEOPLE.items():
        History = apps.get_model(label.split(".")[0], history)
        for entry in AuditEntry.objects.filter(kind=kind, about=None).iterator():
            rows = list(History.objects.filter(history_date=entry.made_at).values("id", column)[:2])
            if len(rows) == 1:
                entry.model, entry.object_id, entry.about_id = label, rows[0]["id"], rows[0][column]
                if kind == "role in an area":
                    entry.subject = area_key(apps, History, rows[0]["id"])
                entry.save(update_fields=["model", "object_id", "about", "subject"])
    for kind, label in MODELS.items():
        AuditEntry.objects.filter(kind=kind).update(model=label)
    signs = AuditEntry.objects.filter(kind="sign-in", actor__isnull=False)
    for actor in signs.values_list("actor", flat=True).distinct():
        signs.filter(actor=actor).update(about=actor)


def area_key(apps, history, membership_id):
    area_id = history.objects.filter(id=membership_id).values_list("area_id", flat=True).first()
    area = apps.get_model("areas", "Area").objects.filter(pk=area_id).first()
    return area.key if area else str(area_id)


def take_events_over(apps, schema_editor):
    AuditEntry = apps.get_model("accounts", "AuditEntry")
    PersonEvent = apps.get_model("accounts", "PersonEvent")
    for event in PersonEvent.objects.select_related("person", "by").order_by("made_at", "pk").iterator():
        action, kind = ENTRIES[event.kind]
        if event.kind in MAY_BE_TOLD and is_told(AuditEntry, event, kind):
            continue
        AuditEntry.objects.create(
            made_at=event.made_at,
            actor=event.by,
            actor_email=event.by.email,
            origin="page",
            action=action,
            kind=kind,
            subject=event.person.name,
            model="accounts.user",
            object_id=event.person_id,
            about=event.person,
            reason=event.detail,
        )


def is_told(entry_model, event, kind):
    kinds = ["person", kind]
    near = entry_model.objects.filter(
        about=event.person, kind__in=kinds, made_at__range=(event.made_at - NEAR, event.made_at + NEAR)
    )
    if kind == "token":
        return any(entry.kind == "token" for entry in near)
    return any("org_role" in entry.changes for entry in near)


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0006_record_of_people_and_things"),
        ("areas", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(tell_about_whom, migrations.RunPython.noop),
        migrations.RunPython(take_events_over, migrations.RunPython.noop),
    ]
