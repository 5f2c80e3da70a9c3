"""The tables of projects, who may read and write them, and what the database itself holds. Layer 4, governance.

A project goes from state to state by the steps of `rules.STEPS` and no others; what it says changes only with a
revision that is kept; what others decide on it is not its owner's to set; its baseline is what was approved. That no
project is approved without an approval is held by `governance/appraisal`, whose table that is.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import (
    AGENCIES_OVERLAP,
    AGENCY_OF,
    ALL_OF,
    ANY_OF,
    EVERY_ROW,
    VISIBLE_WITH,
    Rows,
    append_only,
    grant,
    protect,
)

FOR_AN_AGENCY = "(SELECT coalesce(current_setting('maidinh.agencies', true), '')) <> ''"
TOLD = (
    "state IN ('appraising', 'returned', 'appraised', 'refused', 'approved', 'building', 'completed', 'accepted',"
    " 'merged', 'in-force')"
)
OWNER = AGENCY_OF("owner")
HANDED_IN = ALL_OF(FOR_AN_AGENCY, "handed_in_at IS NOT NULL")
TAKES_PART = AGENCIES_OVERLAP("parties")
KEEP = """
CREATE FUNCTION projects_refuse(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', what USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION projects_step(before text, after text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT before || ' ' || after IN (
        'preparing appraising', 'preparing withdrawn',
        'appraising returned', 'appraising appraised', 'appraising withdrawn',
        'returned appraising', 'returned withdrawn',
        'appraised approved', 'appraised refused', 'appraised preparing', 'appraised appraising',
        'appraised withdrawn',
        'approved building', 'approved withdrawn',
        'building completed', 'building withdrawn',
        'completed accepted', 'completed building',
        'accepted merged', 'merged in-force', 'merged accepted'
    )
