"""What an official of a dossier's agency does is seen at once; what an applicant does is looked at as before.

The conditions are those of 0001, 0002 and 0004. They are asked in another order: whoever acts for an agency that takes
part is let through before anything else is read, which is most of what happens to a dossier.
"""

from django.db import migrations

ACTS = """
DROP TRIGGER dossiers_applicant_acts ON dossiers_dossier;
CREATE TRIGGER dossiers_applicant_acts BEFORE UPDATE ON dossiers_dossier
    FOR EACH ROW {when} EXECUTE FUNCTION dossiers_applicant_acts();
ALTER TABLE dossiers_dossier ENABLE ALWAYS TRIGGER dossiers_applicant_acts;
"""
OTHERS = """
DROP TRIGGER dossiers_others_steps ON dossiers_task;
CREATE TRIGGER dossiers_others_steps BEFORE UPDATE ON dossiers_task
    FOR EACH ROW {when} EXECUTE FUNCTION dossiers_others_steps();
ALTER TABLE dossiers_task ENABLE ALWAYS TRIGGER dossiers_others_steps;
"""
CALLED = """
DROP TRIGGER dossiers_called ON dossiers_dossier;
CREATE TRIGGER dossiers_called BEFORE INSERT ON dossiers_dossier
    FOR EACH ROW {when} EXECUTE FUNCTION dossiers_called();
ALTER TABLE dossiers_dossier ENABLE ALWAYS TRIGGER dossiers_called;
"""
REOPENS = """
CREATE OR REPLACE FUNCTION dossiers_applicant_reopens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM dossiers_dossier d WHERE d.id = NEW.dossier_id AND dossiers_of_agency(d.agencies)) THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM dossiers_task t WHERE t.dossier_id = NEW.dossier_id)
        OR EXISTS (SELECT 1 FROM dossiers_task t WHERE t.dossier_id = NEW.dossier_id AND t.asked
            AND (t.step, t.role, t.agency) = (NEW.step, NEW.role, NEW.agency))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an applicant opens again the step that asked' USING ERRCODE = 'insufficient_privilege';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0005_many_dossiers")]

    operations = [
        migrations.RunSQL(
            ACTS.format(when="WHEN (NOT dossiers_of_agency(OLD.agencies))"),
            ACTS.format(when=""),
        ),
        migrations.RunSQL(
            OTHERS.format(when="WHEN (NOT dossiers_of_agency(ARRAY[OLD.agency]))"),
            OTHERS.format(when=""),
        ),
        migrations.RunSQL(CALLED.format(when="WHEN (NEW.called_by_id IS NOT NULL)"), CALLED.format(when="")),
        migrations.RunSQL(REOPENS, migrations.RunSQL.noop),
    ]
