"""The clock may go on standing for a step when an applicant's supplement comes."""

from django.db import migrations

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


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0002_processes")]

    operations = [migrations.RunSQL(APPLICANT_ACTS, migrations.RunSQL.noop)]
