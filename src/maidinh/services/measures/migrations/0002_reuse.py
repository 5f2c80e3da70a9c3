"""Whether a digitised paper could be used again for a dossier, and whether it was; counted anew from the dossiers."""

from django.db import migrations, models
from django.db.models import Q

# What was counted before knows nothing of re-use; when the worker starts, dossiers that were never counted wait.
COUNT_ALL_AGAIN = "TRUNCATE measures_dossierfact, measures_monthsum"
NAMES = ("papers_reusable", "papers_reused")


class Migration(migrations.Migration):
    dependencies = [("measures", "0001_initial"), ("papers", "0002_of_person")]

    operations = [
        *(migrations.AddField("dossierfact", name, models.BooleanField(default=False)) for name in NAMES),
        *(migrations.AddField("monthsum", name, models.PositiveIntegerField(default=0)) for name in NAMES),
        migrations.AddConstraint(
            "dossierfact",
            models.CheckConstraint(
                condition=Q(("papers_reused", False), ("papers_reusable", True), _connector="OR"),
                name="measures_reused_was_there",
            ),
        ),
        migrations.RunSQL(COUNT_ALL_AGAIN, migrations.RunSQL.noop),
    ]
