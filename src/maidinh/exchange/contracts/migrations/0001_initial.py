"""Proposed contracts and what their sides answered: added by the side itself, changed by nobody. Layer 6.

A signature is over exactly the proposed text, for its own side, with its leaf in the log; once a side declined or the
proposer took the text back, nobody answers any more. A directory carries no contract without signatures that are kept
here: the gateway judges them by the members' keys, the database that they were given at all.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import AGENCY_OF, EVERY_ROW, append_only, grant, protect

PROPOSAL, ANSWER = "contracts_proposal", "contracts_answer"
VERDICTS = ("signed", "declined", "taken-back")
SIDES = ("consumer", "provider", "delegator")
CHECKED = """
CREATE FUNCTION contracts_proposal_true() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said jsonb := NEW.text::jsonb;
BEGIN
    IF encode(sha256(convert_to(NEW.text, 'UTF8')), 'hex') <> NEW.digest
        OR said ->> 'id' IS DISTINCT FROM NEW.contract
        OR split_part(said ->> 'consumer', '/', 3) IS DISTINCT FROM NEW.consumer_agency
        OR split_part(said ->> 'provider_service', '/', 3) IS DISTINCT FROM NEW.provider_agency
        OR coalesce(said ->> 'on_behalf_of', '') <> NEW.delegator_agency
        OR NEW.proposed_agency NOT IN (NEW.consumer_agency, NEW.provider_agency, NEW.delegator_agency)
        OR NEW.proposed_by IS DISTINCT FROM current_setting('maidinh.official', true)
    THEN
        RAISE EXCEPTION 'contracts_proposal: a text is proposed as it stands, by the person who acts for one of its sides'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER checked BEFORE INSERT ON contracts_proposal FOR EACH ROW EXECUTE FUNCTION contracts_proposal_true();
ALTER TABLE contracts_proposal ENABLE ALWAYS TRIGGER checked;
CREATE FUNCTION contracts_answer_true() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    proposed contracts_proposal%ROWTYPE;
    said jsonb;
BEGIN
    SELECT * INTO proposed FROM contracts_proposal WHERE id = NEW.proposal_id;
    IF NEW.answered_by IS DISTINCT FROM current_setting('maidinh.official', true)
        OR EXISTS (SELECT 1 FROM contracts_answer AS given WHERE given.proposal_id = NEW.proposal_id
            AND given.verdict IN ('declined', 'taken-back'))
        OR NEW.agency <> (CASE NEW.side WHEN 'consumer' THEN proposed.consumer_agency
            WHEN 'provider' THEN proposed.provider_agency WHEN 'delegator' THEN proposed.delegator_agency
            ELSE proposed.proposed_agency END)
    THEN
        RAISE EXCEPTION 'contracts_answer: a side answers once, by the person who acts for it, while the text is open'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.verdict = 'signed' THEN
        said := convert_from(directory_payload(NEW.jws), 'UTF8')::jsonb;
        IF (said ->> 'text', said ->> 'contract', said ->> 'side', said ->> 'agency')
                IS DISTINCT FROM (proposed.digest, proposed.contract, NEW.side, NEW.agency)
            OR split_part(NEW.jws, '.', 3) = ''
            OR coalesce((said ->> 'sample')::boolean, false) <> NEW.sample
            OR NEW.receipt -> 'content' ->> 'jws' IS DISTINCT FROM NEW.jws
            OR NOT EXISTS (SELECT 1 FROM translog_entry AS kept WHERE kept.id = NEW.entry
                AND convert_from(kept.leaf, 'UTF8') = NEW.receipt ->> 'leaf'
                AND (NEW.receipt ->> 'leaf')::jsonb ->> 'kind' = 'contract-signed')
        THEN
            RAISE EXCEPTION 'contracts_answer: a signature is over exactly the proposed text, with its entry in the log'
                USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER checked BEFORE INSERT ON contracts_answer FOR EACH ROW EXECUTE FUNCTION contracts_answer_true();
ALTER TABLE contracts_answer ENABLE ALWAYS TRIGGER checked;
CREATE FUNCTION contracts_directory_signed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said jsonb := convert_from(directory_payload(NEW.jws), 'UTF8')::jsonb;
    bare text;
