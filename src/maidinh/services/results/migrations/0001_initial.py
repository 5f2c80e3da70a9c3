"""The tables of results, and who may read or write them."""

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import (
    AGENCIES_OVERLAP,
    AGENCY_OF,
    ALL_OF,
    EVERY_ROW,
    VISIBLE_WITH,
    append_only,
    grant,
    protect,
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("dossiers", "0001_initial"),
        ("files", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublishedResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verification_code", models.CharField(max_length=24, unique=True)),
                ("number", models.CharField(max_length=60, unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("code", models.CharField(max_length=40)),
                ("agency", models.CharField(max_length=35)),
                ("signed_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("entry", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Result",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=60, unique=True)),
                ("agency", models.CharField(max_length=35)),
                ("signed_by", models.CharField(max_length=60)),
                ("signed_at", models.DateTimeField()),
                ("receipt", models.JSONField()),
                ("entry", models.BigIntegerField()),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.document"
                    ),
                ),
                (
                    "dossier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dossiers.dossier"
                    ),
                ),
            ],
        ),
        protect(
            "results_result",
            web={
                "SELECT": VISIBLE_WITH("results_result", "dossier_id", "dossiers_dossier"),
                "INSERT": ALL_OF(
                    AGENCY_OF("agency"),
                    VISIBLE_WITH(
                        "results_result", "dossier_id", "dossiers_dossier", where=AGENCIES_OVERLAP("agencies")
                    ),
                ),
            },
            worker={"SELECT": EVERY_ROW},
        ),
        grant("results_result", "web", "SELECT, INSERT"),
        grant("results_result", "worker", "SELECT"),
        append_only("results_result"),
        protect(
            "results_publishedresult",
            web={"SELECT": EVERY_ROW, "INSERT": AGENCY_OF("agency"), "UPDATE": AGENCY_OF("agency")},
            worker={"SELECT": EVERY_ROW},
        ),
        grant("results_publishedresult", "web", "SELECT, INSERT"),
        grant("results_publishedresult", "web", "UPDATE", columns=["revoked_at"]),
        grant("results_publishedresult", "worker", "SELECT"),
        append_only("results_publishedresult", except_columns=["revoked_at"]),
    ]
