"""Tables of the synthetic registers. Layer 5.

The worker's role answers for the registers; the web and gateway roles have no right to these tables at all.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import EVERY_ROW, grant, protect


class Migration(migrations.Migration):
    """First tables."""

    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("person", models.CharField(max_length=12, primary_key=True, serialize=False)),
                ("full_name", models.CharField(max_length=80)),
                ("date_of_birth", models.DateField()),
                ("sex", models.CharField(max_length=6)),
                ("residence", models.CharField(max_length=200)),
                ("commune", models.CharField(max_length=100)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("person__regex", "^000[0-9]{9}$")), name="registers_person_synthetic"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Parcel",
            fields=[
                ("parcel", models.CharField(max_length=24, primary_key=True, serialize=False)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.person"
                    ),
                ),
                ("commune", models.CharField(max_length=100)),
                ("address", models.CharField(max_length=200)),
                ("map_sheet", models.CharField(max_length=4)),
                ("number", models.CharField(max_length=5)),
                ("area", models.PositiveIntegerField()),
                ("land_use_vi", models.CharField(max_length=200)),
                ("land_use_en", models.CharField(blank=True, max_length=200)),
                ("certificate", models.CharField(max_length=20, unique=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("parcel__startswith", "000.")), name="registers_parcel_synthetic"
                    )
                ],
            },
        ),
        # The owner's policy lets an installation's preparation load the rows; nobody signs in as the owner.
        protect("registers_person", worker=EVERY_ROW, owner=EVERY_ROW),
        protect("registers_parcel", worker=EVERY_ROW, owner=EVERY_ROW),
        grant("registers_person", "worker", "SELECT, INSERT, DELETE"),
        grant("registers_parcel", "worker", "SELECT, INSERT, DELETE"),
    ]
