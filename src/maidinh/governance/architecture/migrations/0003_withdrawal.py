"""Contracts that are withdrawn, and what the database holds so that nobody publishes alone. Layer 4, governance.

A version is put into force by who acts, with a signed statement about just this row and the log's entry of it, and with
its directory. A directory holds only what the version in force declares and nothing that is withdrawn. A withdrawal is
asked for by one person and decided once by another, and so is its end; the exchange has learnt of it in the same
transaction.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import AGENCY_OF, ALL_OF, ANY_OF, EVERY_ROW, Rows, grant, protect

TABLE = "architecture_withdrawal"
FOR_AN_AGENCY = "(SELECT coalesce(current_setting('maidinh.agencies', true), '')) <> ''"
STOOD = "state IN ('confirmed', 'ended')"
ACTS = """
CREATE FUNCTION architecture_acts(person text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(person <> '' AND person = current_setting('maidinh.official', true), false)
$$;
CREATE FUNCTION architecture_entered(entry bigint, receipt jsonb, kind text, content bytea) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM translog_entry AS kept
        WHERE kept.id = entry AND convert_from(kept.leaf, 'UTF8') = receipt ->> 'leaf'
            AND (receipt ->> 'leaf')::jsonb ->> 'kind' = kind
            AND (content IS NULL OR (receipt ->> 'leaf')::jsonb ->> 'commitment'
                = encode(sha256(decode(receipt ->> 'salt', 'base64') || content), 'base64'))
    )
