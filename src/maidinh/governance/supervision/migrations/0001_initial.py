"""The tables of supervision, who may read and write them, and what the database itself holds. Layer 4, governance.

Rows are only added. Facts come from the project's owner, ratings and evaluations from somebody who wrote nothing in it;
a report is of a project that was approved and names what its baseline has; what supersedes is about the same thing.
"""

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import (
    AGENCY_OF,
    ALL_OF,
    EVERY_ROW,
    VISIBLE_WITH,
    append_only,
    grant,
    protect,
)

FOR_AN_AGENCY = "(SELECT coalesce(current_setting('maidinh.agencies', true), '')) <> ''"
FACTS = ("supervision_milestonereport", "supervision_disbursement", "supervision_contractrecord")
RATING, EVALUATION = "supervision_officerrating", "supervision_evaluationreport"
MEASURE, REMINDER = "supervision_phasemeasure", "supervision_reminder"
REPORTS = (*FACTS, RATING, EVALUATION)
KEEP = """
CREATE FUNCTION supervision_report_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whole projects_project;
    approved jsonb;
    row jsonb := to_jsonb(NEW);
    before jsonb;
    key text;
BEGIN
    SELECT * INTO whole FROM projects_project WHERE id = NEW.project_id;
    IF whole.id IS NULL OR whole.baseline_id IS NULL
        OR whole.state NOT IN ('approved', 'building', 'completed', 'accepted', 'merged', 'in-force') THEN
        PERFORM projects_refuse(TG_TABLE_NAME || ': only of a project that was approved');
    END IF;
    IF NEW."by" = '' THEN
        PERFORM projects_refuse(TG_TABLE_NAME || ': somebody reports it');
    END IF;
    IF TG_TABLE_NAME = 'supervision_officerrating' OR TG_TABLE_NAME = 'supervision_evaluationreport'
        AND row ->> 'kind' IN ('forwarding', 'evaluation') THEN
        IF NEW."by" = whole.author OR NEW."by" = ANY (whole.authors) THEN
            PERFORM projects_refuse(TG_TABLE_NAME || ': who wrote in the project does not judge it');
        END IF;
    ELSIF NEW.agency <> whole.owner THEN
        PERFORM projects_refuse(TG_TABLE_NAME || ': the owner reports of its project');
    END IF;
    IF TG_TABLE_NAME = 'supervision_milestonereport' THEN
        SELECT content INTO approved FROM projects_revision WHERE id = whole.baseline_id;
        IF NOT coalesce(approved -> 'schedule', '[]') @> jsonb_build_array(jsonb_build_object('id', row ->> 'milestone'))
        THEN
            PERFORM projects_refuse('supervision_milestonereport: the approved schedule has no such milestone');
        END IF;
    END IF;
    FOREACH key IN ARRAY ARRAY['supersedes_id', 'amends_id'] LOOP
        CONTINUE WHEN row ->> key IS NULL;
        EXECUTE format('SELECT to_jsonb(r) FROM %I r WHERE id = $1', TG_TABLE_NAME)
            INTO before USING (row ->> key)::bigint;
        IF before IS NULL OR before -> 'project_id' <> row -> 'project_id'
            OR key = 'amends_id' AND before ->> 'amends_id' IS NOT NULL
            OR key = 'supersedes_id' AND (
                before -> 'milestone' IS DISTINCT FROM row -> 'milestone'
                OR before -> 'amends_id' IS DISTINCT FROM row -> 'amends_id'
                OR TG_TABLE_NAME = 'supervision_evaluationreport'
                AND (before -> 'kind', before -> 'period') IS DISTINCT FROM (row -> 'kind', row -> 'period'))
        THEN
            PERFORM projects_refuse(TG_TABLE_NAME || ': it sets right or amends a row about the same thing');
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
"""
KEPT = KEEP + "".join(
    f"CREATE TRIGGER kept BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION supervision_report_kept();"
    f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER kept;"
    for table in REPORTS
)
UNDONE = "".join(f"DROP TRIGGER kept ON {table};" for table in REPORTS) + "DROP FUNCTION supervision_report_kept();"


