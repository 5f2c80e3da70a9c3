"""A million dossiers: the register is found by agency and day, and an agency's own steps without their dossiers."""

from django.db import migrations, models

from maidinh.infrastructure.database.policies import AGENCY_OF, ANY_OF, VISIBLE_WITH

# An agency takes part in a dossier of which it has a step: `agencies` names it from before the step opens. So this
# shows nobody more than before; it spares the server a look at the dossier for each step of a worklist.
OF_DOSSIER = VISIBLE_WITH("dossiers_task", "dossier_id", "dossiers_dossier")
OWN_FIRST = ANY_OF(AGENCY_OF("agency"), OF_DOSSIER)


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0004_clock")]

    operations = [
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(fields=["receiving", "submitted_at"], name="dossiers_register"),
        ),
        migrations.RunSQL(
            [f"ALTER POLICY web_select ON dossiers_task USING ({OWN_FIRST})"],
            [f"ALTER POLICY web_select ON dossiers_task USING ({OF_DOSSIER})"],
        ),
    ]
