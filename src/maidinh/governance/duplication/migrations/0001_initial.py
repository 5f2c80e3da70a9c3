"""The table of decisions on duplicates, and what the database itself holds about it.

Layer 4, governance. Decisions are only added, by somebody who acts for an agency and did not write in the project;
officials read them.
"""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import PROTECT

from maidinh.infrastructure.database.policies import AGENCY_OF, ALL_OF, EVERY_ROW, append_only, grant, protect

TABLE = "duplication_decision"
FOR_AN_AGENCY = "(SELECT coalesce(current_setting('maidinh.agencies', true), '')) <> ''"
BY_A_PERSON = "\"by\" <> ''"

# It runs as whoever decides, who sees the project: of one that they don't see, nothing can be decided.
KEEP = """
CREATE FUNCTION duplication_decision_kept() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    row public.projects_project%ROWTYPE;
BEGIN
    SELECT * INTO row FROM public.projects_project WHERE id = NEW.project_id;
    IF row.author = NEW."by" OR NEW."by" = ANY (row.authors) THEN
        RAISE EXCEPTION 'duplication_decision: who wrote in a project does not decide on it'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF row.hash IS DISTINCT FROM NEW.project_hash THEN
        RAISE EXCEPTION 'duplication_decision: the project has changed since it was read'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER duplication_decision_kept BEFORE INSERT ON duplication_decision
    FOR EACH ROW EXECUTE FUNCTION duplication_decision_kept();
ALTER TABLE duplication_decision ENABLE ALWAYS TRIGGER duplication_decision_kept;
"""
UNDO = """
DROP TRIGGER duplication_decision_kept ON duplication_decision;
DROP FUNCTION duplication_decision_kept();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("projects", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("project_hash", models.CharField(max_length=64)),
                ("other_kind", models.CharField(max_length=20)),
                ("other", models.TextField()),
                ("other_hash", models.CharField(max_length=64)),
                ("found", models.CharField(max_length=20)),
                ("score", models.PositiveSmallIntegerField()),
                ("decision", models.CharField(max_length=20)),
                ("reason", models.TextField()),
                ("by", models.CharField(max_length=60)),
                ("agency", models.CharField(max_length=35)),
                ("at", models.DateTimeField()),
                ("project", models.ForeignKey(on_delete=PROTECT, related_name="+", to="projects.project")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("found__in", ("duplicate", "overlap", "should-reuse", "complementary"))),
                        name="duplication_class_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decision__in", ("confirm", "different", "reuse", "accept"))),
                        name="duplication_decision_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="duplication_decision_says_why"
                    ),
                    models.CheckConstraint(condition=models.Q(("score__lte", 100)), name="duplication_score_percent"),
                ],
                "indexes": [models.Index(fields=["project", "other", "-id"], name="duplication_newest")],
            },
        ),
        migrations.RunSQL(KEEP, UNDO),
        protect(
            TABLE,
            web={"SELECT": FOR_AN_AGENCY, "INSERT": ALL_OF(AGENCY_OF("agency"), BY_A_PERSON)},
            worker={"SELECT": EVERY_ROW},
            owner={"SELECT": EVERY_ROW},
        ),
        grant(TABLE, "web", "SELECT, INSERT"),
        grant(TABLE, "worker", "SELECT"),
        append_only(TABLE),
    ]
