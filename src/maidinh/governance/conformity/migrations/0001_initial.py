"""The tables of waivers and of the province's own rules, and what the database itself holds about them.

Layer 4, governance. What was asked and what was written never changes; another person decides, once; what was granted
or put into force can only end. A waiver is public once it is granted, a rule once it is in force.
"""

from __future__ import annotations

from django.db import migrations, models

from maidinh.infrastructure.database.policies import AGENCY_OF, ALL_OF, ANY_OF, EVERY_ROW, Rows, grant, protect

FOR_AN_AGENCY = "(SELECT coalesce(current_setting('maidinh.agencies', true), '')) <> ''"
KEEP = """
CREATE FUNCTION conformity_waiver_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    step text;
    allowed text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = 'asked' AND NEW.decided_at IS NULL AND NEW.ended_on IS NULL AND NEW.reminded_at IS NULL
            AND NEW.entry IS NULL THEN RETURN NEW; END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        step := OLD.state || ' ' || NEW.state;
        IF step IN ('asked granted', 'asked refused') THEN
            allowed := ARRAY['state', 'decided_by', 'decided_role', 'decided_at', 'decision', 'entry', 'receipt'];
        ELSIF step IN ('asked withdrawn', 'granted withdrawn', 'granted ended') AND NEW.ended_on IS NOT NULL THEN
            allowed := ARRAY['state', 'ended_on', 'ended_by', 'ended_reason'];
        ELSIF step = 'granted granted' AND OLD.reminded_at IS NULL THEN
            allowed := ARRAY['reminded_at'];
        END IF;
        IF allowed IS NOT NULL AND (to_jsonb(OLD) - allowed)::text = (to_jsonb(NEW) - allowed)::text THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'conformity_waiver: a waiver is asked for, decided once by another person, ended; never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON conformity_waiver
    FOR EACH ROW EXECUTE FUNCTION conformity_waiver_kept();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON conformity_waiver
    FOR EACH STATEMENT EXECUTE FUNCTION conformity_waiver_kept();
ALTER TABLE conformity_waiver ENABLE ALWAYS TRIGGER kept;
ALTER TABLE conformity_waiver ENABLE ALWAYS TRIGGER never_emptied;
CREATE FUNCTION conformity_ruleversion_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    step text;
    allowed text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = 'proposed' AND NEW.decided_at IS NULL AND NEW.entry IS NULL THEN RETURN NEW; END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        step := OLD.state || ' ' || NEW.state;
        IF step IN ('proposed approved', 'proposed refused') AND NEW.in_force_to IS NULL THEN
            allowed := ARRAY['state', 'decided_by', 'decided_at', 'decision', 'in_force_from', 'entry', 'receipt'];
        ELSIF step = 'proposed withdrawn' THEN
            allowed := ARRAY['state', 'ended_by', 'ended_reason'];
        ELSIF step = 'approved approved' AND OLD.in_force_to IS NULL AND NEW.in_force_to IS NOT NULL THEN
            allowed := ARRAY['in_force_to', 'ended_by', 'ended_reason'];
        END IF;
        IF allowed IS NOT NULL AND (to_jsonb(OLD) - allowed)::text = (to_jsonb(NEW) - allowed)::text THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'conformity_ruleversion: a rule is written, put into force by another person, ended; never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON conformity_ruleversion
    FOR EACH ROW EXECUTE FUNCTION conformity_ruleversion_kept();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON conformity_ruleversion
    FOR EACH STATEMENT EXECUTE FUNCTION conformity_ruleversion_kept();
ALTER TABLE conformity_ruleversion ENABLE ALWAYS TRIGGER kept;
ALTER TABLE conformity_ruleversion ENABLE ALWAYS TRIGGER never_emptied;
"""
UNDO = """
DROP TRIGGER kept ON conformity_waiver; DROP TRIGGER never_emptied ON conformity_waiver;
DROP TRIGGER kept ON conformity_ruleversion; DROP TRIGGER never_emptied ON conformity_ruleversion;
DROP FUNCTION conformity_waiver_kept(); DROP FUNCTION conformity_ruleversion_kept();
"""
WAS_GRANTED = "decided_at IS NOT NULL AND state IN ('granted', 'withdrawn', 'ended')"
WAS_IN_FORCE = "state = 'approved'"


