"""The tables of drafting, who may read and write them, and what the database itself holds. Layer 4, governance.

Every revision of a draft leaves its changes; nothing is handed in while an opinion stands unanswered or the conclusion
is about another revision; an opinion is an agency's own, given while the round is open, answered once by another
person, and read by everyone once the version is in force.
"""

# ruff: noqa: S608 - conditions of our own, no values

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
    append_only,
    grant,
    protect,
)

MAKERS, ASKED = AGENCIES_OVERLAP("makers"), AGENCIES_OVERLAP("invited")
IN_FORCE = "EXISTS (SELECT 1 FROM architecture_version made WHERE made.id = made_id AND made.state <> 'draft')"


def OF_DRAFT(table: str, who: str | None = None) -> str:  # noqa: N802 - read as SQL
    """The row belongs to a draft that is seen, or whose columns say so."""
    return VISIBLE_WITH(table, "draft_id", "drafting_draft", where=who)


def OF_ROUND(who: str) -> str:  # noqa: N802 - read as SQL
    """The row belongs to a round of a draft whose columns say so."""
    return (
        "EXISTS (SELECT 1 FROM drafting_consultation round JOIN drafting_draft draft ON draft.id = round.draft_id"
        f" WHERE round.id = consultation_id AND ({who}))"
    )