$$;
"""
NO_ACTS = """
DROP FUNCTION architecture_acts(text);
DROP FUNCTION architecture_entered(bigint, jsonb, text, bytea);
"""
KEEP_VERSION = """
CREATE OR REPLACE FUNCTION architecture_version_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    approved text[] := ARRAY['decision', 'decided_on', 'approved_by', 'approved_at'];
    published text[] := ARRAY['state', 'published_by', 'published_at', 'jws', 'receipt', 'entry', 'serial'];
    superseded text[] := ARRAY['state', 'superseded_at'];
    outdated boolean := false;
    stated bytea;
    said jsonb;
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        outdated := EXISTS (
            SELECT 1 FROM architecture_version base JOIN architecture_version later
                ON later.province = base.province AND later.serial > base.serial AND later.id <> OLD.id
            WHERE base.id = OLD.base_id
        );
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = 'draft' AND NEW.superseded_at IS NULL AND NEW.approved_at IS NULL AND NEW.serial IS NULL THEN
            IF NOT architecture_acts(NEW.author) THEN
                RAISE EXCEPTION 'architecture_version: a version is handed in by the person who acts'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        IF OLD.state = 'draft' AND (OLD.approved_at IS NULL OR outdated) THEN RETURN OLD; END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF OLD.state = 'draft' AND NEW.state = 'draft' AND OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL
            AND NEW.approved_by <> NEW.author AND NEW.approved_by <> ALL (NEW.authors)
            AND (to_jsonb(OLD) - approved)::text = (to_jsonb(NEW) - approved)::text
        THEN
            IF NOT architecture_acts(NEW.approved_by) THEN
                RAISE EXCEPTION 'architecture_version: a version is approved by the person who acts'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF OLD.state = 'draft' AND NEW.state = 'published'
            AND NEW.author <> NEW.published_by AND NEW.published_by <> ALL (NEW.authors)
            AND (to_jsonb(OLD) - published)::text = (to_jsonb(NEW) - published)::text
        THEN
            IF NEW.needs_approval AND NEW.approved_at IS NULL THEN
                RAISE EXCEPTION 'architecture_version: a version that needs approval is approved before it is published'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            IF outdated THEN
                RAISE EXCEPTION 'architecture_version: another version was published since the one this is made from'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            IF NOT architecture_acts(NEW.published_by) THEN
                RAISE EXCEPTION 'architecture_version: a version is published by the person who acts'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            IF split_part(NEW.jws, '.', 3) <> '' THEN
                stated := directory_payload(NEW.jws);
                said := convert_from(stated, 'UTF8')::jsonb;
            END IF;
            IF said IS NULL
                OR (said ->> 'province', said ->> 'version', said ->> 'hash', said ->> 'author', said ->> 'published_by')
                    IS DISTINCT FROM (NEW.province, NEW.version, NEW.hash, NEW.author, NEW.published_by)
                OR (said ->> 'serial')::bigint IS DISTINCT FROM NEW.serial
                OR NOT architecture_entered(NEW.entry, NEW.receipt, 'architecture-published', stated)
            THEN
                RAISE EXCEPTION 'architecture_version: a version is published with a signed statement and its log entry'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF OLD.state = 'published' AND NEW.state = 'superseded' AND NEW.superseded_at IS NOT NULL
            AND (to_jsonb(OLD) - superseded)::text = (to_jsonb(NEW) - superseded)::text THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'architecture_version: a version is drafted, published by another person, superseded; never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION architecture_version_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'published' AND NOT EXISTS (
        SELECT 1 FROM directory_publisheddirectory AS sent
        WHERE sent.serial = NEW.serial AND sent.architecture_version = NEW.version
    ) THEN
        RAISE EXCEPTION 'architecture_version: version % is published with its directory', NEW.version
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'superseded' AND NOT EXISTS (
        SELECT 1 FROM architecture_version AS later WHERE later.province = NEW.province AND later.state = 'published'
    ) THEN
        RAISE EXCEPTION 'architecture_version: version % is superseded by another one', NEW.version
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER whole AFTER UPDATE ON architecture_version DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION architecture_version_whole();
ALTER TABLE architecture_version ENABLE ALWAYS TRIGGER whole;
"""
KEEP_WITHDRAWAL = """
CREATE FUNCTION architecture_withdrawal_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    step text;
    decided text[] := ARRAY['state', 'decided_by', 'decided_at', 'decision'];
    allowed text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = 'asked' AND NEW.decided_at IS NULL AND NEW.entry IS NULL AND NEW.serial IS NULL
            AND architecture_acts(NEW.asked_by)
            AND (NEW.ends_id IS NULL OR EXISTS (
                SELECT 1 FROM architecture_withdrawal AS ended WHERE ended.id = NEW.ends_id AND ended.ends_id IS NULL
                    AND ended.state = 'confirmed' AND ended.contract = NEW.contract AND ended.province = NEW.province))
        THEN RETURN NEW; END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        step := OLD.state || ' ' || NEW.state;
        IF step = 'asked confirmed' AND NEW.decided_by <> NEW.asked_by AND architecture_acts(NEW.decided_by)
            AND NEW.serial IS NOT NULL
            AND architecture_entered(NEW.entry, NEW.receipt,
                CASE WHEN NEW.ends_id IS NULL THEN 'connection-withdrawn' ELSE 'connection-restored' END, NULL)
            AND NEW.receipt -> 'content' ->> 'contract' = NEW.contract
            AND NEW.receipt -> 'content' ->> 'decided_by' = NEW.decided_by
        THEN
            allowed := decided || ARRAY['serial', 'entry', 'receipt'];
        ELSIF step = 'asked refused' AND NEW.decided_by <> NEW.asked_by AND architecture_acts(NEW.decided_by) THEN
            allowed := decided;
        ELSIF step = 'asked taken-back' AND NEW.decided_by = NEW.asked_by AND architecture_acts(NEW.decided_by) THEN
            allowed := decided;
        ELSIF step = 'confirmed ended' AND OLD.ends_id IS NULL AND EXISTS (
            SELECT 1 FROM architecture_withdrawal AS ending WHERE ending.ends_id = OLD.id AND ending.state = 'confirmed'
        ) THEN
            allowed := ARRAY['state'];
        END IF;
        IF allowed IS NOT NULL AND (to_jsonb(OLD) - allowed)::text = (to_jsonb(NEW) - allowed)::text THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'architecture_withdrawal: a withdrawal is asked for, decided once by another person; never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON architecture_withdrawal
    FOR EACH ROW EXECUTE FUNCTION architecture_withdrawal_kept();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON architecture_withdrawal
    FOR EACH STATEMENT EXECUTE FUNCTION architecture_withdrawal_kept();
CREATE FUNCTION architecture_withdrawal_sent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM directory_publisheddirectory AS sent WHERE sent.serial = NEW.serial) THEN
        RAISE EXCEPTION 'architecture_withdrawal: % is decided with the directory that follows from it', NEW.contract
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER sent AFTER UPDATE ON architecture_withdrawal DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.state = 'confirmed') EXECUTE FUNCTION architecture_withdrawal_sent();
ALTER TABLE architecture_withdrawal ENABLE ALWAYS TRIGGER kept;
ALTER TABLE architecture_withdrawal ENABLE ALWAYS TRIGGER never_emptied;
ALTER TABLE architecture_withdrawal ENABLE ALWAYS TRIGGER sent;
"""
DECLARED = """
CREATE FUNCTION architecture_directory_declared() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    payload bytea := directory_payload(NEW.jws);
    said jsonb := convert_from(payload, 'UTF8')::jsonb;
    model jsonb;
    undeclared text;
