"""The tables of findings, and what the database itself holds about them.

Layer 4, governance. The worker finds, people decide: decisions are only added, each leads from a state that allows it,
what one person asks another answers, and a finding's state is what its last decision says. Officials read findings;
everyone is told how many there are of which agency.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import AGENCY_OF, ALL_OF, EVERY_ROW, append_only, grant, protect

FINDING, DECISION = "observation_finding", "observation_findingdecision"
TALLY, WATCH = "observation_tally", "observation_watch"
FOR_AN_AGENCY = "(SELECT coalesce(current_setting('maidinh.agencies', true), '')) <> ''"
BY_A_PERSON = "\"by\" <> '' AND decision <> 'reopen'"
BY_THE_WORKER = "\"by\" = '' AND decision = 'reopen'"

# They run as the tables' owner, so that whoever decides needs no right to change a finding.
KEEP = """
CREATE FUNCTION observation_decision_kept() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    stands text;
    asked public.observation_findingdecision%ROWTYPE;
BEGIN
    SELECT state INTO stands FROM public.observation_finding WHERE id = NEW.finding_id FOR UPDATE;
    IF stands || ' ' || NEW.decision NOT IN (
        'open propose', 'proposed propose', 'excepted propose', 'open ask', 'proposed ask', 'excepted ask',
        'asked except', 'asked refuse', 'open close', 'proposed close', 'excepted close',
        'proposed reopen', 'excepted reopen', 'closed reopen'
    ) THEN
        RAISE EXCEPTION 'observation_findingdecision: % does not follow %', NEW.decision, stands
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.until IS NOT NULL AND NEW.until < NEW.at::date THEN
        RAISE EXCEPTION 'observation_findingdecision: an exception ends in the future'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.decision IN ('except', 'refuse') THEN
        SELECT * INTO asked FROM public.observation_findingdecision
            WHERE finding_id = NEW.finding_id ORDER BY id DESC LIMIT 1;
        IF asked.id IS DISTINCT FROM NEW.answers_id OR asked.decision <> 'ask' OR asked."by" = NEW."by"
            OR NEW.decision = 'except' AND asked.until <> NEW.until THEN
            RAISE EXCEPTION 'observation_findingdecision: another person answers what was asked, as it was asked'
                USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION observation_decision_followed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE public.observation_finding SET updated_at = NEW.at, state = CASE NEW.decision
        WHEN 'propose' THEN 'proposed' WHEN 'ask' THEN 'asked' WHEN 'except' THEN 'excepted'
        WHEN 'close' THEN 'closed' ELSE 'open' END
    WHERE id = NEW.finding_id;
    RETURN NULL;
END $$;
CREATE FUNCTION observation_finding_kept() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    decided text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = 'open' THEN RETURN NEW; END IF;
    ELSIF TG_OP = 'UPDATE' AND ROW(NEW.id, NEW.province, NEW.kind, NEW.subject, NEW.found_at)
        IS NOT DISTINCT FROM ROW(OLD.id, OLD.province, OLD.kind, OLD.subject, OLD.found_at) THEN
        IF NEW.state = OLD.state THEN RETURN NEW; END IF;
        SELECT decision INTO decided FROM public.observation_findingdecision
            WHERE finding_id = NEW.id ORDER BY id DESC LIMIT 1;
        IF NEW.state = (CASE decided WHEN 'propose' THEN 'proposed' WHEN 'ask' THEN 'asked'
            WHEN 'except' THEN 'excepted' WHEN 'close' THEN 'closed' WHEN 'refuse' THEN 'open'
            WHEN 'reopen' THEN 'open' END) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'observation_finding: a finding is kept, and its state is what the last decision says'
        USING ERRCODE = 'restrict_violation';
END $$;
REVOKE ALL ON FUNCTION observation_decision_kept(), observation_decision_followed(), observation_finding_kept()
    FROM PUBLIC;
CREATE TRIGGER kept BEFORE INSERT ON observation_findingdecision
    FOR EACH ROW EXECUTE FUNCTION observation_decision_kept();
CREATE TRIGGER followed AFTER INSERT ON observation_findingdecision
    FOR EACH ROW EXECUTE FUNCTION observation_decision_followed();
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON observation_finding
    FOR EACH ROW EXECUTE FUNCTION observation_finding_kept();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON observation_finding
    FOR EACH STATEMENT EXECUTE FUNCTION observation_finding_kept();
