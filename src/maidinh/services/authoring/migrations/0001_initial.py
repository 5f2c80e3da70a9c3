"""The tables of drafts of procedures, who may read and write them, and what the database itself holds.

History is kept; a draft changes only by a revision of who acts; whoever wrote in it does not decide on it; the web
brings no version into force but one that another person approved, as it was handed in.
"""

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import AGENCY_OF, VISIBLE_WITH, append_only, grant, protect
from maidinh.infrastructure.database.roles import role_name

KEPT = """
CREATE FUNCTION authoring_refuse(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', what USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION authoring_draft_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    step text;
    who text := coalesce(current_setting('maidinh.official', true), '');
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
        PERFORM authoring_refuse('authoring_draft: a draft is given up, not removed');
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'editing' OR NEW.revision <> 0 OR NEW.hash <> '' OR NEW.decided_by <> ''
            OR NEW.decision <> '' OR NEW.decided_on IS NOT NULL OR NEW.submitted_by <> '' THEN
            PERFORM authoring_refuse('authoring_draft: a draft begins at revision 0, to be edited');
        END IF;
        IF NEW.author <> who THEN
            PERFORM authoring_refuse('authoring_draft: its author is who acts');
        END IF;
        RETURN NEW;
    END IF;
    step := OLD.state || ' ' || NEW.state;
    IF OLD.state IN ('published', 'abandoned') THEN
        PERFORM authoring_refuse('authoring_draft: a draft that ended is not changed');
    END IF;
    IF (NEW.code, NEW.agency, NEW.author, NEW.created_at, NEW.seen, NEW.base_id)
        IS DISTINCT FROM (OLD.code, OLD.agency, OLD.author, OLD.created_at, OLD.seen, OLD.base_id) THEN
        PERFORM authoring_refuse('authoring_draft: procedure, agency, author and beginning are not changed');
    END IF;
    IF NEW.files IS DISTINCT FROM OLD.files THEN
        IF step <> 'editing editing' OR NEW.revision <> OLD.revision + 1 OR NOT EXISTS (
            SELECT 1 FROM authoring_revision r WHERE r.draft_id = NEW.id AND r.number = NEW.revision
        ) THEN
            PERFORM authoring_refuse('authoring_draft: files change by a revision that says what changed');
        END IF;
    ELSIF NEW.revision <> OLD.revision OR NEW.version <> OLD.version THEN
        PERFORM authoring_refuse('authoring_draft: a revision changes the files');
    END IF;
    IF OLD.state <> NEW.state AND step NOT IN (
        'editing submitted', 'editing abandoned', 'submitted editing', 'submitted published'
    ) THEN
        PERFORM authoring_refuse('authoring_draft: from ' || OLD.state || ' a draft does not come to ' || NEW.state);
    END IF;
    IF step = 'editing submitted' AND (NEW.hash = '' OR NEW.submitted_by <> who) THEN
        PERFORM authoring_refuse('authoring_draft: who hands in is who acts, and what is handed in has an identity');
    END IF;
    IF step = 'submitted published' THEN
        IF NEW.decided_by <> who OR NEW.decision = '' OR NEW.decided_on IS NULL OR NEW.decided_at IS NULL
            OR NEW.hash <> OLD.hash THEN
            PERFORM authoring_refuse('authoring_draft: a decision on what was handed in publishes it');
        END IF;
        IF NEW.decided_by IN (NEW.author, NEW.submitted_by) OR EXISTS (
            SELECT 1 FROM authoring_revision r WHERE r.draft_id = NEW.id AND r."by" = NEW.decided_by
        ) THEN
            PERFORM authoring_refuse('authoring_draft: who wrote in a draft does not approve it');
        END IF;
        IF EXISTS (SELECT 1 FROM procedures_procedureversion v WHERE v.code = NEW.code AND v.id > NEW.seen) THEN
            PERFORM authoring_refuse('authoring_draft: a newer version came meanwhile');
        END IF;
    ELSIF NEW.decision <> '' OR NEW.decided_on IS NOT NULL THEN
        PERFORM authoring_refuse('authoring_draft: the decision comes with the published version');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON authoring_draft
    FOR EACH ROW EXECUTE FUNCTION authoring_draft_kept();
CREATE TRIGGER kept_whole BEFORE TRUNCATE ON authoring_draft
    FOR EACH STATEMENT EXECUTE FUNCTION authoring_draft_kept();
CREATE FUNCTION authoring_revision_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    draft authoring_draft;
BEGIN
    SELECT * INTO draft FROM authoring_draft d WHERE d.id = NEW.draft_id;
    IF draft.id IS NULL OR draft.state <> 'editing' OR NEW.number <> draft.revision + 1
        OR NEW."by" <> coalesce(current_setting('maidinh.official', true), '') THEN
        PERFORM authoring_refuse('authoring_revision: a revision follows the last one of a draft, by who acts');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fits BEFORE INSERT ON authoring_revision FOR EACH ROW EXECUTE FUNCTION authoring_revision_fits();
CREATE FUNCTION authoring_version_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = '{web}' AND NOT EXISTS (
        SELECT 1 FROM authoring_draft d WHERE d.state = 'published' AND d.hash = NEW.hash
            AND d.code = NEW.code AND d.version = NEW.version
    ) THEN
        PERFORM authoring_refuse('procedures_procedureversion: no draft of this version was approved');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approved BEFORE INSERT ON procedures_procedureversion
    FOR EACH ROW EXECUTE FUNCTION authoring_version_approved();
""".replace("{web}", role_name("web"))
UNKEPT = """
DROP TRIGGER approved ON procedures_procedureversion;
DROP FUNCTION authoring_version_approved();
DROP TRIGGER fits ON authoring_revision;
DROP FUNCTION authoring_revision_fits();
DROP TRIGGER kept_whole ON authoring_draft;
DROP TRIGGER kept ON authoring_draft;
DROP FUNCTION authoring_draft_kept();
DROP FUNCTION authoring_refuse(text);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("procedures", "0002_validity")]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=8)),
                ("version", models.CharField(max_length=40)),
                ("name", models.TextField()),
                ("agency", models.CharField(max_length=35)),
                ("seen", models.BigIntegerField(default=0)),
                ("files", models.JSONField()),
                ("revision", models.PositiveIntegerField(default=0)),
                ("state", models.CharField(default="editing", max_length=12)),
                ("author", models.CharField(max_length=60)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("note", models.TextField(blank=True)),
                ("hash", models.CharField(blank=True, max_length=64)),
                ("submitted_by", models.CharField(blank=True, max_length=60)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=60)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.CharField(blank=True, max_length=120)),
                ("decided_on", models.DateField(null=True)),
                (
                    "base",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="procedures.procedureversion",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["agency", "state"], name="authoring_drafts_of_agency")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("editing", "submitted", "published", "abandoned"))),
                        name="authoring_state_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("editing", "submitted"))),
                        fields=("code", "version"),
                        name="authoring_one_draft_of_a_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", ""),
                            models.Q(("decided_by", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="authoring_decided_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("why", models.TextField(blank=True)),
                ("files", models.JSONField()),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="revisions", to="authoring.draft"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("draft", "number"), name="authoring_revision_once")],
            },
        ),
        migrations.RunSQL(KEPT, UNKEPT),
        append_only("authoring_revision"),
        protect("authoring_draft", web=AGENCY_OF("agency")),
        protect("authoring_revision", web=VISIBLE_WITH("authoring_revision", "draft_id", "authoring_draft")),
        grant("authoring_draft", "web", "SELECT, INSERT, UPDATE"),
        grant("authoring_revision", "web", "SELECT, INSERT"),
        grant("procedures_procedureversion", "web", "INSERT"),
    ]
