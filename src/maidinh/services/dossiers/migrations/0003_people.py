"""Who does a step for whom, extensions, what a request for a supplement names, how a result was handed over.

The clock may go on standing for a step when an applicant's supplement comes.
"""

import django.contrib.postgres.fields
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

OFFICIAL = AGENCIES_OVERLAP("agencies")
IN_OWN_NAME = "made_by = (SELECT nullif(current_setting('maidinh.official', true), ''))"


def BELONGS(table: str, where: str | None = None) -> str:  # noqa: N802 - read as SQL
    """The row's dossier is seen, by its agencies alone where that is asked."""
    return VISIBLE_WITH(table, "dossier_id", "dossiers_dossier", where=where)


# As 0001 made it, but that the stretch of a supplement can be followed at once by that of a step which isn't counted
# and is open: an applicant starts no stretch of any other kind, at no other moment.
APPLICANT_ACTS = """
CREATE OR REPLACE FUNCTION dossiers_applicant_acts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changeable CONSTANT text[] := '{status,suspensions,due_at}';
    count CONSTANT integer := jsonb_array_length(OLD.suspensions);
    kept CONSTANT jsonb := NEW.suspensions - count;
    asked boolean := OLD.status IN (1, 2, 4, 5, 6) AND NEW.status = 7 AND OLD.finished_at IS NULL;
    clock_stands boolean := NEW.suspensions = OLD.suspensions AND NEW.due_at IS NOT DISTINCT FROM OLD.due_at;
    stands_on boolean := jsonb_array_length(NEW.suspensions) = count
        OR jsonb_array_length(NEW.suspensions) = count + 1 AND NEW.suspensions -> count = jsonb_build_object(
            'since', NEW.suspensions -> (count - 1) -> 'until', 'until', null, 'for_step', true)
        AND EXISTS (SELECT 1 FROM dossiers_task t WHERE t.dossier_id = OLD.id AND t.suspends AND t.closed_at IS NULL);
    clock_goes_on boolean := OLD.status = 5 AND OLD.accepted_at IS NOT NULL AND stands_on
        AND kept - (-1) = OLD.suspensions - (-1)
        AND kept -> -1 ->> 'since' = OLD.suspensions -> -1 ->> 'since'
        AND OLD.suspensions -> -1 ->> 'until' IS NULL AND kept -> -1 ->> 'until' IS NOT NULL;
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
"""