$$;
CREATE FUNCTION projects_project_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    acting text[] := string_to_array(nullif(current_setting('maidinh.agencies', true), ''), ',');
    step text;
    written projects_revision;
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
        PERFORM projects_refuse('projects_project: a project is withdrawn, not removed');
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'preparing' OR NEW.revision <> 1 OR NEW.baseline_id IS NOT NULL OR NEW.holder <> NEW.owner THEN
            PERFORM projects_refuse('projects_project: a project begins at revision 1, to be prepared by its owner');
        END IF;
        NEW.parties := ARRAY[NEW.owner];
        NEW.handed_in_at := NULL;
        RETURN NEW;
    END IF;
    step := OLD.state || ' ' || NEW.state;
    IF acting IS NULL AND step NOT IN ('merged merged', 'merged in-force', 'merged accepted') THEN
        PERFORM projects_refuse('projects_project: nobody changes it who acts for no agency');
    END IF;
    IF NEW.holder <> OLD.holder AND OLD.state = NEW.state
        AND NOT acting && array_append(array_remove(OLD.parties, OLD.owner), OLD.holder)::text[] THEN
        PERFORM projects_refuse('projects_project: it is passed on with a step, or by the body that has it');
    END IF;
    IF (NEW.province, NEW.code, NEW.owner, NEW.author, NEW.sample, NEW.created_at)
        IS DISTINCT FROM (OLD.province, OLD.code, OLD.owner, OLD.author, OLD.sample, OLD.created_at)
        OR OLD.pack <> '' AND NEW.pack <> OLD.pack THEN
        PERFORM projects_refuse('projects_project: code, owner, author and pack are not changed');
    END IF;
    IF NOT NEW.authors @> OLD.authors THEN
        PERFORM projects_refuse('projects_project: who wrote in it stays named');
    END IF;
    IF (NEW.content, NEW.hash, NEW.title, NEW.base_id, NEW.revision)
        IS DISTINCT FROM (OLD.content, OLD.hash, OLD.title, OLD.base_id, OLD.revision) THEN
        SELECT * INTO written FROM projects_revision r WHERE r.project_id = NEW.id AND r.number = NEW.revision;
        IF OLD.state NOT IN ('preparing', 'returned') OR NEW.state <> OLD.state OR NEW.revision <> OLD.revision + 1
            OR written.id IS NULL
            OR (written.content, written.hash, written.base_id) IS DISTINCT FROM (NEW.content, NEW.hash, NEW.base_id)
            OR NEW.title IS DISTINCT FROM NEW.content -> 'title' THEN
            PERFORM projects_refuse('projects_project: what it says changes by a revision, while its owner has it');
        END IF;
        IF written."by" <> NEW.author AND written."by" <> ALL (NEW.authors) THEN
            PERFORM projects_refuse('projects_project: who wrote the revision is not named');
        END IF;
        IF OLD.owner <> ALL (acting) THEN
            PERFORM projects_refuse('projects_project: only its owner says what the project is');
        END IF;
    END IF;
    IF OLD.state <> NEW.state THEN
        IF NOT projects_step(OLD.state, NEW.state) THEN
            PERFORM projects_refuse('projects_project: from ' || OLD.state || ' it does not come to ' || NEW.state);
        END IF;
        IF step IN ('preparing appraising', 'returned appraising', 'approved building', 'building completed')
            OR NEW.state = 'withdrawn' THEN
            IF OLD.owner <> ALL (acting) THEN
                PERFORM projects_refuse('projects_project: this step is its owner''s');
            END IF;
        ELSIF step NOT IN ('appraised preparing', 'completed building')
            AND NOT acting && array_append(array_remove(OLD.parties, OLD.owner), OLD.holder)::text[] THEN
            PERFORM projects_refuse('projects_project: this step is not its owner''s');
        END IF;
    END IF;
    IF step = 'appraised approved' THEN
        IF NOT EXISTS (SELECT 1 FROM projects_revision r WHERE r.id = NEW.baseline_id AND r.project_id = NEW.id
            AND r.number = NEW.revision AND r.hash = NEW.hash) THEN
            PERFORM projects_refuse('projects_project: the baseline is the revision that is approved');
        END IF;
    ELSIF NEW.baseline_id IS DISTINCT FROM OLD.baseline_id THEN
        PERFORM projects_refuse('projects_project: the baseline is set once, with the approval');
    END IF;
    IF NEW.draft IS DISTINCT FROM OLD.draft AND step NOT IN ('accepted merged', 'merged accepted') THEN
        PERFORM projects_refuse('projects_project: its draft comes with the merge');
    END IF;
    IF step = 'accepted merged' AND NOT EXISTS (
        SELECT 1 FROM drafting_draft d WHERE d.id = NEW.draft AND d.state IN ('editing', 'consulting', 'concluded')
    ) THEN
        PERFORM projects_refuse('projects_project: there is no such draft, or it is not edited any more');
    END IF;
    IF step = 'merged in-force' AND NOT EXISTS (
        SELECT 1 FROM drafting_draft d JOIN architecture_version v ON v.id = d.made_id
        WHERE d.id = NEW.draft AND v.id = NEW.carried_in_id AND v.state <> 'draft'
    ) THEN
        PERFORM projects_refuse('projects_project: no published version was made of its draft');
    ELSIF NEW.carried_in_id IS DISTINCT FROM OLD.carried_in_id AND step <> 'merged in-force' THEN
        PERFORM projects_refuse('projects_project: the version that carries it comes with its coming into force');
    END IF;
    NEW.handed_in_at := coalesce(OLD.handed_in_at, CASE WHEN NEW.state = 'appraising' THEN NEW.updated_at END);
    NEW.parties := OLD.parties || CASE WHEN NEW.holder = ANY (OLD.parties) THEN '{}' ELSE ARRAY[NEW.holder] END;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON projects_project
    FOR EACH ROW EXECUTE FUNCTION projects_project_kept();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON projects_project
    FOR EACH STATEMENT EXECUTE FUNCTION projects_project_kept();
ALTER TABLE projects_project ENABLE ALWAYS TRIGGER kept;
ALTER TABLE projects_project ENABLE ALWAYS TRIGGER never_emptied;

