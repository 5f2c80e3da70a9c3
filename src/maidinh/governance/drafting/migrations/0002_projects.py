"""A draft takes in accepted projects too. Layer 4, governance."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One more way by which a draft changes."""

    dependencies = [("drafting", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="draftchange", name="drafting_way_known"),
        migrations.AddConstraint(
            model_name="draftchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "via__in",
                        ("form", "table", "bulk", "spreadsheet", "yaml", "oef", "archimate", "merge", "project"),
                    )
                ),
                name="drafting_way_known",
            ),
        ),
    ]
