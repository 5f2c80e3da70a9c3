"""The tables of appraisals and who may read and write them. Layer 4, governance.

Where a project stands, on which clock, by which verdict, exception and decision is public as soon as the project is;
what bodies say to each other on the way is for officials. What the database holds of it stands in the next migration.
"""

from __future__ import annotations

from django.db import migrations, models
from django.db.models.deletion import PROTECT

from maidinh.infrastructure.database.policies import (
    AGENCY_OF,
    ALL_OF,
    ANY_OF,
    EVERY_ROW,
    VISIBLE_WITH,
    append_only,
    grant,
    protect,
)

FOR_AN_AGENCY = "(SELECT coalesce(current_setting('maidinh.agencies', true), '')) <> ''"
BOTH = ANY_OF(AGENCY_OF("owner"), AGENCY_OF("agency"))
NAMES = ("appraisal", "turn", "supplement", "bodyopinion", "meeting", "verdict", "conditionmet", "approval")
TABLES = [f"appraisal_{each}" for each in (*NAMES, "projectexception")]
CHANGED = ("state", "revision_id", "version_id", "version_hash", "appraiser", "closed_at", "assessment", "assessed_at")
DECIDED = ("state", "decided_by", "decided_at", "decision", "decision_text", "entry", "receipt")
WAS_GRANTED = "state IN ('granted', 'ended')"


def OF_PROJECT(table: str) -> str:  # noqa: N802 - read as SQL
    """The row belongs to a project that is seen."""
    return VISIBLE_WITH(table, "project_id", "projects_project")


def OF_APPRAISAL(table: str, who: str | None = None) -> str:  # noqa: N802 - read as SQL
    """The row belongs to an appraisal that is seen, or whose columns say so."""
    return VISIBLE_WITH(table, "appraisal_id", "appraisal_appraisal", where=who)


