"""The clock of a dossier as rows that are only added to, instead of a list inside the dossier that grew.

What the lists held and the extensions made so far become such lines; the database keeps them in order and lets none
follow that can't: a clock that stands doesn't stop, one that goes on stood.
"""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import (
    AGENCIES_OVERLAP,
    AGENCY_OF,
    ALL_OF,
    ANY_OF,
    EVERY_ROW,
    PERSON_IS,
    VISIBLE_WITH,
    append_only,
    grant,
    protect,
)

OFFICIAL = AGENCIES_OVERLAP("agencies")
APPLICANT = PERSON_IS("applicant")
KINDS = [
    "supplement_asked",
    "supplement_received",
    "suspended",
    "resumed",
    "extended",
    "calendar_changed",
    "limit_changed",
]
MOVING = ["extended", "calendar_changed", "limit_changed"]
WITH_AMOUNT = ["extended", "limit_changed"]


def BELONGS(where: str | None = None) -> str:  # noqa: N802 - read as SQL
    """The row's dossier is seen, by some alone where that is asked."""
    return VISIBLE_WITH("dossiers_clockentry", "dossier_id", "dossiers_dossier", where=where)


AS_SUBMITTED = (
    "status = 1 AND supplements = 0 AND facts = '{}' AND waiting = '{}' AND \"limit\" IS NULL"
    " AND num_nulls(accepted_at, due_at, finished_at, returned_at) = 4"
)
INSERT = ANY_OF(
    ALL_OF(APPLICANT, AS_SUBMITTED, "called_by_id IS NULL"),
    ALL_OF(OFFICIAL, AS_SUBMITTED, "called_by_id IS NOT NULL"),
)
POLICY = """
DROP POLICY web_insert ON dossiers_dossier;
CREATE POLICY web_insert ON dossiers_dossier FOR INSERT TO maidinh_web WITH CHECK ({});
"""

# What an applicant changes of a dossier: as 0001 says. That the clock goes on is told by its lines now.
APPLICANT_ACTS = """
CREATE OR REPLACE FUNCTION dossiers_applicant_acts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changeable CONSTANT text[] := '{status,due_at}';
    asked boolean := OLD.status IN (1, 2, 4, 5, 6) AND NEW.status = 7 AND OLD.finished_at IS NULL;
    due_stays boolean := NEW.due_at IS NOT DISTINCT FROM OLD.due_at;
    answered boolean := OLD.status = 5 AND OLD.accepted_at IS NOT NULL AND 'supplement_received' = (
        SELECT kind FROM dossiers_clockentry WHERE dossier_id = OLD.id
            AND kind IN ('supplement_asked', 'supplement_received') ORDER BY serial DESC LIMIT 1);
    handed_in boolean := OLD.status = 5
        AND (answered AND NEW.status = 4 OR OLD.accepted_at IS NULL AND NEW.status = 1 AND due_stays);
BEGIN
    IF dossiers_of_agency(OLD.agencies) THEN
        RETURN NEW;
    END IF;
    IF to_jsonb(OLD) - changeable = to_jsonb(NEW) - changeable
        AND (asked AND (due_stays OR answered) OR handed_in) IS TRUE
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an applicant supplements a dossier or asks for it back' USING ERRCODE = 'insufficient_privilege';
END $$;
"""

