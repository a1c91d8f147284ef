from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0008_record_refuses_changes"),
    ]

    operations = [
        migrations.DeleteModel(
            name="PersonEvent",
        ),
    ]