CREATE FUNCTION projects_revision_begun() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM projects_project p WHERE p.id = NEW.project_id AND p.state IN ('preparing', 'returned')
        AND (p.revision + 1 = NEW.number OR p.revision = 1 AND NEW.number = 1 AND p.hash = NEW.hash
            AND p.content = NEW.content AND p.base_id = NEW.base_id AND p.author = NEW."by")) THEN
        PERFORM projects_refuse('projects_revision: a revision follows the last, while the owner has the project');
    END IF;
    IF EXISTS (SELECT 1 FROM projects_revision r WHERE r.project_id = NEW.project_id AND r.hash = NEW.hash
        AND r.content <> NEW.content) THEN
        PERFORM projects_refuse('projects_revision: another text has another hash');
    END IF;
    IF NEW."by" <> coalesce(nullif(current_setting('maidinh.official', true), ''), NEW."by") THEN
        PERFORM projects_refuse('projects_revision: it is written by the official who acts');
    END IF;
    IF NOT EXISTS (SELECT 1 FROM architecture_version v WHERE v.id = NEW.base_id AND v.state <> 'draft') THEN
        PERFORM projects_refuse('projects_revision: it is written against a published version');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER begun BEFORE INSERT ON projects_revision FOR EACH ROW EXECUTE FUNCTION projects_revision_begun();
ALTER TABLE projects_revision ENABLE ALWAYS TRIGGER begun;
CREATE FUNCTION projects_revision_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM projects_project p WHERE p.id = NEW.project_id AND p.revision < NEW.number) THEN
        PERFORM projects_refuse('projects_revision: a revision is written with the project that it makes');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER made AFTER INSERT ON projects_revision DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION projects_revision_made();
ALTER TABLE projects_revision ENABLE ALWAYS TRIGGER made;
CREATE FUNCTION projects_project_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM projects_revision r WHERE r.project_id = NEW.id AND r.number = 1) THEN
        PERFORM projects_refuse('projects_project: its first revision is kept with it');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER written AFTER INSERT ON projects_project DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION projects_project_written();