class Migration(migrations.Migration):
    """First tables."""

    initial = True

    dependencies = [
        ("architecture", "0002_approval"),
        ("files", "0001_initial"),
        ("projects", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Appraisal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("state", models.CharField(default="open", max_length=10)),
                ("pack", models.CharField(max_length=60)),
                ("version_hash", models.CharField(max_length=64)),
                ("owner", models.CharField(max_length=35)),
                ("agency", models.CharField(max_length=35)),
                ("appraiser", models.CharField(blank=True, max_length=60)),
                ("opened_by", models.CharField(max_length=60)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("assessment", models.JSONField(null=True)),
                ("assessed_at", models.DateTimeField(null=True)),
                ("project", models.ForeignKey(on_delete=PROTECT, related_name="appraisals", to="projects.project")),
                ("revision", models.ForeignKey(on_delete=PROTECT, related_name="+", to="projects.revision")),
                ("version", models.ForeignKey(on_delete=PROTECT, related_name="+", to="architecture.version")),
            ],
        ),
        migrations.CreateModel(
            name="BodyOpinion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agency", models.CharField(max_length=35)),
                ("question", models.TextField(blank=True)),
                ("asked_by", models.CharField(max_length=60)),
                ("asked_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("stance", models.CharField(blank=True, max_length=20)),
                ("text", models.TextField(blank=True)),
                ("given_by", models.CharField(blank=True, max_length=60)),
                ("given_at", models.DateTimeField(null=True)),
                ("appraisal", models.ForeignKey(on_delete=PROTECT, related_name="opinions", to="appraisal.appraisal")),
            ],
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("held_on", models.DateField()),
                ("chair", models.TextField()),
                ("agencies", models.JSONField(default=list)),
                ("minutes", models.TextField()),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("appraisal", models.ForeignKey(on_delete=PROTECT, related_name="meetings", to="appraisal.appraisal")),
            ],
        ),
        migrations.CreateModel(
            name="ProjectException",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("project_hash", models.CharField(max_length=64)),
                ("state", models.CharField(default="asked", max_length=10)),
                ("unmet", models.TextField()),
                ("cause", models.TextField()),
                ("alternatives", models.TextField()),
                ("effects", models.TextField()),
                ("controls", models.TextField()),
                ("agency", models.CharField(max_length=35)),
                ("valid_until", models.DateField()),
                ("review_on", models.DateField()),
                ("remedy", models.TextField()),
                ("asked_by", models.CharField(max_length=60)),
                ("asked_agency", models.CharField(max_length=35)),
                ("asked_at", models.DateTimeField()),
                ("decision", models.CharField(blank=True, max_length=120)),
                ("decision_text", models.TextField(blank=True)),
                ("decided_by", models.CharField(max_length=60, null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("reminded_at", models.DateTimeField(null=True)),
                ("entry", models.BigIntegerField(null=True)),
                ("receipt", models.JSONField(null=True)),
                ("project", models.ForeignKey(on_delete=PROTECT, related_name="exceptions", to="projects.project")),
                ("version", models.ForeignKey(on_delete=PROTECT, related_name="+", to="architecture.version")),
            ],
        ),
        migrations.CreateModel(
            name="Supplement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("defects", models.JSONField()),
                ("reason", models.TextField(blank=True)),
                ("asked_by", models.CharField(max_length=60)),
                ("asked_agency", models.CharField(max_length=35)),
                ("asked_at", models.DateTimeField()),
                ("answered_by", models.CharField(blank=True, max_length=60)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answer", models.ForeignKey(null=True, on_delete=PROTECT, related_name="+", to="projects.revision")),
                (
                    "appraisal",
                    models.ForeignKey(on_delete=PROTECT, related_name="supplements", to="appraisal.appraisal"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("term", models.CharField(max_length=40)),
                ("agency", models.CharField(max_length=35)),
                ("started_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("appraisal", models.ForeignKey(on_delete=PROTECT, related_name="turns", to="appraisal.appraisal")),
            ],
        ),
        migrations.CreateModel(
            name="Verdict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("project_hash", models.CharField(max_length=64)),
                ("version_hash", models.CharField(max_length=64)),
                ("pack", models.CharField(max_length=60)),
                ("result", models.CharField(max_length=24)),
                ("reasons", models.TextField()),
                ("results", models.JSONField()),
                ("conditions", models.JSONField(default=list)),
                ("given_by", models.CharField(max_length=60)),
                ("given_agency", models.CharField(max_length=35)),
                ("given_at", models.DateTimeField()),
                ("entry", models.BigIntegerField()),
                ("receipt", models.JSONField()),
                (
                    "appraisal",
                    models.OneToOneField(on_delete=PROTECT, related_name="verdict", to="appraisal.appraisal"),
                ),
                ("document", models.ForeignKey(on_delete=PROTECT, related_name="+", to="files.document")),
                ("project", models.ForeignKey(on_delete=PROTECT, related_name="verdicts", to="projects.project")),
                ("revision", models.ForeignKey(on_delete=PROTECT, related_name="+", to="projects.revision")),
                ("version", models.ForeignKey(on_delete=PROTECT, related_name="+", to="architecture.version")),
            ],
        ),
        migrations.CreateModel(
            name="ConditionMet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("condition", models.CharField(max_length=60)),
                ("evidence", models.TextField()),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("verdict", models.ForeignKey(on_delete=PROTECT, related_name="met", to="appraisal.verdict")),
            ],
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("project_hash", models.CharField(max_length=64)),
                ("version_hash", models.CharField(max_length=64)),
                ("decision", models.CharField(max_length=120)),
                ("decided_on", models.DateField()),
                ("approved_by", models.CharField(max_length=60)),
                ("approved_agency", models.CharField(max_length=35)),
                ("approved_at", models.DateTimeField()),
                ("entry", models.BigIntegerField()),
                ("receipt", models.JSONField()),
                ("project", models.OneToOneField(on_delete=PROTECT, related_name="approval", to="projects.project")),
                ("revision", models.ForeignKey(on_delete=PROTECT, related_name="+", to="projects.revision")),
                ("version", models.ForeignKey(on_delete=PROTECT, related_name="+", to="architecture.version")),
                (
                    "exception",
                    models.ForeignKey(null=True, on_delete=PROTECT, related_name="+", to="appraisal.projectexception"),
                ),
                ("verdict", models.ForeignKey(null=True, on_delete=PROTECT, related_name="+", to="appraisal.verdict")),
            ],
        ),
        migrations.AddConstraint(
            model_name="appraisal",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("open", "waiting", "concluded", "stopped"))),
                name="appraisal_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="appraisal",
            constraint=models.UniqueConstraint(fields=("project", "number"), name="appraisal_number_once"),
        ),
        migrations.AddConstraint(
            model_name="appraisal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)), fields=("project",), name="appraisal_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="appraisal",
            constraint=models.CheckConstraint(
                condition=models.Q(("agency", models.F("owner")), _negated=True), name="appraisal_by_another_body"
            ),
        ),
        migrations.AddConstraint(
            model_name="bodyopinion",
            constraint=models.UniqueConstraint(fields=("appraisal", "agency"), name="appraisal_opinion_once"),
        ),
        migrations.AddConstraint(
            model_name="bodyopinion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("given_at__isnull", True), ("given_by", ""), ("stance", "")),
                    models.Q(
                        ("given_at__isnull", False),
                        ("stance__in", ("agree", "agree-with-changes", "disagree")),
                        models.Q(("given_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="appraisal_opinion_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="projectexception",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("asked", "granted", "refused", "ended"))),
                name="appraisal_exception_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="projectexception",
            constraint=models.CheckConstraint(
                condition=models.Q(("decided_by", models.F("asked_by")), _negated=True),
                name="appraisal_exception_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="projectexception",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")), fields=("project",), name="appraisal_exception_asked_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="supplement",
            constraint=models.UniqueConstraint(fields=("appraisal", "number"), name="appraisal_supplement_once"),
        ),
        migrations.AddIndex(
            model_name="turn",
            index=models.Index(fields=["appraisal", "started_at"], name="appraisal_turns_in_order"),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.CheckConstraint(
                condition=models.Q(("result__in", ("pass", "pass-with-conditions", "fail"))),
                name="appraisal_result_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.CheckConstraint(
                condition=models.Q(("reasons", ""), _negated=True), name="appraisal_verdict_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="conditionmet",
            constraint=models.UniqueConstraint(fields=("verdict", "condition"), name="appraisal_condition_once"),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("exception__isnull", True), ("verdict__isnull", False)),
                    models.Q(("exception__isnull", False), ("verdict__isnull", True)),
                    _connector="OR",
                ),
                name="appraisal_approval_stands_on_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(("decision", ""), _negated=True), name="appraisal_approval_has_a_decision"
            ),
        ),
        append_only("appraisal_turn", except_columns=["due_at", "ended_at"]),
        append_only("appraisal_meeting"),
        append_only("appraisal_verdict"),
        append_only("appraisal_conditionmet"),
        append_only("appraisal_approval"),
        protect(
            "appraisal_appraisal",
            web={"SELECT": OF_PROJECT("appraisal_appraisal"), "INSERT": BOTH, "UPDATE": BOTH},
            worker={"SELECT": EVERY_ROW, "UPDATE": EVERY_ROW},
        ),
        protect(
            "appraisal_turn",
            web={
                "SELECT": OF_APPRAISAL("appraisal_turn"),
                "INSERT": OF_APPRAISAL("appraisal_turn", BOTH),
                "UPDATE": ANY_OF(AGENCY_OF("agency"), OF_APPRAISAL("appraisal_turn", BOTH)),
            },
            worker={"SELECT": EVERY_ROW, "UPDATE": EVERY_ROW},
        ),
        protect(
            "appraisal_supplement",
            web={
                "SELECT": OF_APPRAISAL("appraisal_supplement"),
                "INSERT": AGENCY_OF("asked_agency"),
                "UPDATE": OF_APPRAISAL("appraisal_supplement", AGENCY_OF("owner")),
            },
            worker={"SELECT": EVERY_ROW},
        ),
        protect(
            "appraisal_bodyopinion",
            web={
                "SELECT": ALL_OF(FOR_AN_AGENCY, OF_APPRAISAL("appraisal_bodyopinion")),
                "INSERT": OF_APPRAISAL("appraisal_bodyopinion", AGENCY_OF("agency")),
                "UPDATE": AGENCY_OF("agency"),
            },
            worker={"SELECT": EVERY_ROW},
        ),
        protect(
            "appraisal_meeting",
            web={
                "SELECT": ALL_OF(FOR_AN_AGENCY, OF_APPRAISAL("appraisal_meeting")),
                "INSERT": OF_APPRAISAL("appraisal_meeting", AGENCY_OF("agency")),
            },
            worker={"SELECT": EVERY_ROW},
        ),
        protect(
            "appraisal_verdict",
            web={"SELECT": OF_PROJECT("appraisal_verdict"), "INSERT": AGENCY_OF("given_agency")},
            worker={"SELECT": EVERY_ROW},
        ),
        protect(
            "appraisal_conditionmet",
            web={
                "SELECT": VISIBLE_WITH("appraisal_conditionmet", "verdict_id", "appraisal_verdict"),
                "INSERT": ALL_OF(
                    FOR_AN_AGENCY, VISIBLE_WITH("appraisal_conditionmet", "verdict_id", "appraisal_verdict")
                ),
            },
            worker={"SELECT": EVERY_ROW},
        ),
        protect(
            "appraisal_projectexception",
            web={
                "SELECT": ANY_OF(WAS_GRANTED, FOR_AN_AGENCY),
                "INSERT": AGENCY_OF("asked_agency"),
                "UPDATE": FOR_AN_AGENCY,
            },
            worker={"SELECT": EVERY_ROW, "UPDATE": EVERY_ROW},
        ),
        protect(
            "appraisal_approval",
            web={"SELECT": OF_PROJECT("appraisal_approval"), "INSERT": AGENCY_OF("approved_agency")},
            worker={"SELECT": EVERY_ROW},
        ),
        *(grant(table, "web", "SELECT, INSERT") for table in TABLES),
        *(grant(table, "worker", "SELECT") for table in TABLES),
        grant("appraisal_appraisal", "web", "UPDATE", CHANGED),
        grant("appraisal_appraisal", "worker", "UPDATE", ["state", "closed_at"]),
        grant("appraisal_turn", "web", "UPDATE", ["due_at", "ended_at"]),
        grant("appraisal_turn", "worker", "UPDATE", ["due_at", "ended_at"]),
        grant("appraisal_supplement", "web", "UPDATE", ["answered_by", "answered_at", "answer_id"]),
        grant("appraisal_bodyopinion", "web", "UPDATE", ["stance", "text", "given_by", "given_at"]),
        grant("appraisal_projectexception", "web", "UPDATE", DECIDED),
        grant("appraisal_projectexception", "worker", "UPDATE", ["state", "ended_at", "reminded_at"]),
    ]
