"""The tables of events, and who may read or write them. Layer 7 guards the rows."""

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import AGENCY_OF, ANY_OF, EVERY_ROW, grant, protect


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("payload", models.JSONField()),
                ("at", models.DateTimeField()),
                ("agency", models.CharField(blank=True, max_length=35)),
                ("done_at", models.DateTimeField(null=True)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("given_up_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True), ("given_up_at__isnull", True)),
                        fields=["id"],
                        name="events_waiting",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("receiver", models.CharField(max_length=120)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, max_length=500)),
                (
                    "event",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="events.event"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("event", "receiver"), name="events_delivery_once")],
            },
        ),
        protect(
            "events_event",
            # An event of a dossier names it: only the agency it is written for sees it, whoever writes it.
            web={"SELECT": ANY_OF("agency = ''", AGENCY_OF("agency")), "INSERT": EVERY_ROW},
            worker=EVERY_ROW,
        ),
        grant("events_event", "web", "SELECT, INSERT"),
        grant("events_event", "worker", "SELECT, INSERT, UPDATE"),
        grant("events_delivery", "worker", "SELECT, INSERT, UPDATE"),
    ]
