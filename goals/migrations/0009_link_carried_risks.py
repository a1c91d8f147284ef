from django.db import migrations


def link_carried_risks(apps, schema_editor):
    """Risks that an earlier rollover carried over, known by their words; without it they would follow twice."""
    Risk = apps.get_model('goals', 'Risk')
    HistoricalRisk = apps.get_model('goals', 'HistoricalRisk')
    carried = Risk.objects.filter(objective__predecessor__isnull=False).select_related('objective')
    for risk in carried.order_by('pk'):
        before = Risk.objects.filter(
            objective=risk.objective.predecessor_id, title=risk.title, kind=risk.kind, successors=None
        ).order_by('pk').first()
        if before is not None:
            Risk.objects.filter(pk=risk.pk).update(predecessor=before)
            HistoricalRisk.objects.filter(id=risk.pk).update(predecessor=before.pk)


class Migration(migrations.Migration):

    dependencies = [
        ('goals', '0008_risk_and_need_predecessor'),
    ]

    operations = [
        migrations.RunPython(link_carried_risks, migrations.RunPython.noop, elidable=True),
    ]
