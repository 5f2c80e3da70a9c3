"""Branches, joins and calls: several open steps, what officials found, dossiers that a step of another set going."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import (
    AGENCIES_OVERLAP,
    AGENCY_OF,
    ALL_OF,
    ANY_OF,
    PERSON_IS,
    VISIBLE_WITH,
)

OFFICIAL = AGENCIES_OVERLAP("agencies")
AS_SUBMITTED = (
    "status = 1 AND supplements = 0 AND suspensions = '[]' AND facts = '{}' AND waiting = '{}' AND \"limit\" IS NULL"
    " AND num_nulls(accepted_at, due_at, finished_at, returned_at) = 4"
)
INSERT = ANY_OF(
    ALL_OF(PERSON_IS("applicant"), AS_SUBMITTED, "called_by_id IS NULL"),
    ALL_OF(OFFICIAL, AS_SUBMITTED, "called_by_id IS NOT NULL"),
)
BEFORE = ALL_OF(
    PERSON_IS("applicant"),
    "status = 1 AND supplements = 0 AND suspensions = '[]'"
    " AND num_nulls(accepted_at, due_at, finished_at, returned_at) = 4",
)
UPDATE = ANY_OF(AGENCY_OF("agency"), VISIBLE_WITH("dossiers_task", "dossier_id", "dossiers_dossier", where=OFFICIAL))
POLICIES = f"""
DROP POLICY web_insert ON dossiers_dossier;
CREATE POLICY web_insert ON dossiers_dossier FOR INSERT TO maidinh_web WITH CHECK ({INSERT});
DROP POLICY web_update ON dossiers_task;
CREATE POLICY web_update ON dossiers_task FOR UPDATE TO maidinh_web USING ({UPDATE});
"""
POLICIES_BEFORE = f"""
DROP POLICY web_insert ON dossiers_dossier;
CREATE POLICY web_insert ON dossiers_dossier FOR INSERT TO maidinh_web WITH CHECK ({BEFORE});
DROP POLICY web_update ON dossiers_task;
CREATE POLICY web_update ON dossiers_task FOR UPDATE TO maidinh_web USING ({AGENCY_OF("agency")});
"""
# The step that asked is the one that opens again; before branches it was always the last.
ASKED = """
ALTER TABLE dossiers_task NO FORCE ROW LEVEL SECURITY;
ALTER TABLE dossiers_dossier NO FORCE ROW LEVEL SECURITY;
UPDATE dossiers_task SET asked = true WHERE id IN (
    SELECT max(t.id) FROM dossiers_task t JOIN dossiers_dossier d ON d.id = t.dossier_id
    WHERE d.status = 5 GROUP BY t.dossier_id);
ALTER TABLE dossiers_dossier FORCE ROW LEVEL SECURITY;
ALTER TABLE dossiers_task FORCE ROW LEVEL SECURITY;
"""
REOPENS = """
CREATE OR REPLACE FUNCTION dossiers_applicant_reopens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM dossiers_task t WHERE t.dossier_id = NEW.dossier_id)
        OR EXISTS (SELECT 1 FROM dossiers_task t WHERE t.dossier_id = NEW.dossier_id AND t.asked
            AND (t.step, t.role, t.agency) = (NEW.step, NEW.role, NEW.agency))
        OR EXISTS (SELECT 1 FROM dossiers_dossier d WHERE d.id = NEW.dossier_id AND dossiers_of_agency(d.agencies))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an applicant opens again the step that asked' USING ERRCODE = 'insufficient_privilege';
END $$;
"""
# Another agency's step is taken away when the dossier ends, or ends by itself; nobody else decides it.
OTHERS_STEPS = """
CREATE FUNCTION dossiers_others_steps() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closing CONSTANT text[] := '{closed_at,closed_by,outcome}';
BEGIN
    IF dossiers_of_agency(ARRAY[OLD.agency]) OR current_setting('maidinh.agencies', true) IS NULL THEN
        RETURN NEW;
    END IF;
    IF to_jsonb(OLD) - closing = to_jsonb(NEW) - closing AND OLD.closed_at IS NULL
        AND (NEW.outcome = 'cancelled' OR OLD.agency = '')
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a step is its own agency''s to do' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER dossiers_others_steps BEFORE UPDATE ON dossiers_task
    FOR EACH ROW EXECUTE FUNCTION dossiers_others_steps();
ALTER TABLE dossiers_task ENABLE ALWAYS TRIGGER dossiers_others_steps;
"""
NO_OTHERS_STEPS = """
DROP TRIGGER dossiers_others_steps ON dossiers_task;
DROP FUNCTION dossiers_others_steps();
"""


# A dossier that nobody submitted was called by an open step of another of the same applicant. A trigger, because a
# policy of dossiers can't look at dossiers.
CALLED = """
CREATE FUNCTION dossiers_called() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.called_by_id IS NULL OR EXISTS (
        SELECT 1 FROM dossiers_task t JOIN dossiers_dossier d ON d.id = t.dossier_id
        WHERE t.id = NEW.called_by_id AND t.closed_at IS NULL AND d.applicant = NEW.applicant)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a dossier is called by an open step of another of the same applicant'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER dossiers_called BEFORE INSERT ON dossiers_dossier FOR EACH ROW EXECUTE FUNCTION dossiers_called();
ALTER TABLE dossiers_dossier ENABLE ALWAYS TRIGGER dossiers_called;
"""
NOT_CALLED = """
DROP TRIGGER dossiers_called ON dossiers_dossier;
DROP FUNCTION dossiers_called();
"""


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="task", name="dossiers_one_open_task"),
        migrations.AddField(
            model_name="dossier",
            name="called_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="called", to="dossiers.task"
            ),
        ),
        migrations.AddField(model_name="dossier", name="facts", field=models.JSONField(default=dict)),
        migrations.AddField(model_name="dossier", name="limit", field=models.JSONField(null=True)),
        migrations.AddField(
            model_name="dossier",
            name="waiting",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60), default=list, size=None
            ),
        ),
        migrations.AddField(model_name="task", name="asked", field=models.BooleanField(default=False)),
        migrations.AddField(model_name="task", name="facts", field=models.JSONField(default=dict)),
        migrations.AddField(model_name="task", name="not_before", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="task", name="suspends", field=models.BooleanField(default=False)),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("dossier", "step"),
                name="dossiers_step_open_once",
            ),
        ),
        migrations.RunSQL(ASKED, migrations.RunSQL.noop),
        migrations.RunSQL(POLICIES, POLICIES_BEFORE),
        migrations.RunSQL(REOPENS, migrations.RunSQL.noop),
        migrations.RunSQL(OTHERS_STEPS, NO_OTHERS_STEPS),
        migrations.RunSQL(CALLED, NOT_CALLED),
    ]