class Migration(migrations.Migration):
    """First tables."""

    initial = True

    dependencies = [("projects", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="PhaseMeasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("province", models.CharField(max_length=60)),
                ("measure", models.CharField(max_length=40)),
                ("subject", models.TextField(blank=True)),
                ("days", models.PositiveSmallIntegerField()),
                ("part", models.BigIntegerField()),
                ("whole", models.BigIntegerField(null=True)),
                ("as_of", models.DateField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("province", "as_of", "measure", "subject", "days"),
                        name="supervision_measured_once_a_day",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by", models.CharField(max_length=60)),
                ("agency", models.CharField(max_length=35)),
                ("at", models.DateTimeField()),
                ("number", models.CharField(max_length=120)),
                ("contractor", models.CharField(max_length=300)),
                ("contractor_code", models.CharField(blank=True, max_length=20)),
                ("subject", models.TextField(blank=True)),
                ("value", models.BigIntegerField()),
                ("signed_on", models.DateField()),
                ("ends_on", models.DateField()),
                (
                    "amends",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="supervision.contractrecord",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.project"
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successor",
                        to="supervision.contractrecord",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("value__gt", 0)), name="supervision_contract_has_a_value"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("signed_on"))),
                        name="supervision_contract_ends_after_signature",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Disbursement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by", models.CharField(max_length=60)),
                ("agency", models.CharField(max_length=35)),
                ("at", models.DateTimeField()),
                ("year", models.PositiveSmallIntegerField()),
                ("source", models.CharField(max_length=60)),
                ("kind", models.CharField(default="build", max_length=5)),
                ("amount", models.BigIntegerField()),
                ("paid_on", models.DateField()),
                ("document", models.CharField(blank=True, max_length=120)),
                ("note", models.TextField(blank=True)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.project"
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successor",
                        to="supervision.disbursement",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("build", "run"))), name="supervision_money_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0), models.Q(("amount", 0), ("supersedes__isnull", False)), _connector="OR"
                        ),
                        name="supervision_money_is_paid",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EvaluationReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by", models.CharField(max_length=60)),
                ("agency", models.CharField(max_length=35)),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=10)),
                ("period", models.PositiveSmallIntegerField(default=0)),
                ("due_on", models.DateField()),
                ("text", models.TextField()),
                ("results", models.JSONField(default=dict)),
                ("document", models.CharField(blank=True, max_length=120)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.project"
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successor",
                        to="supervision.evaluationreport",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("completion", "forwarding", "benefits", "evaluation"))),
                        name="supervision_report_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="supervision_report_says_something"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("supersedes__isnull", True)),
                        fields=("project", "kind", "period"),
                        name="supervision_report_begins_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MilestoneReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by", models.CharField(max_length=60)),
                ("agency", models.CharField(max_length=35)),
                ("at", models.DateTimeField()),
                ("milestone", models.CharField(max_length=60)),
                ("began_on", models.DateField()),
                ("ended_on", models.DateField(null=True)),
                ("note", models.TextField(blank=True)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.project"
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successor",
                        to="supervision.milestonereport",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("supersedes__isnull", True)),
                        fields=("project", "milestone"),
                        name="supervision_milestone_begins_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), ("ended_on__gte", models.F("began_on")), _connector="OR"
                        ),
                        name="supervision_milestone_ends_after_it_began",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OfficerRating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by", models.CharField(max_length=60)),
                ("agency", models.CharField(max_length=35)),
                ("at", models.DateTimeField()),
                ("level", models.CharField(max_length=6)),
                ("reasons", models.TextField()),
                ("computed", models.CharField(max_length=6)),
                ("causes", models.JSONField(default=list)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.project"
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successor",
                        to="supervision.officerrating",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level__in", ("low", "medium", "high")), ("computed__in", ("low", "medium", "high"))
                        ),
                        name="supervision_level_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reasons", ""), _negated=True), name="supervision_rating_says_why"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=10)),
                ("subject", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.project"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("project", "kind", "subject"), name="supervision_told_once")
                ],
            },
        ),
        migrations.RunSQL(KEPT, UNDONE),
        *(append_only(table) for table in (*REPORTS, MEASURE, REMINDER)),
        *(
            protect(
                table,
                web={
                    "SELECT": VISIBLE_WITH(table, "project_id", "projects_project"),
                    "INSERT": ALL_OF(AGENCY_OF("agency"), VISIBLE_WITH(table, "project_id", "projects_project")),
                },
                worker={"SELECT": EVERY_ROW},
            )
            for table in (*FACTS, EVALUATION)
        ),
        protect(
            RATING,
            web={"SELECT": FOR_AN_AGENCY, "INSERT": AGENCY_OF("agency")},
            worker={"SELECT": EVERY_ROW},
        ),
        protect(MEASURE, web={"SELECT": EVERY_ROW}, worker={"SELECT": EVERY_ROW, "INSERT": EVERY_ROW}),
        protect(REMINDER, worker={"SELECT": EVERY_ROW, "INSERT": EVERY_ROW}),
        *(grant(table, "web", "SELECT, INSERT") for table in REPORTS),
        *(grant(table, "worker", "SELECT") for table in REPORTS),
        grant(MEASURE, "web", "SELECT"),
        grant(MEASURE, "worker", "SELECT, INSERT"),
        grant(REMINDER, "worker", "SELECT, INSERT"),
    ]