# Lines follow each other as a clock does. An applicant writes that the supplement came, and that the clock stands on
# where a step that isn't counted is open; nothing else, at no other moment.
IN_ORDER = """
CREATE FUNCTION dossiers_clock_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    latest dossiers_clockentry;
    standing text;
    fits boolean;
BEGIN
    SELECT * INTO latest FROM dossiers_clockentry WHERE dossier_id = NEW.dossier_id ORDER BY serial DESC LIMIT 1;
    SELECT kind INTO standing FROM dossiers_clockentry WHERE dossier_id = NEW.dossier_id
        AND kind IN ('supplement_asked', 'supplement_received', 'suspended', 'resumed') ORDER BY serial DESC LIMIT 1;
    fits := CASE NEW.kind
        WHEN 'supplement_received' THEN standing IS NOT DISTINCT FROM 'supplement_asked'
        WHEN 'resumed' THEN standing IS NOT DISTINCT FROM 'suspended'
        WHEN 'calendar_changed' THEN true
        WHEN 'limit_changed' THEN true
        ELSE coalesce(standing, '') NOT IN ('supplement_asked', 'suspended') END;
    IF NOT fits OR NEW.serial <> coalesce(latest.serial, 0) + 1 OR NEW.at < latest.at
        OR NOT EXISTS (SELECT 1 FROM dossiers_dossier d WHERE d.id = NEW.dossier_id AND d.accepted_at <= NEW.at)
    THEN
        RAISE EXCEPTION 'line % (%) can''t follow in the clock of dossier %', NEW.serial, NEW.kind, NEW.dossier_id
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM dossiers_dossier d WHERE d.id = NEW.dossier_id AND dossiers_of_agency(d.agencies))
        OR NEW.kind = 'supplement_received'
            AND EXISTS (SELECT 1 FROM dossiers_dossier d WHERE d.id = NEW.dossier_id AND d.status = 5)
        OR NEW.kind = 'suspended' AND latest.kind = 'supplement_received' AND latest.at = NEW.at
            AND EXISTS (SELECT 1 FROM dossiers_task t
                        WHERE t.dossier_id = NEW.dossier_id AND t.suspends AND t.closed_at IS NULL)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an applicant writes that the supplement came' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER dossiers_clock_in_order BEFORE INSERT ON dossiers_clockentry
    FOR EACH ROW EXECUTE FUNCTION dossiers_clock_in_order();
ALTER TABLE dossiers_clockentry ENABLE ALWAYS TRIGGER dossiers_clock_in_order;
"""
NOT_IN_ORDER = """
DROP TRIGGER dossiers_clock_in_order ON dossiers_clockentry;
DROP FUNCTION dossiers_clock_in_order();
"""