INVITED = (
    "EXISTS (SELECT 1 FROM drafting_invitation invitation WHERE invitation.agency = drafting_opinion.agency"
    " AND invitation.consultation_id = drafting_opinion.consultation_id)"
)
DRAFTS = """
CREATE FUNCTION drafting_refuse(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', what USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION drafting_unanswered(of_draft bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT count(*) FROM drafting_opinion opinion JOIN drafting_consultation round ON round.id = opinion.consultation_id
    WHERE round.draft_id = of_draft AND opinion.answer IS NULL AND NOT (opinion.stance = 'agree' AND opinion.text = '')
$$;
CREATE FUNCTION drafting_concluded(of_draft bigint, at_revision integer) RETURNS boolean LANGUAGE sql VOLATILE AS $$
    SELECT coalesce((SELECT concluded_revision = at_revision FROM drafting_consultation
        WHERE draft_id = of_draft ORDER BY round DESC LIMIT 1), false)
$$;
CREATE FUNCTION drafting_draft_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    made architecture_version;
    step text;
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
        PERFORM drafting_refuse('drafting_draft: a draft is abandoned, not removed');
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'editing' OR NEW.revision <> 0 OR NEW.made_id IS NOT NULL OR NEW.decision <> ''
            OR NEW.decided_on IS NOT NULL OR cardinality(NEW.invited) > 0 THEN
            PERFORM drafting_refuse('drafting_draft: a draft begins at revision 0, to be edited');
        END IF;
        RETURN NEW;
    END IF;
    step := OLD.state || ' ' || NEW.state;
    IF OLD.state IN ('published', 'abandoned') THEN
        PERFORM drafting_refuse('drafting_draft: a draft that ended is not changed');
    END IF;
    IF (NEW.province, NEW.version, NEW.author, NEW.created_at)
        IS DISTINCT FROM (OLD.province, OLD.version, OLD.author, OLD.created_at) THEN
        PERFORM drafting_refuse('drafting_draft: province, version, author and beginning are not changed');
    END IF;
    IF NOT NEW.invited @> OLD.invited THEN
        PERFORM drafting_refuse('drafting_draft: who was asked stays asked');
    END IF;
    IF NEW.content IS DISTINCT FROM OLD.content THEN
        IF OLD.state NOT IN ('editing', 'consulting', 'concluded') OR NEW.state NOT IN ('editing', 'consulting')
            OR NEW.revision <> OLD.revision + 1
            OR NOT EXISTS (SELECT 1 FROM drafting_draftchange c WHERE c.draft_id = NEW.id AND c.revision = NEW.revision)
        THEN
            PERFORM drafting_refuse('drafting_draft: content changes by a revision that says what changed');
        END IF;
    ELSIF NEW.revision <> OLD.revision THEN
        PERFORM drafting_refuse('drafting_draft: a revision changes the content');
    END IF;
    IF OLD.state <> NEW.state AND step NOT IN (
        'editing consulting', 'editing abandoned', 'consulting concluded', 'consulting abandoned', 'concluded editing',
        'concluded consulting', 'concluded submitted', 'concluded abandoned', 'submitted editing', 'submitted published'
    ) THEN
        PERFORM drafting_refuse('drafting_draft: from ' || OLD.state || ' a draft does not come to ' || NEW.state);
    END IF;
    IF NEW.state = 'concluded' AND NOT drafting_concluded(NEW.id, NEW.revision) THEN
        PERFORM drafting_refuse('drafting_draft: there is no conclusion on this revision');
    END IF;
    IF NEW.made_id IS DISTINCT FROM OLD.made_id AND step NOT IN ('concluded submitted', 'submitted editing')
        OR NEW.state NOT IN ('submitted', 'published') AND NEW.made_id IS NOT NULL THEN
        PERFORM drafting_refuse('drafting_draft: a draft becomes a version when it is handed in');
    END IF;
    IF (NEW.decision <> '' OR NEW.decided_on IS NOT NULL) AND step <> 'submitted published' THEN
        PERFORM drafting_refuse('drafting_draft: the decision comes with the published version');
    END IF;
    IF step = 'concluded submitted' THEN
        IF NOT drafting_concluded(NEW.id, NEW.revision) THEN
            PERFORM drafting_refuse('drafting_draft: there is no conclusion on this revision');
        END IF;
        IF drafting_unanswered(NEW.id) > 0 THEN
            PERFORM drafting_refuse('drafting_draft: an opinion stands unanswered');
        END IF;
        SELECT * INTO made FROM architecture_version v WHERE v.id = NEW.made_id AND v.state = 'draft';
        IF made.id IS NULL OR NOT made.needs_approval OR made.content <> NEW.content
            OR (made.province, made.version) <> (NEW.province, NEW.version)
            OR made.base_id IS DISTINCT FROM NEW.base_id THEN
            PERFORM drafting_refuse('drafting_draft: the version handed in is another one');
        END IF;
        IF NOT (NEW.author = made.author OR NEW.author = ANY (made.authors)) OR EXISTS (
            SELECT 1 FROM drafting_draftchange c
            WHERE c.draft_id = NEW.id AND c.by <> made.author AND c.by <> ALL (made.authors)
        ) THEN
            PERFORM drafting_refuse('drafting_draft: the version does not name everyone who wrote in the draft');
        END IF;
    ELSIF step = 'submitted published' THEN
        SELECT * INTO made FROM architecture_version v WHERE v.id = NEW.made_id AND v.state <> 'draft';
        IF made.id IS NULL OR made.decision <> NEW.decision OR made.decided_on IS DISTINCT FROM NEW.decided_on THEN
            PERFORM drafting_refuse('drafting_draft: its version is not published, or by another decision');
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON drafting_draft
    FOR EACH ROW EXECUTE FUNCTION drafting_draft_kept();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON drafting_draft
    FOR EACH STATEMENT EXECUTE FUNCTION drafting_draft_kept();
ALTER TABLE drafting_draft ENABLE ALWAYS TRIGGER kept;
ALTER TABLE drafting_draft ENABLE ALWAYS TRIGGER never_emptied;

CREATE FUNCTION drafting_change_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM drafting_draft d WHERE d.id = NEW.draft_id AND d.revision + 1 = NEW.revision
        AND d.state IN ('editing', 'consulting', 'concluded')) THEN
        PERFORM drafting_refuse('drafting_draftchange: a change belongs to the next revision of a draft being edited');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE INSERT ON drafting_draftchange FOR EACH ROW EXECUTE FUNCTION drafting_change_kept();
ALTER TABLE drafting_draftchange ENABLE ALWAYS TRIGGER kept;
CREATE FUNCTION drafting_change_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM drafting_draft d WHERE d.id = NEW.draft_id AND d.revision < NEW.revision) THEN
        PERFORM drafting_refuse('drafting_draftchange: a change is written with the revision that it makes');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER made AFTER INSERT ON drafting_draftchange DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION drafting_change_made();
ALTER TABLE drafting_draftchange ENABLE ALWAYS TRIGGER made;
"""
# Who gives an opinion takes the round's lock together with others, who closes or concludes it takes it alone: an
# opinion is either seen by the conclusion or comes too late.
ROUNDS = """
CREATE FUNCTION drafting_consultation_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    draft drafting_draft;
    later text[] := ARRAY['closed_at', 'conclusion', 'concluded_by', 'concluded_at', 'concluded_revision'];
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
        PERFORM drafting_refuse('drafting_consultation: a round of opinions is kept');
    END IF;
    SELECT * INTO draft FROM drafting_draft d WHERE d.id = NEW.draft_id;
    IF draft.state IS DISTINCT FROM 'consulting' THEN
        PERFORM drafting_refuse('drafting_consultation: the draft is not out for opinions');
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.closed_at IS NOT NULL OR NEW.concluded_at IS NOT NULL OR NEW.revision <> draft.revision OR NEW.round <>
            (SELECT coalesce(max(round), 0) + 1 FROM drafting_consultation c WHERE c.draft_id = NEW.draft_id) THEN
            PERFORM drafting_refuse('drafting_consultation: a round begins open, after the last, on the draft as it is');
        END IF;
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('drafting_consultation'), NEW.id::integer);
    IF (to_jsonb(OLD) - later)::text <> (to_jsonb(NEW) - later)::text OR OLD.concluded_at IS NOT NULL
        OR OLD.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at THEN
        PERFORM drafting_refuse('drafting_consultation: a round is closed once and concluded once, and never changed');
    END IF;
    IF NEW.concluded_at IS NOT NULL THEN
        IF NEW.concluded_revision <> draft.revision THEN
            PERFORM drafting_refuse('drafting_consultation: the conclusion is about the draft as it stands');
        END IF;
        IF drafting_unanswered(NEW.draft_id) > 0 THEN
            PERFORM drafting_refuse('drafting_consultation: an opinion stands unanswered');
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON drafting_consultation
    FOR EACH ROW EXECUTE FUNCTION drafting_consultation_kept();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON drafting_consultation
    FOR EACH STATEMENT EXECUTE FUNCTION drafting_consultation_kept();
ALTER TABLE drafting_consultation ENABLE ALWAYS TRIGGER kept;
ALTER TABLE drafting_consultation ENABLE ALWAYS TRIGGER never_emptied;

CREATE FUNCTION drafting_invitation_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM drafting_consultation c WHERE c.id = NEW.consultation_id AND c.closed_at IS NULL) THEN
        PERFORM drafting_refuse('drafting_invitation: the round is closed');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE INSERT ON drafting_invitation FOR EACH ROW EXECUTE FUNCTION drafting_invitation_kept();
ALTER TABLE drafting_invitation ENABLE ALWAYS TRIGGER kept;

CREATE FUNCTION drafting_opinion_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    answers text[] := ARRAY['answer', 'answer_text', 'answered_by', 'answered_at'];
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
        PERFORM drafting_refuse('drafting_opinion: an opinion is kept');
    ELSIF TG_OP = 'INSERT' THEN
        PERFORM pg_advisory_xact_lock_shared(hashtext('drafting_consultation'), NEW.consultation_id::integer);
        IF NEW.answer IS NOT NULL OR NOT EXISTS (
            SELECT 1 FROM drafting_consultation c JOIN drafting_draft d ON d.id = c.draft_id
            WHERE c.id = NEW.consultation_id AND c.closed_at IS NULL AND d.state = 'consulting'
        ) THEN
            PERFORM drafting_refuse('drafting_opinion: opinions are given while the round is open');
        END IF;
    ELSIF (to_jsonb(OLD) - answers)::text <> (to_jsonb(NEW) - answers)::text OR OLD.answer IS NOT NULL
        OR NEW.answer IS NULL
        OR NOT EXISTS (SELECT 1 FROM drafting_consultation c WHERE c.id = NEW.consultation_id AND c.concluded_at IS NULL)
    THEN
        PERFORM drafting_refuse('drafting_opinion: an opinion is answered once, before the conclusion, never changed');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON drafting_opinion
    FOR EACH ROW EXECUTE FUNCTION drafting_opinion_kept();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON drafting_opinion
    FOR EACH STATEMENT EXECUTE FUNCTION drafting_opinion_kept();
ALTER TABLE drafting_opinion ENABLE ALWAYS TRIGGER kept;
ALTER TABLE drafting_opinion ENABLE ALWAYS TRIGGER never_emptied;
"""
UNDONE = """
DROP TRIGGER kept ON drafting_draft; DROP TRIGGER never_emptied ON drafting_draft;
DROP TRIGGER kept ON drafting_draftchange; DROP TRIGGER made ON drafting_draftchange;
DROP TRIGGER kept ON drafting_consultation; DROP TRIGGER never_emptied ON drafting_consultation;
DROP TRIGGER kept ON drafting_invitation;
DROP TRIGGER kept ON drafting_opinion; DROP TRIGGER never_emptied ON drafting_opinion;
DROP FUNCTION drafting_opinion_kept(); DROP FUNCTION drafting_invitation_kept();
DROP FUNCTION drafting_consultation_kept(); DROP FUNCTION drafting_change_made(); DROP FUNCTION drafting_change_kept();
DROP FUNCTION drafting_draft_kept(); DROP FUNCTION drafting_concluded(bigint, integer);
DROP FUNCTION drafting_unanswered(bigint); DROP FUNCTION drafting_refuse(text);
"""
PUBLISHING = ("state", "decision", "decided_on", "updated_at")
ANSWER = ("answer", "answer_text", "answered_by", "answered_at")