class Migration(migrations.Migration):
    """First tables."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="RuleVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("province", models.CharField(max_length=60)),
                ("rule", models.CharField(max_length=80)),
                ("number", models.PositiveIntegerField()),
                ("content", models.JSONField()),
                ("hash", models.CharField(max_length=64)),
                ("state", models.CharField(default="proposed", max_length=10)),
                ("written_by", models.CharField(max_length=60)),
                ("written_agency", models.CharField(max_length=35)),
                ("written_at", models.DateTimeField()),
                ("decided_by", models.CharField(max_length=60, null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.TextField(blank=True)),
                ("in_force_from", models.DateField(null=True)),
                ("in_force_to", models.DateField(null=True)),
                ("ended_by", models.CharField(max_length=60, null=True)),
                ("ended_reason", models.TextField(blank=True)),
                ("entry", models.BigIntegerField(null=True)),
                ("receipt", models.JSONField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("proposed", "approved", "refused", "withdrawn"))),
                        name="conformity_rule_state_known",
                    ),
                    models.UniqueConstraint(fields=("province", "rule", "number"), name="conformity_rule_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("province", "rule"),
                        name="conformity_rule_proposed_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("in_force_to__isnull", True), ("state", "approved")),
                        fields=("province", "rule"),
                        name="conformity_rule_one_without_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decided_by", models.F("written_by")), _negated=True),
                        name="conformity_rule_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("state__in", ("proposed", "withdrawn")),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("state__in", ("approved", "refused")),
                            ),
                            _connector="OR",
                        ),
                        name="conformity_rule_decision_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("in_force_from__isnull", False),
                                ("state", "approved"),
                                models.Q(
                                    ("in_force_to__isnull", True),
                                    ("in_force_to__gte", models.F("in_force_from")),
                                    _connector="OR",
                                ),
                            ),
                            models.Q(
                                models.Q(("state", "approved"), _negated=True),
                                ("in_force_from__isnull", True),
                                ("in_force_to__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="conformity_rule_force_is_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Waiver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("province", models.CharField(max_length=60)),
                ("rule", models.CharField(max_length=80)),
                ("subject", models.TextField(blank=True)),
                ("subject_name", models.TextField(blank=True)),
                ("version", models.CharField(max_length=40)),
                ("justification", models.TextField()),
                ("legal_ground", models.TextField()),
                ("role", models.CharField(max_length=40)),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField()),
                ("state", models.CharField(default="asked", max_length=10)),
                ("asked_by", models.CharField(max_length=60)),
                ("asked_agency", models.CharField(max_length=35)),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.CharField(max_length=60, null=True)),
                ("decided_role", models.CharField(max_length=40, null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.TextField(blank=True)),
                ("ended_on", models.DateField(null=True)),
                ("ended_by", models.CharField(max_length=60, null=True)),
                ("ended_reason", models.TextField(blank=True)),
                ("reminded_at", models.DateTimeField(null=True)),
                ("entry", models.BigIntegerField(null=True)),
                ("receipt", models.JSONField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["province", "rule", "subject"], name="conformity_waiver_of_finding")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("asked", "granted", "refused", "withdrawn", "ended"))),
                        name="conformity_waiver_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gt", models.F("valid_from"))), name="conformity_waiver_ends"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("justification", ""), _negated=True),
                            models.Q(("legal_ground", ""), _negated=True),
                        ),
                        name="conformity_waiver_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decided_by", models.F("asked_by")), _negated=True),
                        name="conformity_waiver_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_role__isnull", True), ("decided_role", models.F("role")), _connector="OR"
                        ),
                        name="conformity_waiver_decided_by_the_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("decided_role__isnull", True),
                                models.Q(("state__in", ("granted", "refused")), _negated=True),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("decided_role__isnull", False),
                                models.Q(("state", "asked"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="conformity_waiver_decision_is_whole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("province", "rule", "subject"),
                        name="conformity_waiver_asked_once",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEEP, UNDO),
        protect(
            "conformity_waiver",
            web={
                "SELECT": ANY_OF(WAS_GRANTED, FOR_AN_AGENCY),
                "INSERT": ALL_OF(AGENCY_OF("asked_agency"), "state = 'asked'"),
                "UPDATE": Rows(FOR_AN_AGENCY, FOR_AN_AGENCY),
            },
            worker={"SELECT": EVERY_ROW, "UPDATE": EVERY_ROW},
        ),
        protect(
            "conformity_ruleversion",
            web={
                "SELECT": ANY_OF(WAS_IN_FORCE, FOR_AN_AGENCY),
                "INSERT": ALL_OF(AGENCY_OF("written_agency"), "state = 'proposed'"),
                "UPDATE": Rows(FOR_AN_AGENCY, FOR_AN_AGENCY),
            },
        ),
        grant("conformity_waiver", "web", "SELECT, INSERT, UPDATE"),
        grant("conformity_waiver", "worker", "SELECT"),
        grant("conformity_waiver", "worker", "UPDATE", ["state", "ended_on", "ended_reason", "reminded_at"]),
        grant("conformity_ruleversion", "web", "SELECT, INSERT, UPDATE"),
    ]