TABLES = ("dossiers_dossier", "dossiers_extension", "dossiers_clockentry")
UNSEEN = "".join(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;\n" for table in TABLES)
SEEN = "".join(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;\n" for table in TABLES)
# A list is in the order of time; where two machines' clocks differed, no line is earlier than the one before it.
CARRIED = [
    UNSEEN,
    """
WITH stretches AS (
    SELECT d.id, d.accepted_at, s.place, s.value
    FROM dossiers_dossier d, jsonb_array_elements(d.suspensions) WITH ORDINALITY s(value, place)
    WHERE d.accepted_at IS NOT NULL
), turns AS (
    SELECT id, accepted_at, 2 * place AS place, (value ->> 'since')::timestamptz AS at,
        CASE WHEN (value ->> 'for_step')::boolean THEN 'suspended' ELSE 'supplement_asked' END AS kind
    FROM stretches
    UNION ALL
    SELECT id, accepted_at, 2 * place + 1, (value ->> 'until')::timestamptz,
        CASE WHEN (value ->> 'for_step')::boolean THEN 'resumed' ELSE 'supplement_received' END
    FROM stretches WHERE value ->> 'until' IS NOT NULL
), lines AS (
    SELECT id, place, greatest(accepted_at, max(at) OVER (PARTITION BY id ORDER BY place)) AS at, kind,
        '' AS agency, 'migration' AS by, '' AS reason, NULL::smallint AS amount, '' AS unit,
        NULL::timestamptz AS old_due, NULL::timestamptz AS new_due
    FROM turns
    UNION ALL
    SELECT x.dossier_id, 1000000, greatest(d.accepted_at, x.at), 'extended', x.agency, x.by, x.reason, x.amount, x.unit,
        x.old_due, x.new_due
    FROM dossiers_extension x JOIN dossiers_dossier d ON d.id = x.dossier_id WHERE d.accepted_at IS NOT NULL
)
INSERT INTO dossiers_clockentry
    (dossier_id, serial, kind, at, step, agency, by, reason, amount, unit, old_due, new_due)
SELECT id, row_number() OVER (PARTITION BY id ORDER BY at, place), kind, at, '', agency, by, reason, amount, unit,
    old_due, new_due
FROM lines;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
""",
    SEEN,
]
CARRIED_BACK = [
    UNSEEN,
    """
ALTER TABLE dossiers_dossier DISABLE TRIGGER dossiers_applicant_acts;
UPDATE dossiers_dossier d SET suspensions = found.rows FROM (
    SELECT dossier_id, jsonb_agg(
        jsonb_build_object('since', at, 'until', until)
        || CASE WHEN kind = 'suspended' THEN '{"for_step": true}'::jsonb ELSE '{}'::jsonb END ORDER BY serial
    ) AS rows
    FROM (
        SELECT dossier_id, serial, kind, at, lead(at) OVER (PARTITION BY dossier_id ORDER BY serial) AS until
        FROM dossiers_clockentry WHERE kind IN ('supplement_asked', 'supplement_received', 'suspended', 'resumed')
    ) turns
    WHERE kind IN ('supplement_asked', 'suspended') GROUP BY dossier_id
) found WHERE found.dossier_id = d.id;
ALTER TABLE dossiers_dossier ENABLE ALWAYS TRIGGER dossiers_applicant_acts;
""",
    SEEN,
]


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0003_people")]

    operations = [
        migrations.CreateModel(
            name="ClockEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("supplement_asked", "Asked"),
                            ("supplement_received", "Received"),
                            ("suspended", "Suspended"),
                            ("resumed", "Resumed"),
                            ("extended", "Extended"),
                            ("calendar_changed", "Calendar"),
                            ("limit_changed", "Limit"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("step", models.CharField(blank=True, max_length=60)),
                ("agency", models.CharField(blank=True, max_length=35)),
                ("by", models.CharField(max_length=80)),
                ("reason", models.TextField(blank=True)),
                ("amount", models.PositiveSmallIntegerField(null=True)),
                ("unit", models.CharField(blank=True, max_length=20)),
                ("old_due", models.DateTimeField(null=True)),
                ("new_due", models.DateTimeField(null=True)),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="clock", to="dossiers.dossier"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("dossier", "serial"), name="dossiers_clock_serial_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", KINDS)), name="dossiers_clock_kind_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount__isnull", False),
                                ("kind__in", WITH_AMOUNT),
                                models.Q(("unit", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("kind__in", WITH_AMOUNT), _negated=True),
                                ("amount__isnull", True),
                                ("unit", ""),
                            ),
                            _connector="OR",
                        ),
                        name="dossiers_clock_amount_where_any",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", MOVING), ("new_due__isnull", False), ("old_due__isnull", False)),
                            models.Q(
                                models.Q(("kind__in", MOVING), _negated=True),
                                ("new_due__isnull", True),
                                ("old_due__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="dossiers_clock_dues_where_moved",
                    ),
                ],
            },
        ),
        protect(
            "dossiers_clockentry",
            web={
                "SELECT": BELONGS(),
                "INSERT": ANY_OF(
                    ALL_OF(AGENCY_OF("agency"), BELONGS(OFFICIAL)),
                    ALL_OF("agency = ''", "kind IN ('supplement_received', 'suspended')", BELONGS(APPLICANT)),
                ),
            },
            worker={"SELECT": EVERY_ROW},
        ),
        grant("dossiers_clockentry", "web", "SELECT, INSERT"),
        grant("dossiers_clockentry", "worker", "SELECT"),
        migrations.RunSQL(
            POLICY.format(INSERT),
            POLICY.format(import_module("maidinh.services.dossiers.migrations.0002_processes").INSERT),
        ),
        migrations.RunSQL(
            APPLICANT_ACTS, import_module("maidinh.services.dossiers.migrations.0003_people").APPLICANT_ACTS
        ),
        migrations.RunSQL(CARRIED, CARRIED_BACK),
        migrations.RemoveField(model_name="dossier", name="suspensions"),
        append_only("dossiers_clockentry"),
        migrations.RunSQL(IN_ORDER, NOT_IN_ORDER),
    ]
