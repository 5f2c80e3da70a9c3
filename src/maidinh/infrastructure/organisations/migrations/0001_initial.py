"""The tables of organisations, and who may read or write them. Layer 7 guards the rows."""

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import grant


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Agency",
            fields=[
                ("code", models.CharField(max_length=35, primary_key=True, serialize=False)),
                ("name_vi", models.CharField(max_length=300)),
                ("name_en", models.CharField(blank=True, max_length=300)),
                ("kind", models.CharField(max_length=40)),
                ("tier", models.CharField(max_length=20)),
                ("aliases", models.JSONField(default=list)),
                ("valid_from", models.DateField(null=True)),
                ("valid_to", models.DateField(null=True)),
                ("successor", models.CharField(blank=True, max_length=35)),
                ("checked", models.BooleanField()),
                ("sample", models.BooleanField()),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.agency",
                    ),
                ),
            ],
        ),
        grant("organisations_agency", "web", "SELECT"),
        grant("organisations_agency", "worker", "SELECT"),
    ]