ALTER TABLE projects_project ENABLE ALWAYS TRIGGER written;
"""
UNDONE = """
DROP TRIGGER kept ON projects_project; DROP TRIGGER never_emptied ON projects_project;
DROP TRIGGER written ON projects_project; DROP TRIGGER begun ON projects_revision; DROP TRIGGER made ON projects_revision;
DROP FUNCTION projects_project_written(); DROP FUNCTION projects_revision_made();
DROP FUNCTION projects_revision_begun(); DROP FUNCTION projects_project_kept();
DROP FUNCTION projects_step(text, text); DROP FUNCTION projects_refuse(text);
"""
CARRYING = ("state", "holder", "draft", "carried_in_id", "updated_at")


def OF_PROJECT(table: str, who: str | None = None) -> str:  # noqa: N802 - read as SQL
    """The row belongs to a project that is seen, or whose columns say so."""
    return VISIBLE_WITH(table, "project_id", "projects_project", where=who)


class Migration(migrations.Migration):
    """First tables."""

    initial = True

    dependencies = [("architecture", "0002_approval"), ("drafting", "0002_projects")]

    operations = [
        migrations.CreateModel(
            name="Project",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("province", models.CharField(max_length=60)),
                ("code", models.CharField(max_length=60)),
                ("title", models.JSONField()),
                ("owner", models.CharField(max_length=35)),
                ("state", models.CharField(default="preparing", max_length=12)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("content", models.JSONField()),
                ("hash", models.CharField(max_length=64)),
                ("pack", models.CharField(max_length=60)),
                ("author", models.CharField(max_length=60)),
                (
                    "authors",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), default=list, size=None
                    ),
                ),
                ("holder", models.CharField(max_length=35)),
                (
                    "parties",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=35), default=list, size=None
                    ),
                ),
                ("handed_in_at", models.DateTimeField(null=True)),
                ("draft", models.BigIntegerField(null=True)),
                ("sample", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "base",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="architecture.version"
                    ),
                ),
                (
                    "carried_in",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="architecture.version",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("content", models.JSONField()),
                ("hash", models.CharField(max_length=64)),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("via", models.CharField(max_length=12)),
                ("note", models.TextField(blank=True)),
                (
                    "base",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="architecture.version"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="revisions", to="projects.project"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="project",
            name="baseline",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.revision"
            ),
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=60)),
                ("agency", models.CharField(max_length=35)),
                ("details", models.JSONField(default=dict)),
                ("public", models.BooleanField(default=False)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="projects.project"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["project", "at"], name="projects_events_in_order")],
            },
        ),
        migrations.CreateModel(
            name="ComponentReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("province", models.CharField(max_length=60)),
                ("element", models.TextField()),
                ("agency", models.CharField(max_length=35)),
                ("state", models.CharField(max_length=12)),
                ("percent", models.PositiveSmallIntegerField()),
                ("as_of", models.DateField()),
                ("evidence", models.TextField(blank=True)),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                (
                    "project",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["province", "element", "-at"], name="projects_reports_of_element")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("not-started", "building", "trial", "running", "stopped"))),
                        name="projects_component_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("percent__lte", 100)), name="projects_component_percent"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.UniqueConstraint(fields=("project", "number"), name="projects_revision_once"),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.CheckConstraint(
                condition=models.Q(("via__in", ("form", "yaml", "xlsx", "rebase"))), name="projects_way_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        (
                            "preparing",
                            "appraising",
                            "returned",
                            "appraised",
                            "approved",
                            "building",
                            "completed",
                            "accepted",
                            "merged",
                            "in-force",
                            "refused",
                            "withdrawn",
                        ),
                    )
                ),
                name="projects_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(fields=("province", "code"), name="projects_code_once"),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ("approved", "building", "completed", "accepted", "merged", "in-force")),
                        _negated=True,
                    ),
                    ("baseline__isnull", False),
                    _connector="OR",
                ),
                name="projects_decided_has_a_baseline",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("draft__isnull", False), ("state__in", ("merged", "in-force"))),
                    models.Q(models.Q(("state__in", ("merged", "in-force")), _negated=True), ("draft__isnull", True)),
                    _connector="OR",
                ),
                name="projects_merged_names_its_draft",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("carried_in__isnull", False), ("state", "in-force")),
                    models.Q(models.Q(("state", "in-force"), _negated=True), ("carried_in__isnull", True)),
                    _connector="OR",
                ),
                name="projects_in_force_names_its_version",
            ),
        ),
        migrations.RunSQL(KEEP, UNDONE),
        append_only("projects_revision"),
        append_only("projects_event"),
        append_only("projects_componentreport"),
        protect(
            "projects_project",
            web={
                "SELECT": ANY_OF(TOLD, OWNER, HANDED_IN),
                "INSERT": OWNER,
                "UPDATE": Rows(ANY_OF(OWNER, TAKES_PART), FOR_AN_AGENCY),
            },
            worker={"SELECT": EVERY_ROW, "UPDATE": EVERY_ROW},
        ),
        protect(
            "projects_revision",
            web={
                "SELECT": OF_PROJECT("projects_revision"),
                "INSERT": OF_PROJECT("projects_revision", OWNER),
            },
            worker={"SELECT": EVERY_ROW},
        ),
        protect(
            "projects_event",
            web={
                "SELECT": ALL_OF(OF_PROJECT("projects_event"), ANY_OF("public", FOR_AN_AGENCY)),
                "INSERT": ALL_OF(
                    AGENCY_OF("agency"),
                    ANY_OF(
                        ALL_OF("NOT public", OF_PROJECT("projects_event")), OF_PROJECT("projects_event", TAKES_PART)
                    ),
                ),
            },
            worker={"SELECT": EVERY_ROW, "INSERT": EVERY_ROW},
        ),
        protect(
            "projects_componentreport",
            web={"SELECT": EVERY_ROW, "INSERT": AGENCY_OF("agency")},
            worker={"SELECT": EVERY_ROW},
        ),
        grant("projects_project", "web", "SELECT, INSERT, UPDATE"),
        grant("projects_project", "worker", "SELECT"),
        grant("projects_project", "worker", "UPDATE", CARRYING),
        grant("projects_revision", "web", "SELECT, INSERT"),
        grant("projects_revision", "worker", "SELECT"),
        grant("projects_event", "web", "SELECT, INSERT"),
        grant("projects_event", "worker", "SELECT, INSERT"),
        grant("projects_componentreport", "web", "SELECT, INSERT"),
        grant("projects_componentreport", "worker", "SELECT"),
    ]