ALTER TABLE observation_findingdecision ENABLE ALWAYS TRIGGER kept;
ALTER TABLE observation_findingdecision ENABLE ALWAYS TRIGGER followed;
ALTER TABLE observation_finding ENABLE ALWAYS TRIGGER kept;
ALTER TABLE observation_finding ENABLE ALWAYS TRIGGER never_emptied;
CREATE FUNCTION observation_counts()
RETURNS TABLE (owner varchar, kind varchar, state varchar, count bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT f.owner, f.kind, f.state, count(*) FROM public.observation_finding AS f
    WHERE f.gone_at IS NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
$$;
REVOKE ALL ON FUNCTION observation_counts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION observation_counts() TO maidinh_web, maidinh_worker;
"""
UNDO = """
DROP FUNCTION observation_counts();
DROP TRIGGER kept ON observation_findingdecision; DROP TRIGGER followed ON observation_findingdecision;
DROP TRIGGER kept ON observation_finding; DROP TRIGGER never_emptied ON observation_finding;
DROP FUNCTION observation_decision_kept(); DROP FUNCTION observation_decision_followed();
DROP FUNCTION observation_finding_kept();
"""


class Migration(migrations.Migration):
    """First tables."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Watch",
            fields=[
                ("province", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("settled_until", models.DateTimeField()),
                ("judged", models.CharField(blank=True, max_length=64)),
                ("judged_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("province", models.CharField(max_length=60)),
                ("kind", models.CharField(max_length=20)),
                ("subject", models.TextField()),
                ("source", models.TextField(blank=True)),
                ("target", models.TextField(blank=True)),
                ("element", models.TextField(blank=True)),
                ("owner", models.CharField(blank=True, max_length=35)),
                ("contract", models.TextField(blank=True)),
                ("project", models.CharField(blank=True, max_length=60)),
                ("version", models.CharField(max_length=40)),
                ("details", models.JSONField(default=dict)),
                ("count", models.BigIntegerField(default=0)),
                ("first_seen_at", models.DateTimeField(null=True)),
                ("last_seen_at", models.DateTimeField(null=True)),
                ("found_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("gone_at", models.DateTimeField(null=True)),
                ("state", models.CharField(default="open", max_length=10)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                (
                                    "undeclared", "not-master", "owner-differs", "zone-differs", "method-differs",
                                    "unused", "not-served", "no-consumer",
                                ),
                            )
                        ),
                        name="observation_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("open", "proposed", "asked", "excepted", "closed"))),
                        name="observation_state_known",
                    ),
                    models.UniqueConstraint(
                        fields=("province", "kind", "subject"), name="observation_finding_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client", models.CharField(max_length=410)),
                ("service", models.CharField(max_length=511)),
                ("method", models.CharField(max_length=16)),
                ("path", models.CharField(max_length=500)),
                ("outcome", models.CharField(max_length=10)),
                ("reason", models.CharField(max_length=100)),
                ("zone", models.CharField(max_length=100)),
                ("authenticated", models.BooleanField()),
                ("settled", models.BigIntegerField(default=0)),
                ("recent", models.BigIntegerField(default=0)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="FindingDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("decision", models.CharField(max_length=10)),
                ("reason", models.TextField()),
                ("project", models.CharField(blank=True, max_length=60)),
                ("until", models.DateField(null=True)),
                ("by", models.CharField(blank=True, max_length=60)),
                ("agency", models.CharField(blank=True, max_length=35)),
                ("at", models.DateTimeField()),
                (
                    "answers",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="observation.findingdecision",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="observation.finding",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decision__in", ("propose", "ask", "except", "refuse", "close", "reopen"))
                        ),
                        name="observation_decision_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="observation_decision_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", "propose"), models.Q(("project", ""), _negated=True)),
                            models.Q(models.Q(("decision", "propose"), _negated=True), ("project", "")),
                            _connector="OR",
                        ),
                        name="observation_proposal_names_project",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision__in", ("ask", "except")), ("until__isnull", False)),
                            models.Q(
                                models.Q(("decision__in", ("ask", "except")), _negated=True), ("until__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="observation_exception_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answers__isnull", False), ("decision__in", ("except", "refuse"))),
                            models.Q(
                                models.Q(("decision__in", ("except", "refuse")), _negated=True),
                                ("answers__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="observation_answer_to_what_was_asked",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEEP, UNDO),
        protect(
            FINDING,
            web={"SELECT": FOR_AN_AGENCY},
            worker={"SELECT": EVERY_ROW, "INSERT": EVERY_ROW, "UPDATE": EVERY_ROW},
            owner={"SELECT": EVERY_ROW, "UPDATE": EVERY_ROW},
        ),
        protect(
            DECISION,
            web={"SELECT": FOR_AN_AGENCY, "INSERT": ALL_OF(AGENCY_OF("agency"), BY_A_PERSON)},
            worker={"SELECT": EVERY_ROW, "INSERT": BY_THE_WORKER},
            owner={"SELECT": EVERY_ROW},
        ),
        protect(TALLY, worker=EVERY_ROW),
        protect(WATCH, worker={"SELECT": EVERY_ROW, "INSERT": EVERY_ROW, "UPDATE": EVERY_ROW}),
        grant(FINDING, "web", "SELECT"),
        grant(FINDING, "worker", "SELECT, INSERT"),
        grant(
            FINDING,
            "worker",
            "UPDATE",
            [
                "source", "target", "element", "owner", "contract", "project", "version", "details", "count",
                "first_seen_at", "last_seen_at", "updated_at", "gone_at",
            ],
        ),
        grant(DECISION, "web", "SELECT, INSERT"),
        grant(DECISION, "worker", "SELECT, INSERT"),
        grant(TALLY, "worker", "SELECT, INSERT, UPDATE, DELETE"),
        grant(WATCH, "worker", "SELECT, INSERT, UPDATE"),
        append_only(DECISION),
    ]  # fmt: skip