BEGIN
    IF encode(sha256(payload), 'hex') <> NEW.hash OR (said ->> 'serial')::bigint IS DISTINCT FROM NEW.serial
        OR said ->> 'architecture_version' IS DISTINCT FROM NEW.architecture_version
    THEN
        RAISE EXCEPTION 'directory_publisheddirectory: the row says otherwise than what is signed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT version.content INTO model FROM architecture_version AS version
        WHERE version.province = said ->> 'province' AND version.version = NEW.architecture_version
            AND version.hash = said ->> 'architecture_hash' AND version.state = 'published';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'directory_publisheddirectory: no version in force declares directory %', NEW.serial
            USING ERRCODE = 'restrict_violation';
    END IF;
    WITH declared AS (
        SELECT relation -> 'contract' ->> 'id' AS id, relation -> 'contract' -> 'methods' AS methods
        FROM jsonb_array_elements(coalesce(model -> 'relations', '[]')) AS relation WHERE relation ? 'contract'
    ), sent AS (
        SELECT contract ->> 'id' AS id, contract -> 'methods' AS methods
        FROM jsonb_array_elements(said -> 'contracts') AS contract
    )
    SELECT sent.id INTO undeclared FROM sent LEFT JOIN declared ON declared.id = sent.id
        WHERE declared.id IS NULL OR NOT declared.methods @> sent.methods
            OR EXISTS (SELECT 1 FROM architecture_withdrawal AS withdrawn
                WHERE withdrawn.contract = sent.id AND withdrawn.province = said ->> 'province'
                    AND withdrawn.ends_id IS NULL AND withdrawn.state = 'confirmed')
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'directory_publisheddirectory: contract % is withdrawn or not declared', undeclared
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER declared AFTER INSERT ON directory_publisheddirectory
    FOR EACH ROW EXECUTE FUNCTION architecture_directory_declared();
ALTER TABLE directory_publisheddirectory ENABLE ALWAYS TRIGGER declared;
"""
UNDO_VERSION = "DROP TRIGGER whole ON architecture_version; DROP FUNCTION architecture_version_whole();"
UNDO_WITHDRAWAL = """
DROP TRIGGER kept ON architecture_withdrawal;
DROP TRIGGER never_emptied ON architecture_withdrawal;
DROP TRIGGER sent ON architecture_withdrawal;
DROP FUNCTION architecture_withdrawal_kept();
DROP FUNCTION architecture_withdrawal_sent();
"""
UNDO_DECLARED = """
DROP TRIGGER declared ON directory_publisheddirectory;
DROP FUNCTION architecture_directory_declared();
"""
STATES = ("asked", "confirmed", "refused", "taken-back", "ended")
OPEN = models.Q(("state__in", ("asked", "confirmed")))


class Migration(migrations.Migration):
    """One table, and the guards of publication."""

    dependencies = [
        ("architecture", "0002_approval"),
        ("directory", "0002_in_line"),
        ("translog", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(ACTS, NO_ACTS),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("province", models.CharField(max_length=60)),
                ("contract", models.CharField(max_length=255)),
                ("reason", models.TextField()),
                ("legal_ground", models.TextField()),
                ("state", models.CharField(default="asked", max_length=10)),
                ("asked_by", models.CharField(max_length=60)),
                ("asked_agency", models.CharField(max_length=35)),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.CharField(max_length=60, null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision", models.TextField(blank=True)),
                ("serial", models.BigIntegerField(null=True)),
                ("entry", models.BigIntegerField(null=True)),
                ("receipt", models.JSONField(null=True)),
                (
                    "ends",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="endings",
                        to="architecture.withdrawal",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="architecture.version"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", STATES)), name="architecture_withdrawal_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True), models.Q(("legal_ground", ""), _negated=True)
                        ),
                        name="architecture_withdrawal_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "taken-back"),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="architecture_withdrawal_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("state", "asked")),
                            models.Q(
                                models.Q(("state", "asked"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="architecture_withdrawal_decision_is_whole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ends__isnull", True), ("state__in", ("asked", "confirmed"))),
                        fields=("province", "contract"),
                        name="architecture_withdrawal_once",
                    ),
                    models.UniqueConstraint(
                        condition=OPEN, fields=("ends",), name="architecture_withdrawal_ended_once"
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEEP_VERSION, UNDO_VERSION),
        migrations.RunSQL(KEEP_WITHDRAWAL, UNDO_WITHDRAWAL),
        migrations.RunSQL(DECLARED, UNDO_DECLARED),
        protect(
            TABLE,
            web={
                "SELECT": ANY_OF(STOOD, FOR_AN_AGENCY),
                "INSERT": ALL_OF(AGENCY_OF("asked_agency"), "state = 'asked'"),
                "UPDATE": Rows(FOR_AN_AGENCY, FOR_AN_AGENCY),
            },
            worker={"SELECT": EVERY_ROW},
            owner={"SELECT": EVERY_ROW},
        ),
        grant(TABLE, "web", "SELECT, INSERT, UPDATE"),
        grant(TABLE, "worker", "SELECT"),
    ]
