"""The tables of the roadmap, and what the database itself holds about them. Layer 4, governance.

Planners add revisions and ask for their computation; only the worker fills in what was computed, once, of the portfolio
as it stands. Who wrote in a scenario, or the same portfolio elsewhere, does not adopt it. Officials read scenarios;
everyone reads what is adopted.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import AGENCY_OF, ANY_OF, EVERY_ROW, append_only, grant, protect

SCENARIO, REVISION = "roadmap_scenario", "roadmap_scenariorevision"
ADOPTION, TRAINING = "roadmap_adoption", "roadmap_trainingrecord"
FOR_AN_AGENCY = "(SELECT coalesce(current_setting('maidinh.agencies', true), '')) <> ''"
ADOPTED = f"EXISTS (SELECT 1 FROM {ADOPTION} AS a WHERE a.revision_id = {REVISION}.id)"  # noqa: S608 - own names
OF_ADOPTED = (
    f"EXISTS (SELECT 1 FROM {REVISION} AS r JOIN {ADOPTION} AS a ON a.revision_id = r.id"  # noqa: S608 - own names
    f" WHERE r.scenario_id = {SCENARIO}.id)"
)

KEEP = """
CREATE FUNCTION roadmap_acts(person text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(person <> '' AND person = current_setting('maidinh.official', true), false)
$$;
CREATE FUNCTION roadmap_revision_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    filled text[] := ARRAY['state', 'asked_by', 'asked_at', 'computed_at', 'computed_from', 'roadmap', 'roadmap_hash',
        'failure'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = 'draft' AND NEW.asked_by = '' AND roadmap_acts(NEW.made_by)
            AND NEW.number = 1 + (SELECT coalesce(max(r.number), 0) FROM public.roadmap_scenariorevision r
                WHERE r.scenario_id = NEW.scenario_id) THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - filled)::text = (to_jsonb(NEW) - filled)::text THEN
        IF OLD.state IN ('draft', 'failed') AND NEW.state = 'waiting' AND roadmap_acts(NEW.asked_by) THEN
            RETURN NEW;
        END IF;
        IF OLD.state = 'waiting' AND NEW.state IN ('computed', 'failed')
            AND ROW(NEW.asked_by, NEW.asked_at) IS NOT DISTINCT FROM ROW(OLD.asked_by, OLD.asked_at) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'roadmap_scenariorevision: a revision is kept as it was written and computed once'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION roadmap_adoption_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    r public.roadmap_scenariorevision%ROWTYPE;
BEGIN
    SELECT * INTO r FROM public.roadmap_scenariorevision WHERE id = NEW.revision_id;
    IF r.state IS DISTINCT FROM 'computed' OR r.portfolio_hash <> NEW.portfolio_hash
        OR r.roadmap_hash <> NEW.roadmap_hash OR r.computed_from <> NEW.portfolio_hash
        OR r.roadmap ->> 'status' NOT IN ('optimal', 'feasible') THEN
        RAISE EXCEPTION 'roadmap_adoption: only what was computed of just this portfolio is adopted'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT roadmap_acts(NEW.adopted_by) OR NEW.adopted_by = r.asked_by OR EXISTS (
        SELECT 1 FROM public.roadmap_scenariorevision o WHERE o.made_by = NEW.adopted_by
            AND (o.scenario_id = r.scenario_id OR o.portfolio_hash = r.portfolio_hash)) OR EXISTS (
        SELECT 1 FROM public.roadmap_scenario s WHERE s.id = r.scenario_id AND s.opened_by = NEW.adopted_by) THEN
        RAISE EXCEPTION 'roadmap_adoption: who made it does not adopt it' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON roadmap_scenariorevision
    FOR EACH ROW EXECUTE FUNCTION roadmap_revision_kept();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON roadmap_scenariorevision
    FOR EACH STATEMENT EXECUTE FUNCTION roadmap_revision_kept();
CREATE TRIGGER kept BEFORE INSERT ON roadmap_adoption FOR EACH ROW EXECUTE FUNCTION roadmap_adoption_kept();
ALTER TABLE roadmap_scenariorevision ENABLE ALWAYS TRIGGER kept;
ALTER TABLE roadmap_scenariorevision ENABLE ALWAYS TRIGGER never_emptied;
ALTER TABLE roadmap_adoption ENABLE ALWAYS TRIGGER kept;
"""
UNDO = """
DROP TRIGGER kept ON roadmap_adoption;
DROP TRIGGER kept ON roadmap_scenariorevision;
DROP TRIGGER never_emptied ON roadmap_scenariorevision;
DROP FUNCTION roadmap_adoption_kept();
DROP FUNCTION roadmap_revision_kept();
DROP FUNCTION roadmap_acts(text);
"""


class Migration(migrations.Migration):
    """Tables, triggers and policies."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Scenario",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("province", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=200)),
                ("opened_by", models.CharField(max_length=60)),
                ("agency", models.CharField(max_length=35)),
                ("sample", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ScenarioRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("portfolio", models.JSONField()),
                ("portfolio_hash", models.CharField(max_length=64)),
                ("made_by", models.CharField(max_length=60)),
                ("agency", models.CharField(max_length=35)),
                ("at", models.DateTimeField()),
                ("note", models.TextField(blank=True)),
                ("state", models.CharField(default="draft", max_length=10)),
                ("asked_by", models.CharField(blank=True, max_length=60)),
                ("asked_at", models.DateTimeField(null=True)),
                ("computed_at", models.DateTimeField(null=True)),
                ("computed_from", models.CharField(blank=True, max_length=64)),
                ("roadmap", models.JSONField(null=True)),
                ("roadmap_hash", models.CharField(blank=True, max_length=64)),
                ("failure", models.TextField(blank=True)),
                (
                    "scenario",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="revisions", to="roadmap.scenario"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="scenario",
            name="copied_from",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="copies",
                to="roadmap.scenariorevision",
            ),
        ),
        migrations.CreateModel(
            name="Adoption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("province", models.CharField(max_length=60)),
                ("portfolio_hash", models.CharField(max_length=64)),
                ("roadmap_hash", models.CharField(max_length=64)),
                ("decision", models.CharField(max_length=100)),
                ("text", models.TextField()),
                ("adopted_by", models.CharField(max_length=60)),
                ("agency", models.CharField(max_length=35)),
                ("at", models.DateTimeField()),
                ("entry", models.BigIntegerField()),
                ("receipt", models.JSONField()),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adoptions",
                        to="roadmap.scenariorevision",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TrainingRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("province", models.CharField(max_length=60)),
                ("project", models.CharField(max_length=60)),
                ("training", models.CharField(max_length=60)),
                ("agency", models.CharField(max_length=35)),
                ("people", models.PositiveIntegerField()),
                ("held_on", models.DateField()),
                ("evidence", models.TextField(blank=True)),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["province", "project"], name="roadmap_training_of_project")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("people__gt", 0)), name="roadmap_training_of_people")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="scenariorevision",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["id"], name="roadmap_waiting"),
        ),
        migrations.AddConstraint(
            model_name="scenariorevision",
            constraint=models.UniqueConstraint(fields=("scenario", "number"), name="roadmap_revision_once"),
        ),
        migrations.AddConstraint(
            model_name="scenariorevision",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("draft", "waiting", "computed", "failed"))),
                name="roadmap_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="scenariorevision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("computed_from", models.F("portfolio_hash")),
                        ("roadmap__isnull", False),
                        ("state", "computed"),
                        models.Q(("roadmap_hash", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "computed"), _negated=True), ("roadmap__isnull", True), ("roadmap_hash", "")
                    ),
                    _connector="OR",
                ),
                name="roadmap_computed_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="scenario",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="roadmap_scenario_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="adoption",
            constraint=models.UniqueConstraint(fields=("entry",), name="roadmap_adoption_entered_once"),
        ),
        migrations.AddConstraint(
            model_name="adoption",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("decision", ""), _negated=True), models.Q(("text", ""), _negated=True)),
                name="roadmap_adoption_says_why",
            ),
        ),
        migrations.RunSQL(KEEP, UNDO),
        protect(
            SCENARIO,
            web={"SELECT": ANY_OF(FOR_AN_AGENCY, OF_ADOPTED), "INSERT": AGENCY_OF("agency")},
            worker={"SELECT": EVERY_ROW},
            owner={"SELECT": EVERY_ROW},
        ),
        protect(
            REVISION,
            web={
                "SELECT": ANY_OF(FOR_AN_AGENCY, ADOPTED),
                "INSERT": AGENCY_OF("agency"),
                "UPDATE": FOR_AN_AGENCY,
            },
            worker={"SELECT": EVERY_ROW, "UPDATE": EVERY_ROW},
            owner={"SELECT": EVERY_ROW},
        ),
        protect(
            ADOPTION,
            web={"SELECT": EVERY_ROW, "INSERT": AGENCY_OF("agency")},
            worker={"SELECT": EVERY_ROW},
            owner={"SELECT": EVERY_ROW},
        ),
        protect(
            TRAINING,
            web={"SELECT": FOR_AN_AGENCY, "INSERT": AGENCY_OF("agency")},
            worker={"SELECT": EVERY_ROW},
            owner={"SELECT": EVERY_ROW},
        ),
        grant(SCENARIO, "web", "SELECT, INSERT"),
        grant(SCENARIO, "worker", "SELECT"),
        grant(REVISION, "web", "SELECT, INSERT"),
        grant(REVISION, "web", "UPDATE", ["state", "asked_by", "asked_at"]),
        grant(REVISION, "worker", "SELECT"),
        grant(
            REVISION,
            "worker",
            "UPDATE",
            ["state", "computed_at", "computed_from", "roadmap", "roadmap_hash", "failure"],
        ),
        grant(ADOPTION, "web", "SELECT, INSERT"),
        grant(ADOPTION, "worker", "SELECT"),
        grant(TRAINING, "web", "SELECT, INSERT"),
        grant(TRAINING, "worker", "SELECT"),
        append_only(SCENARIO),
        append_only(ADOPTION),
        append_only(TRAINING),
    ]
