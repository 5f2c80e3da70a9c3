"""The tables of forms, and who may read or write them."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import PERSON_IS, grant, protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("procedures", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("applicant", models.CharField(max_length=12)),
                ("case", models.CharField(blank=True, max_length=60)),
                ("receiving", models.CharField(blank=True, max_length=35)),
                ("answers", models.JSONField(default=dict)),
                ("papers", models.JSONField(default=list)),
                ("begun_at", models.DateTimeField()),
                ("saved_at", models.DateTimeField()),
                ("dossier", models.CharField(blank=True, max_length=60)),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="procedures.procedureversion"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["applicant", "-saved_at"], name="forms_draft_applica_d661a6_idx")],
            },
        ),
        migrations.CreateModel(
            name="Supplement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("dossier", models.CharField(max_length=60)),
                ("applicant", models.CharField(max_length=12)),
                ("papers", models.JSONField(default=list)),
                ("saved_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("applicant", "dossier"), name="forms_supplement_once")],
            },
        ),
        protect("forms_draft", web=PERSON_IS("applicant")),
        grant("forms_draft", "web", "SELECT, INSERT, UPDATE, DELETE"),
        protect("forms_supplement", web=PERSON_IS("applicant")),
        grant("forms_supplement", "web", "SELECT, INSERT, UPDATE, DELETE"),
    ]
