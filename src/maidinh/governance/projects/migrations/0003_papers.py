"""The files of a project's papers: its owner gives them while they write it, its readers may have them.

Layer 4, governance. None is changed or taken away: an older revision still names its own. The public sees none.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import (
    AGENCY_OF,
    ALL_OF,
    VISIBLE_WITH,
    append_only,
    grant,
    protect,
)

TABLE = "projects_paperfile"
FOR_AN_AGENCY = "(SELECT coalesce(current_setting('maidinh.agencies', true), '')) <> ''"
WRITTEN = ALL_OF(AGENCY_OF("owner"), "state IN ('preparing', 'returned')")
BY_WHO_ACTS = "\"by\" = coalesce(nullif(current_setting('maidinh.official', true), ''), \"by\")"


class Migration(migrations.Migration):
    """One table."""

    dependencies = [("projects", "0002_telling"), ("files", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="PaperFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.document"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="paper_files", to="projects.project"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="paperfile",
            constraint=models.UniqueConstraint(fields=("project", "document", "name"), name="projects_file_once"),
        ),
        append_only(TABLE),
        protect(
            TABLE,
            web={
                "SELECT": ALL_OF(FOR_AN_AGENCY, VISIBLE_WITH(TABLE, "project_id", "projects_project")),
                "INSERT": ALL_OF(BY_WHO_ACTS, VISIBLE_WITH(TABLE, "project_id", "projects_project", where=WRITTEN)),
            },
        ),
        grant(TABLE, "web", "SELECT, INSERT"),
    ]