# What agencies gave as reasons, counted for everyone: which outcome of which step refused or stopped, which paper or
# field was asked for, how often a date was moved. No text that somebody wrote, and no dossier, leaves it.
COUNTED_TABLES = ("dossiers_dossier", "dossiers_task", "dossiers_dossierevent", "dossiers_defect", "dossiers_extension")
OWNERS = [f"CREATE POLICY owner_select ON {table} FOR SELECT TO maidinh_owner USING (true)" for table in COUNTED_TABLES]
NO_OWNERS = [f"DROP POLICY owner_select ON {table}" for table in COUNTED_TABLES]
REASONS = """
CREATE FUNCTION dossiers_reasons(since timestamptz, until timestamptz)
RETURNS TABLE (kind text, agency text, procedure text, what text, number bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT 'refusal', e.agency, v.code,
           CASE WHEN e.step = '' THEN e.kind ELSE e.step || ':' || split_part(e.kind, ':', 2) END, count(*)
    FROM dossiers_dossierevent e JOIN dossiers_dossier d ON d.id = e.dossier_id
         JOIN procedures_procedureversion v ON v.id = d.procedure_id
    WHERE e.status IN (3, 8) AND e.at >= since AND e.at < until AND split_part(e.kind, ':', 2) <> 'withdrawn'
    GROUP BY 2, 3, 4
    UNION ALL
    SELECT 'supplement', t.agency, v.code, f.kind || ':' || f.target, count(*)
    FROM dossiers_defect f JOIN dossiers_task t ON t.id = f.task_id JOIN dossiers_dossier d ON d.id = f.dossier_id
         JOIN procedures_procedureversion v ON v.id = d.procedure_id
    WHERE f.at >= since AND f.at < until
    GROUP BY 2, 3, 4
    UNION ALL
    SELECT 'extension', x.agency, v.code, '', count(*)
    FROM dossiers_extension x JOIN dossiers_dossier d ON d.id = x.dossier_id
         JOIN procedures_procedureversion v ON v.id = d.procedure_id
    WHERE x.at >= since AND x.at < until
    GROUP BY 2, 3, 4
$$;
REVOKE ALL ON FUNCTION dossiers_reasons(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dossiers_reasons(timestamptz, timestamptz) TO maidinh_web;
"""


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0002_processes")]

    operations = [
        migrations.RunSQL(APPLICANT_ACTS, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="dossier",
            name="returned_note",
            field=models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="dossier",
            name="returned_way",
            field=models.CharField(blank=True, default="", max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="task",
            name="assigned_by",
            field=models.CharField(blank=True, default="", max_length=60),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agency", models.CharField(max_length=35)),
                ("of_official", models.CharField(max_length=60)),
                ("to_official", models.CharField(max_length=60)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None),
                ),
                (
                    "procedures",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), default=list, size=None
                    ),
                ),
                ("from_day", models.DateField()),
                ("until_day", models.DateField()),
                ("reason", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=60)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["to_official", "until_day"], name="dossiers_delegated")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until_day__gte", models.F("from_day"))),
                        name="dossiers_delegation_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("of_official", models.F("to_official")), _negated=True),
                        name="dossiers_delegation_is_to_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Defect",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("request", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("paper", "paper"), ("field", "field"), ("whole", "whole")], max_length=10
                    ),
                ),
                ("target", models.CharField(blank=True, max_length=60)),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="defects", to="dossiers.dossier"
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="defects", to="dossiers.task"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "whole"), ("target", "")),
                            models.Q(("kind__in", ["paper", "field"]), models.Q(("target", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="dossiers_defect_is_at_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="dossiers_defect_says_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Extension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agency", models.CharField(max_length=35)),
                ("old_due", models.DateTimeField()),
                ("new_due", models.DateTimeField()),
                ("amount", models.PositiveSmallIntegerField()),
                ("unit", models.CharField(max_length=20)),
                ("reason", models.TextField()),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="extensions", to="dossiers.dossier"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("new_due__gt", models.F("old_due"))), name="dossiers_extension_moves_on"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="dossiers_extension_has_reason"
                    ),
                ],
            },
        ),
        protect(
            "dossiers_delegation",
            web={
                "SELECT": AGENCY_OF("agency"),
                "INSERT": ALL_OF(AGENCY_OF("agency"), "ended_at IS NULL", IN_OWN_NAME),
                "UPDATE": AGENCY_OF("agency"),
            },
        ),
        grant("dossiers_delegation", "web", "SELECT, INSERT"),
        grant("dossiers_delegation", "web", "UPDATE", ["ended_at"]),
        protect(
            "dossiers_extension",
            web={
                "SELECT": BELONGS("dossiers_extension"),
                "INSERT": ALL_OF(AGENCY_OF("agency"), BELONGS("dossiers_extension", OFFICIAL)),
            },
            worker={"SELECT": EVERY_ROW},
        ),
        protect(
            "dossiers_defect",
            web={"SELECT": BELONGS("dossiers_defect"), "INSERT": BELONGS("dossiers_defect", OFFICIAL)},
            worker={"SELECT": EVERY_ROW},
        ),
        *(
            operation
            for table in ("dossiers_extension", "dossiers_defect")
            for operation in (
                grant(table, "web", "SELECT, INSERT"),
                grant(table, "worker", "SELECT"),
                append_only(table),
            )
        ),
        migrations.RunSQL(OWNERS, NO_OWNERS),
        migrations.RunSQL(REASONS, "DROP FUNCTION dossiers_reasons(timestamptz, timestamptz)"),
    ]