class Migration(migrations.Migration):
    """First tables."""

    initial = True

    dependencies = [("architecture", "0002_approval")]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("province", models.CharField(max_length=60)),
                ("version", models.CharField(max_length=40)),
                ("title", models.JSONField()),
                ("inherits", models.CharField(max_length=40, null=True)),
                ("content", models.JSONField()),
                ("revision", models.PositiveIntegerField(default=0)),
                ("state", models.CharField(default="editing", max_length=12)),
                ("author", models.CharField(max_length=60)),
                (
                    "makers",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=35), size=None),
                ),
                (
                    "invited",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=35), default=list, size=None
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("decision", models.CharField(blank=True, max_length=120)),
                ("decided_on", models.DateField(null=True)),
                (
                    "base",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="architecture.version",
                    ),
                ),
                (
                    "made",
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
            name="Consultation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField()),
                ("revision", models.PositiveIntegerField()),
                ("hash", models.CharField(max_length=64)),
                ("opened_by", models.CharField(max_length=60)),
                ("opened_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("conclusion", models.TextField(blank=True)),
                ("concluded_by", models.CharField(blank=True, max_length=60)),
                ("concluded_at", models.DateTimeField(null=True)),
                ("concluded_revision", models.PositiveIntegerField(null=True)),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consultations", to="drafting.draft"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DraftChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveIntegerField()),
                ("section", models.CharField(max_length=40)),
                ("item", models.TextField(blank=True)),
                ("path", models.TextField(blank=True)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("place", models.PositiveIntegerField(null=True)),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("via", models.CharField(max_length=12)),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="drafting.draft"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agency", models.CharField(max_length=35)),
                (
                    "consultation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="drafting.consultation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agency", models.CharField(max_length=35)),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("section", models.CharField(max_length=40, null=True)),
                ("item", models.TextField(null=True)),
                ("text", models.TextField(blank=True)),
                ("stance", models.CharField(max_length=10)),
                ("answer", models.CharField(max_length=10, null=True)),
                ("answer_text", models.TextField(blank=True)),
                ("answered_by", models.CharField(max_length=60, null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "consultation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="opinions", to="drafting.consultation"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("editing", "consulting", "concluded", "submitted", "published", "abandoned"))
                ),
                name="drafting_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("editing", "consulting", "concluded", "submitted"))),
                fields=("province", "version"),
                name="drafting_one_draft_of_a_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultation",
            constraint=models.UniqueConstraint(fields=("draft", "round"), name="drafting_round_once"),
        ),
        migrations.AddConstraint(
            model_name="consultation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("concluded_at__isnull", True)),
                fields=("draft",),
                name="drafting_one_round_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("concluded_at__isnull", True),
                        ("concluded_by", ""),
                        ("concluded_revision__isnull", True),
                        ("conclusion", ""),
                    ),
                    models.Q(
                        models.Q(("conclusion", ""), _negated=True),
                        models.Q(("concluded_by", ""), _negated=True),
                        ("closed_at__isnull", False),
                        ("concluded_at__isnull", False),
                        ("concluded_revision__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="drafting_conclusion_is_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="draftchange",
            index=models.Index(fields=["draft", "revision"], name="drafting_changes_in_order"),
        ),
        migrations.AddConstraint(
            model_name="draftchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("via__in", ("form", "table", "bulk", "spreadsheet", "yaml", "oef", "archimate", "merge"))
                ),
                name="drafting_way_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(fields=("consultation", "agency"), name="drafting_invited_once"),
        ),
        migrations.AddIndex(
            model_name="opinion",
            index=models.Index(fields=["consultation", "agency"], name="drafting_opinions_of_agency"),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.CheckConstraint(
                condition=models.Q(("stance__in", ("agree", "change", "object"))), name="drafting_stance_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.CheckConstraint(
                condition=models.Q(("stance", "agree"), models.Q(("text", ""), _negated=True), _connector="OR"),
                name="drafting_opinion_says_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("item__isnull", True), ("section__isnull", True)),
                    models.Q(("item__isnull", False), ("section__isnull", False)),
                    _connector="OR",
                ),
                name="drafting_opinion_is_tied_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer__isnull", True),
                        ("answer_text", ""),
                        ("answered_at__isnull", True),
                        ("answered_by__isnull", True),
                    ),
                    models.Q(
                        ("answer__in", ("taken", "partly", "declined")),
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        models.Q(("answer", "taken"), models.Q(("answer_text", ""), _negated=True), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="drafting_answer_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.CheckConstraint(
                condition=models.Q(("by", models.F("answered_by")), _negated=True),
                name="drafting_opinion_answered_by_another",
            ),
        ),
        migrations.RunSQL(DRAFTS + ROUNDS, UNDONE),
        append_only("drafting_draftchange"),
        append_only("drafting_invitation"),
        protect(
            "drafting_draft",
            web={"SELECT": ANY_OF(MAKERS, ASKED, IN_FORCE), "INSERT": MAKERS, "UPDATE": MAKERS},
            worker={"SELECT": EVERY_ROW, "UPDATE": EVERY_ROW},
        ),
        protect(
            "drafting_draftchange",
            web={
                "SELECT": OF_DRAFT("drafting_draftchange", ANY_OF(MAKERS, ASKED)),
                "INSERT": OF_DRAFT("drafting_draftchange", MAKERS),
            },
        ),
        protect(
            "drafting_consultation",
            web={
                "SELECT": OF_DRAFT("drafting_consultation"),
                "INSERT": OF_DRAFT("drafting_consultation", MAKERS),
                "UPDATE": OF_DRAFT("drafting_consultation", MAKERS),
            },
        ),
        protect(
            "drafting_invitation",
            web={
                "SELECT": VISIBLE_WITH("drafting_invitation", "consultation_id", "drafting_consultation"),
                "INSERT": OF_ROUND(MAKERS),
            },
        ),
        protect(
            "drafting_opinion",
            web={
                "SELECT": ANY_OF(AGENCY_OF("agency"), OF_ROUND(MAKERS), OF_ROUND(IN_FORCE)),
                "INSERT": ALL_OF(AGENCY_OF("agency"), INVITED),
                "UPDATE": OF_ROUND(MAKERS),
            },
        ),
        grant("drafting_draft", "web", "SELECT, INSERT, UPDATE"),
        grant("drafting_draft", "worker", "SELECT"),
        grant("drafting_draft", "worker", "UPDATE", PUBLISHING),
        grant("drafting_draftchange", "web", "SELECT, INSERT"),
        grant("drafting_consultation", "web", "SELECT, INSERT, UPDATE"),
        grant("drafting_invitation", "web", "SELECT, INSERT"),
        grant("drafting_opinion", "web", "SELECT, INSERT"),
        grant("drafting_opinion", "web", "UPDATE", ANSWER),
    ]
