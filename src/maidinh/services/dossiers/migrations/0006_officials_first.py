"""What an official of a dossier's agency does is seen at once; what an applicant does is looked at as before.

The conditions are those of 0001, 0002 and 0004. Whoever acts for an agency that takes part, which is most of what
happens to a dossier, is let through before any function is called.
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
DROP TRIGGER dossiers_applicant_reopens ON dossiers_task;
CREATE TRIGGER dossiers_applicant_reopens BEFORE INSERT ON dossiers_task
    FOR EACH ROW {when} EXECUTE FUNCTION dossiers_applicant_reopens();
ALTER TABLE dossiers_task ENABLE ALWAYS TRIGGER dossiers_applicant_reopens;
"""
# Whoever acts for an agency and is no applicant has been let in by the policy, which asks for the dossier's agencies.
AS_APPLICANT_OR_NOBODY = (
    "WHEN (coalesce(current_setting('maidinh.person', true), '') <> ''"
    " OR coalesce(current_setting('maidinh.agencies', true), '') = '')"
)


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
        migrations.RunSQL(REOPENS.format(when=AS_APPLICANT_OR_NOBODY), REOPENS.format(when="")),
    ]
