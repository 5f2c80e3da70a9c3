"""The tables of dossiers, and who may read or write them."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import (
    AGENCIES_OVERLAP,
    AGENCY_OF,
    ALL_OF,
    ANY_OF,
    EVERY_ROW,
    PERSON_IS,
    TRACKING_IS,
    VISIBLE_WITH,
    append_only,
    grant,
    protect,
)

OFFICIAL = AGENCIES_OVERLAP("agencies")
APPLICANT = PERSON_IS("applicant")
AS_SUBMITTED = (
    "status = 1 AND supplements = 0 AND suspensions = '[]'"
    " AND num_nulls(accepted_at, due_at, finished_at, returned_at) = 4"
)


def PART_OF(table: str, who: str) -> str:  # noqa: N802 - read as SQL
    """The row belongs to a dossier whose agency or applicant acts; a tracking code shows and does not write."""
    return VISIBLE_WITH(table, "dossier_id", "dossiers_dossier", where=who)


# What the engine has an applicant do with a dossier: hand in what was asked for, or ask for it back. See
# actions/submission.py; the moment at which it is due then is the engine's to compute.
APPLICANT_ACTS = """
CREATE FUNCTION dossiers_of_agency(agencies varchar[]) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(agencies::text[] && string_to_array(current_setting('maidinh.agencies', true), ','), false)
$$;
CREATE FUNCTION dossiers_applicant_acts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changeable CONSTANT text[] := '{status,suspensions,due_at}';
    asked boolean := OLD.status IN (1, 2, 4, 5, 6) AND NEW.status = 7 AND OLD.finished_at IS NULL;
    clock_stands boolean := NEW.suspensions = OLD.suspensions AND NEW.due_at IS NOT DISTINCT FROM OLD.due_at;
    clock_goes_on boolean := OLD.status = 5 AND OLD.accepted_at IS NOT NULL
        AND NEW.suspensions - (-1) = OLD.suspensions - (-1)
        AND NEW.suspensions -> -1 ->> 'since' = OLD.suspensions -> -1 ->> 'since'
        AND OLD.suspensions -> -1 ->> 'until' IS NULL AND NEW.suspensions -> -1 ->> 'until' IS NOT NULL;
    handed_in boolean := OLD.status = 5
        AND (clock_goes_on AND NEW.status = 4 OR OLD.accepted_at IS NULL AND NEW.status = 1 AND clock_stands);
BEGIN
    IF dossiers_of_agency(OLD.agencies) THEN
        RETURN NEW;
    END IF;
    IF to_jsonb(OLD) - changeable = to_jsonb(NEW) - changeable
        AND (asked AND (clock_stands OR clock_goes_on) OR handed_in) IS TRUE
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an applicant supplements a dossier or asks for it back' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER dossiers_applicant_acts BEFORE UPDATE ON dossiers_dossier
    FOR EACH ROW EXECUTE FUNCTION dossiers_applicant_acts();
ALTER TABLE dossiers_dossier ENABLE ALWAYS TRIGGER dossiers_applicant_acts;

CREATE FUNCTION dossiers_applicant_reopens() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    latest dossiers_task;
BEGIN
    SELECT * INTO latest FROM dossiers_task WHERE dossier_id = NEW.dossier_id ORDER BY id DESC LIMIT 1;
    IF latest.id IS NULL OR (latest.step, latest.role, latest.agency) = (NEW.step, NEW.role, NEW.agency)
        OR EXISTS (SELECT 1 FROM dossiers_dossier d WHERE d.id = NEW.dossier_id AND dossiers_of_agency(d.agencies))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an applicant opens again the step that asked' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER dossiers_applicant_reopens BEFORE INSERT ON dossiers_task
    FOR EACH ROW EXECUTE FUNCTION dossiers_applicant_reopens();
