"""The tables of fees, and who may read or write them."""

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import AGENCIES_OVERLAP, EVERY_ROW, VISIBLE_WITH, grant, protect

OF_AGENCY = VISIBLE_WITH("fees_charge", "dossier_id", "dossiers_dossier", where=AGENCIES_OVERLAP("agencies"))


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("dossiers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Charge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_vi", models.CharField(max_length=200)),
                ("name_en", models.CharField(blank=True, max_length=200)),
                ("amount", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("charged_at", models.DateTimeField()),
                ("paid_at", models.DateTimeField(null=True)),
                ("recorded_by", models.CharField(blank=True, max_length=60)),
                ("receipt_number", models.CharField(blank=True, max_length=60)),
                (
                    "dossier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dossiers.dossier"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paid_at__isnull", True), ("receipt_number", ""), ("recorded_by", "")),
                            models.Q(
                                ("paid_at__isnull", False),
                                models.Q(("recorded_by", ""), _negated=True),
                                models.Q(("receipt_number", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="fees_paid_has_receipt",
                    )
                ],
            },
        ),
        protect(
            "fees_charge",
            web={
                "SELECT": VISIBLE_WITH("fees_charge", "dossier_id", "dossiers_dossier"),
                "INSERT": OF_AGENCY,
                "UPDATE": OF_AGENCY,
            },
            worker={"SELECT": EVERY_ROW},
        ),
        grant("fees_charge", "web", "SELECT, INSERT"),
        grant("fees_charge", "web", "UPDATE", columns=["paid_at", "recorded_by", "receipt_number"]),
        grant("fees_charge", "worker", "SELECT"),
    ]
