"""The tables of files, and who may read or write them. Layer 7 guards the rows."""

from django.db import migrations, models

from maidinh.infrastructure.database.policies import append_only, grant


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
                ("media_type", models.CharField(max_length=60)),
                ("stored_at", models.DateTimeField()),
            ],
        ),
        grant("files_document", "web", "SELECT, INSERT"),
        grant("files_document", "worker", "SELECT, INSERT"),
        append_only("files_document"),
    ]