BEGIN
    SELECT contract ->> 'id' INTO bare FROM jsonb_array_elements(said -> 'contracts') AS contract
        WHERE jsonb_array_length(contract -> 'agreements')
                < CASE WHEN contract ->> 'on_behalf_of' IS NULL THEN 2 ELSE 3 END
            OR EXISTS (
                SELECT 1 FROM jsonb_array_elements(contract -> 'agreements') AS signed
                WHERE NOT EXISTS (
                    SELECT 1 FROM contracts_answer AS kept WHERE kept.jws = signed ->> 'jws' AND kept.verdict = 'signed'))
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'directory_publisheddirectory: contract % is not signed by its sides', bare
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER signed AFTER INSERT ON directory_publisheddirectory
    FOR EACH ROW EXECUTE FUNCTION contracts_directory_signed();
ALTER TABLE directory_publisheddirectory ENABLE ALWAYS TRIGGER signed;
"""
UNDO = """
DROP TRIGGER signed ON directory_publisheddirectory;
DROP FUNCTION contracts_directory_signed();
DROP TRIGGER checked ON contracts_answer;
DROP FUNCTION contracts_answer_true();
DROP TRIGGER checked ON contracts_proposal;
DROP FUNCTION contracts_proposal_true();
"""


class Migration(migrations.Migration):
    """Two tables, and the guard of directories."""

    initial = True
    dependencies = (("directory", "0002_in_line"), ("translog", "0001_initial"))

    operations = (
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("contract", models.CharField(max_length=255)),
                ("digest", models.CharField(max_length=64)),
                ("text", models.TextField()),
                ("consumer_agency", models.CharField(max_length=100)),
                ("provider_agency", models.CharField(max_length=100)),
                ("delegator_agency", models.CharField(blank=True, max_length=100)),
                ("proposed_by", models.CharField(max_length=60)),
                ("proposed_agency", models.CharField(max_length=100)),
                ("proposed_at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["digest"], name="contracts_proposal_digest")]},
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("side", models.CharField(blank=True, max_length=10)),
                ("agency", models.CharField(max_length=100)),
                ("verdict", models.CharField(max_length=10)),
                ("reason", models.TextField(blank=True)),
                ("jws", models.TextField(blank=True)),
                ("custody", models.CharField(blank=True, max_length=10)),
                ("answered_by", models.CharField(max_length=60)),
                ("answered_at", models.DateTimeField()),
                ("sample", models.BooleanField(default=False)),
                ("entry", models.BigIntegerField(null=True)),
                ("receipt", models.JSONField(null=True)),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="contracts.proposal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("verdict__in", VERDICTS)), name="contracts_verdict_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(verdict="taken-back", side="")
                        | models.Q(side__in=SIDES) & ~models.Q(verdict="taken-back"),
                        name="contracts_answer_of_a_side",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(verdict="signed", entry__isnull=False, receipt__isnull=False)
                        & ~models.Q(jws="")
                        | ~models.Q(verdict="signed") & models.Q(jws="", entry__isnull=True, receipt__isnull=True),
                        name="contracts_signature_is_whole",
                    ),
                    models.UniqueConstraint(fields=("proposal", "side"), name="contracts_answered_once"),
                ],
            },
        ),
        migrations.RunSQL(CHECKED, UNDO),
        protect(
            PROPOSAL,
            web={"SELECT": EVERY_ROW, "INSERT": AGENCY_OF("proposed_agency")},
            worker={"SELECT": EVERY_ROW},
            owner={"SELECT": EVERY_ROW},
        ),
        protect(
            ANSWER,
            web={"SELECT": EVERY_ROW, "INSERT": AGENCY_OF("agency")},
            worker={"SELECT": EVERY_ROW},
            owner={"SELECT": EVERY_ROW},
        ),
        grant(PROPOSAL, "web", "SELECT, INSERT"),
        grant(ANSWER, "web", "SELECT, INSERT"),
        grant(PROPOSAL, "worker", "SELECT"),
        grant(ANSWER, "worker", "SELECT"),
        append_only(PROPOSAL),
        append_only(ANSWER),
    )
