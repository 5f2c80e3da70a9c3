"""The day decides which version is offered, so no mark says it; a version's last day may be set later."""

from django.db import migrations, models

from maidinh.infrastructure.database.policies import append_only

TABLE = "procedures_procedureversion"
REFUSALS = ("maidinh_refuse_change", "maidinh_refuse_change_rows")
WITHOUT = [f"DROP TRIGGER {name} ON {TABLE}" for name in REFUSALS]


class Migration(migrations.Migration):
    dependencies = [("procedures", "0001_initial")]

    operations = [
        migrations.RunSQL(WITHOUT, append_only(TABLE, except_columns=["current"]).sql),
        migrations.RemoveConstraint(model_name="procedureversion", name="procedures_one_current"),
        migrations.RemoveField(model_name="procedureversion", name="current"),
        migrations.AddConstraint(
            model_name="procedureversion",
            constraint=models.UniqueConstraint(fields=("code", "effective_from"), name="procedures_one_begins"),
        ),
        append_only(TABLE, except_columns=["effective_to"]),
    ]
