"""The tables of identity, and who may read or write them. Layer 7 guards the rows."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import grant


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("sessions", "0001_initial"),
        ("organisations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Official",
            fields=[
                ("id", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("title_vi", models.CharField(max_length=200)),
                ("title_en", models.CharField(blank=True, max_length=200)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None),
                ),
                ("sample", models.BooleanField()),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.agency"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer", models.CharField(max_length=300)),
                ("subject", models.CharField(max_length=255)),
                ("person", models.CharField(blank=True, max_length=12)),
                ("name", models.CharField(max_length=200)),
                ("first_signed_in_at", models.DateTimeField()),
                ("last_signed_in_at", models.DateTimeField()),
                (
                    "official",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.official"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("issuer", "subject"), name="identity_account_subject_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("official__isnull", False), ("person", "")),
                            models.Q(models.Q(("person", ""), _negated=True), ("official__isnull", True)),
                            _connector="OR",
                        ),
                        name="identity_account_is_citizen_or_official",
                    ),
                ],
            },
        ),
        grant("django_session", "web", "SELECT, INSERT, UPDATE, DELETE"),
        grant("identity_official", "web", "SELECT"),
        grant("identity_official", "worker", "SELECT"),
        grant("identity_account", "web", "SELECT, INSERT"),
        grant("identity_account", "web", "UPDATE", columns=["name", "last_signed_in_at"]),
    ]