ALTER TABLE dossiers_task ENABLE ALWAYS TRIGGER dossiers_applicant_reopens;
"""
NO_APPLICANT_ACTS = """
DROP TRIGGER dossiers_applicant_reopens ON dossiers_task;
DROP TRIGGER dossiers_applicant_acts ON dossiers_dossier;
DROP FUNCTION dossiers_applicant_reopens();
DROP FUNCTION dossiers_applicant_acts();
DROP FUNCTION dossiers_of_agency(varchar[]);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("files", "0001_initial"),
        ("procedures", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Dossier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True)),
                ("case", models.CharField(max_length=60)),
                ("channel", models.PositiveSmallIntegerField()),
                ("applicant", models.CharField(max_length=12)),
                ("applicant_name", models.CharField(max_length=200)),
                ("answers", models.JSONField()),
                ("receiving", models.CharField(max_length=35)),
                ("responsible", models.CharField(max_length=35)),
                (
                    "agencies",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=35), size=None),
                ),
                (
                    "status",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "new"),
                            (2, "accepted"),
                            (3, "not_accepted"),
                            (4, "in_process"),
                            (5, "supplement"),
                            (6, "payment"),
                            (7, "withdrawal"),
                            (8, "stopped"),
                            (9, "done"),
                            (10, "returned"),
                        ]
                    ),
                ),
                ("submitted_at", models.DateTimeField()),
                ("promised_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("returned_at", models.DateTimeField(null=True)),
                ("supplements", models.PositiveSmallIntegerField(default=0)),
                ("suspensions", models.JSONField(default=list)),
                ("rule_pack", models.CharField(max_length=20)),
                ("tracking_secret", models.CharField(max_length=20)),
                ("tracking_digest", models.CharField(max_length=64)),
                ("receipt", models.JSONField()),
                ("entry", models.BigIntegerField()),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="procedures.procedureversion"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DossierEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=40)),
                (
                    "status",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "new"),
                            (2, "accepted"),
                            (3, "not_accepted"),
                            (4, "in_process"),
                            (5, "supplement"),
                            (6, "payment"),
                            (7, "withdrawal"),
                            (8, "stopped"),
                            (9, "done"),
                            (10, "returned"),
                        ]
                    ),
                ),
                ("step", models.CharField(blank=True, max_length=60)),
                ("agency", models.CharField(blank=True, max_length=35)),
                ("actor", models.CharField(max_length=80)),
                ("reason", models.TextField(blank=True)),
                ("public", models.BooleanField(default=True)),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="history", to="dossiers.dossier"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("paper", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=200)),
                ("added_at", models.DateTimeField()),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.document"
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="dossiers.dossier"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(max_length=60)),
                ("role", models.CharField(max_length=60)),
                ("agency", models.CharField(max_length=35)),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("claimed_by", models.CharField(blank=True, max_length=60)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.CharField(blank=True, max_length=60)),
                ("outcome", models.CharField(blank=True, max_length=60)),
                ("reason", models.TextField(blank=True)),
                ("findings", models.TextField(blank=True)),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="dossiers.dossier"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(fields=["applicant", "-submitted_at"], name="dossiers_do_applica_b11257_idx"),
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(fields=["tracking_digest"], name="dossiers_do_trackin_856f7f_idx"),
        ),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])), name="dossiers_status_is_national"
            ),
        ),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted_at__isnull", True), ("due_at__isnull", False), _connector="OR"),
                name="dossiers_accepted_has_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", [2, 4, 6, 9, 10]), _negated=True),
                    ("accepted_at__isnull", False),
                    _connector="OR",
                ),
                name="dossiers_process_is_accepted",
            ),
        ),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", 10), _negated=True), ("returned_at__isnull", False), _connector="OR"
                ),
                name="dossiers_returned_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted_at__gte", models.F("submitted_at"))),
                name="dossiers_accepted_after_submitted",
            ),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.UniqueConstraint(fields=("dossier", "paper", "document"), name="dossiers_paper_once"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["agency", "role", "due_at"],
                name="dossiers_worklist",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)), fields=("dossier",), name="dossiers_one_open_task"
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("outcome", "")),
                    models.Q(
                        ("closed_at__isnull", False),
                        models.Q(("outcome", ""), _negated=True),
                        models.Q(("closed_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="dossiers_closed_task_has_outcome",
            ),
        ),
        migrations.RunSQL(
            ["CREATE SEQUENCE dossiers_code_serial", "GRANT USAGE ON SEQUENCE dossiers_code_serial TO maidinh_web"],
            ["DROP SEQUENCE dossiers_code_serial"],
        ),
        protect(
            "dossiers_dossier",
            web={
                "SELECT": ANY_OF(OFFICIAL, APPLICANT, TRACKING_IS("tracking_digest")),
                "INSERT": ALL_OF(APPLICANT, AS_SUBMITTED),
                "UPDATE": ANY_OF(OFFICIAL, APPLICANT),
            },
            worker={"SELECT": EVERY_ROW},
        ),
        grant("dossiers_dossier", "web", "SELECT, INSERT, UPDATE"),
        grant("dossiers_dossier", "worker", "SELECT"),
        protect(
            "dossiers_task",
            web={
                "SELECT": VISIBLE_WITH("dossiers_task", "dossier_id", "dossiers_dossier"),
                "INSERT": ALL_OF(
                    "closed_at IS NULL AND claimed_by = ''", PART_OF("dossiers_task", ANY_OF(OFFICIAL, APPLICANT))
                ),
                "UPDATE": AGENCY_OF("agency"),
            },
            worker={"SELECT": EVERY_ROW},
        ),
        grant("dossiers_task", "web", "SELECT, INSERT, UPDATE"),
        grant("dossiers_task", "worker", "SELECT"),
        protect(
            "dossiers_paper",
            web={
                "SELECT": VISIBLE_WITH("dossiers_paper", "dossier_id", "dossiers_dossier"),
                "INSERT": PART_OF("dossiers_paper", ANY_OF(OFFICIAL, APPLICANT)),
            },
            worker={"SELECT": EVERY_ROW},
        ),
        protect(
            "dossiers_dossierevent",
            web={
                "SELECT": VISIBLE_WITH("dossiers_dossierevent", "dossier_id", "dossiers_dossier"),
                "INSERT": ANY_OF(
                    ALL_OF(AGENCY_OF("agency"), PART_OF("dossiers_dossierevent", OFFICIAL)),
                    ALL_OF("agency = ''", PART_OF("dossiers_dossierevent", APPLICANT)),
                ),
            },
            worker={"SELECT": EVERY_ROW},
        ),
        *(
            operation
            for table in ("dossiers_paper", "dossiers_dossierevent")
            for operation in (
                grant(table, "web", "SELECT, INSERT"),
                grant(table, "worker", "SELECT"),
                append_only(table),
            )
        ),
        migrations.RunSQL(APPLICANT_ACTS, NO_APPLICANT_ACTS),
    ]
