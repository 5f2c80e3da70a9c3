"""Facts of dossiers, sums of months, how forms were filled in: officials see rows of their dossiers, all see sums."""

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import (
    AGENCIES_OVERLAP,
    EVERY_ROW,
    PERSON_IS,
    VISIBLE_WITH,
    append_only,
    grant,
    protect,
)

OWN = VISIBLE_WITH("measures_formfilling", "dossier_id", "dossiers_dossier", where=PERSON_IS("applicant"))
OF_AGENCY = VISIBLE_WITH("measures_dossierfact", "dossier_id", "dossiers_dossier", where=AGENCIES_OVERLAP("agencies"))


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("dossiers", "0003_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormFilling",
            fields=[
                (
                    "dossier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="dossiers.dossier",
                    ),
                ),
                ("typed", models.PositiveSmallIntegerField()),
                ("picked", models.PositiveSmallIntegerField()),
                ("prefilled", models.PositiveSmallIntegerField()),
                ("minutes", models.PositiveIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="WaitingDossier",
            fields=[
                (
                    "dossier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="dossiers.dossier",
                    ),
                ),
                ("failed", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="DossierFact",
            fields=[
                (
                    "dossier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="dossiers.dossier",
                    ),
                ),
                ("agency", models.CharField(max_length=35)),
                ("procedure", models.CharField(max_length=8)),
                ("case", models.CharField(max_length=60)),
                ("online", models.BooleanField()),
                ("received_month", models.DateField()),
                ("papers_asked", models.BooleanField()),
                ("papers_kept", models.BooleanField()),
                ("typed", models.PositiveSmallIntegerField(null=True)),
                ("picked", models.PositiveSmallIntegerField(null=True)),
                ("prefilled", models.PositiveSmallIntegerField(null=True)),
                ("minutes", models.PositiveIntegerField(null=True)),
                ("month", models.DateField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_status", models.PositiveSmallIntegerField(null=True)),
                ("promised_at", models.DateTimeField()),
                ("on_time", models.BooleanField(null=True)),
                ("working_minutes", models.PositiveIntegerField(null=True)),
                ("rounds", models.PositiveSmallIntegerField(default=0)),
                ("electronic", models.BooleanField(default=False)),
                ("paid", models.CharField(blank=True, max_length=8)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["month", "agency", "procedure"], name="measures_ended"),
                    models.Index(fields=["received_month", "agency", "procedure"], name="measures_received"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("end_status__isnull", True),
                                ("ended_at__isnull", True),
                                ("month__isnull", True),
                                ("on_time__isnull", True),
                            ),
                            models.Q(
                                ("end_status__isnull", False), ("ended_at__isnull", False), ("month__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="measures_ended_has_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("paid__in", ["", "unpaid", "counter", "online"])), name="measures_paid_how"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthSum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agency", models.CharField(max_length=35)),
                ("procedure", models.CharField(max_length=8)),
                ("month", models.DateField()),
                ("received", models.PositiveIntegerField()),
                ("received_online", models.PositiveIntegerField()),
                ("papers_asked", models.PositiveIntegerField()),
                ("papers_kept", models.PositiveIntegerField()),
                ("filled", models.PositiveIntegerField()),
                ("one_sitting", models.PositiveIntegerField()),
                ("minutes_to_submission", models.PositiveBigIntegerField()),
                ("fields_typed", models.PositiveBigIntegerField()),
                ("fields_picked", models.PositiveBigIntegerField()),
                ("fields_prefilled", models.PositiveBigIntegerField()),
                ("ended", models.PositiveIntegerField()),
                ("rated", models.PositiveIntegerField()),
                ("on_time", models.PositiveIntegerField()),
                ("rounds", models.PositiveIntegerField()),
                ("supplemented", models.PositiveIntegerField()),
                ("done", models.PositiveIntegerField()),
                ("electronic", models.PositiveIntegerField()),
                ("online_electronic", models.PositiveIntegerField()),
                ("timed", models.PositiveIntegerField()),
                ("working_minutes", models.PositiveBigIntegerField()),
                ("paid", models.PositiveIntegerField()),
                ("paid_online", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("month", "agency", "procedure"), name="measures_month_once")
                ],
            },
        ),
        protect("measures_formfilling", web={"INSERT": OWN}, worker={"SELECT": EVERY_ROW}),
        grant("measures_formfilling", "web", "INSERT"),
        grant("measures_formfilling", "worker", "SELECT"),
        append_only("measures_formfilling"),
        protect("measures_waitingdossier", worker=EVERY_ROW),
        grant("measures_waitingdossier", "worker", "SELECT, INSERT, UPDATE, DELETE"),
        protect("measures_dossierfact", web={"SELECT": OF_AGENCY}, worker=EVERY_ROW),
        grant("measures_dossierfact", "web", "SELECT"),
        grant("measures_dossierfact", "worker", "SELECT, INSERT, UPDATE, DELETE"),
        protect("measures_monthsum", web={"SELECT": EVERY_ROW}, worker=EVERY_ROW),
        grant("measures_monthsum", "web", "SELECT"),
        grant("measures_monthsum", "worker", "SELECT, INSERT, DELETE"),
    ]
