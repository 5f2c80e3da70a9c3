"""What an official of a dossier's agency does is seen at once; what an applicant does is looked at as before.

The conditions are those of 0001, 0002 and 0004. Whoever acts for an agency that takes part, which is most of what
happens to a dossier, is let through before any function is called.
"""

from django.db import migrations

TRIGGER = """
DROP TRIGGER {function} ON {table};
CREATE TRIGGER {function} BEFORE {event} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {function}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {function};
"""


def fires_when(function: str, event: str, table: str, when: str) -> migrations.RunSQL:
    """The trigger that calls this function, on this condition alone; taken back, on every row as before."""
    now, before = (
        TRIGGER.format(function=function, event=event, table=table, when=each) for each in (f"WHEN ({when})", "")
    )
    return migrations.RunSQL(now, before)


# Whoever acts for an agency and is no applicant has been let in by the policy, which asks for the dossier's agencies.
AS_APPLICANT_OR_NOBODY = (
    "coalesce(current_setting('maidinh.person', true), '') <> ''"
    " OR coalesce(current_setting('maidinh.agencies', true), '') = ''"
)


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0005_many_dossiers")]

    operations = [
        fires_when("dossiers_applicant_acts", "UPDATE", "dossiers_dossier", "NOT dossiers_of_agency(OLD.agencies)"),
        fires_when("dossiers_others_steps", "UPDATE", "dossiers_task", "NOT dossiers_of_agency(ARRAY[OLD.agency])"),
        fires_when("dossiers_called", "INSERT", "dossiers_dossier", "NEW.called_by_id IS NOT NULL"),
        fires_when("dossiers_applicant_reopens", "INSERT", "dossiers_task", AS_APPLICANT_OR_NOBODY),
    ]
