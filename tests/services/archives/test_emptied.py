"""Nothing that tells of a person stays in a table that hangs on a dossier, unless it is said here why it may."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from maidinh.infrastructure.actor import Actor
from maidinh.infrastructure.database.scope import acting
from maidinh.infrastructure.translog.promises import Unpromised
from maidinh.services.archives.actions import decide_disposal, destroy_granted, propose_disposals
from maidinh.services.dossiers.actions.submission import request_withdrawal
from tests.services.archives.test_archives import DAY, leads_of, put_away, refused
from tests.services.papers.handed import LEGAL_AID, handed_in

Role = Callable[[str], AbstractContextManager[None]]
PERSONAL: dict[str, Any] = import_module("maidinh.services.archives.migrations.0001_initial").PERSONAL
TAKE_OUT: list[str] = import_module("maidinh.infrastructure.audit.migrations.0002_no_free_text").TAKE_OUT
# What hangs on a dossier, at first or at second hand, and is left as it is when the dossier is destroyed: why.
STAYS = {
    "archives_archive": "code, digest, dates and receipt of a bundle whose bytes are removed",
    "archives_disposal": "who asked, who decided, when: officials, and the number of a decision",
    "fees_charge": "an amount and a receipt's number; accounts have their own time",
    "fees_payment": "the provider's reference and the amount; accounts have their own time",
    "measures_dossierfact": "counts and dates",
    "measures_formfilling": "counts",
    "measures_waitingdossier": "the number of a dossier, until it is counted",
    "papers_keptpaper": "the owner's own store, which outlives the dossier; they take a paper out themselves",
    "papers_scan": "which official scanned which file, by its digest",
    "results_revocation": "public: the reason names no person, as its page says",
    "results_stamping": "the time stamp of a file, by its digest",
}
# The tables that refer to dossiers, and those that refer to them, and so on.
HANGING = """
WITH RECURSIVE hanging(oid) AS (
    SELECT 'dossiers_dossier'::regclass::oid
    UNION SELECT c.conrelid FROM pg_constraint c JOIN hanging h ON c.confrelid = h.oid WHERE c.contype = 'f'
) SELECT oid::regclass::text FROM hanging
"""
BY_CODE = """
SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
AND a.attname IN ('dossier', 'dossier_code') AND a.atttypid IN ('varchar'::regtype, 'text'::regtype)
"""
# What names a dossier by its code alone, and stays: why.
STAYS_BY_CODE = {
    "fees_reconciliationfinding": "what doesn't agree with a provider: amounts and references; its own time",
}


@pytest.fixture
def superuser(own_database: str) -> Callable[..., list[str]]:
    """Runs a statement past every policy; the first column of what it finds."""

    def run(statement: str, values: dict[str, Any] | None = None) -> list[str]:
        with psycopg.connect(settings.CONNECTIONS.admin_dsn, dbname=own_database) as link:
            done = link.execute(statement, values or {})  # type: ignore[arg-type]
            return [row[0] for row in done.fetchall()] if done.description else []

    return run


def tables(statement: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {row[0] for row in cursor.fetchall()}


def test_every_table_that_hangs_on_a_dossier_is_emptied_or_says_why_not(db: None) -> None:
    hanging, by_code = tables(HANGING), tables(BY_CODE)
    assert hanging - set(PERSONAL) - set(STAYS) == set(), "empty it (archives, PERSONAL) or say above why it stays"
    assert by_code - set(PERSONAL) - set(STAYS_BY_CODE) == set(), "empty it, or say above why it stays"
    assert not (set(PERSONAL) & {*STAYS, *STAYS_BY_CODE})
    assert {*STAYS, *STAYS_BY_CODE} - hanging - by_code == set(), "there is no such table any more"


INSERTS = (
    "ALTER TABLE dossiers_clockentry DISABLE TRIGGER dossiers_clock_in_order",  # it was never accepted
    "INSERT INTO dossiers_clockentry (dossier_id, serial, kind, at, step, agency, by, reason, unit)"
    " VALUES (%(dossier)s, 1, 'supplement_asked', %(at)s, '', '', 'account:1', 'SECRET', '')",
    "ALTER TABLE dossiers_clockentry ENABLE ALWAYS TRIGGER dossiers_clock_in_order",
    "INSERT INTO dossiers_extension (dossier_id, agency, old_due, new_due, amount, unit, reason, by, at)"
    " VALUES (%(dossier)s, 'x', %(at)s, %(at)s + interval '1 day', 1, 'working_day', 'SECRET', 'x', %(at)s)",
    "INSERT INTO nationalportal_link (dossier_id, national_code, state, attempts, last_error, last_serial, last_event,"
    " last_task, last_paper, last_status)"
    " VALUES (%(dossier)s, 'NC-1', 'idle', 0, 'SECRET', 1, 0, 0, 0, 0)"
    " ON CONFLICT (dossier_id) DO UPDATE SET national_code = 'NC-1', last_error = 'SECRET'",
    "INSERT INTO nationalportal_message (link_id, serial, kind, source, message, content, at, state, attempts, answer,"
    " reason) SELECT id, 90, 'status', 'test:1', 'm-1', '{\"x\": \"SECRET\"}', %(at)s, 'sent', 0,"
    " '{\"x\": \"SECRET\"}', 'SECRET' FROM nationalportal_link WHERE dossier_id = %(dossier)s",
    "INSERT INTO nationalportal_inbound (message, position, kind, code, serial, content, received_at, state, reason,"
    " handled_at, attempts)"
    " VALUES ('in-1', 1, 'supplement', 'NC-1', 1, '{\"x\": \"SECRET\"}', %(at)s, 'refused', 'SECRET', %(at)s, 0)",
    "INSERT INTO inbox_notice (person, at, kind, dossier, status) VALUES ('SECRET', %(at)s, 'status', %(code)s, 3)",
    "INSERT INTO forms_supplement (dossier, applicant, papers, saved_at)"
    " VALUES (%(code)s, 'SECRET', '[\"SECRET\"]', %(at)s)",
    "INSERT INTO forms_draft (id, applicant, procedure_id, \"case\", receiving, answers, papers, begun_at, saved_at,"
    " dossier) SELECT gen_random_uuid(), 'SECRET', procedure_id, '', '', '{\"x\": \"SECRET\"}', '[\"SECRET\"]', %(at)s,"
    " %(at)s, code FROM dossiers_dossier WHERE id = %(dossier)s",
    "INSERT INTO papers_reuse (dossier_id, paper, document_id, result, agency, verified_by, verified_at, issuer,"
    " number, at) SELECT %(dossier)s, paper, document_id, 'R-1', 'x', 'x', %(at)s, 'SECRET', 'SECRET', %(at)s"
    " FROM dossiers_paper WHERE dossier_id = %(dossier)s LIMIT 1",
    "INSERT INTO fees_charge (dossier_id, name_vi, name_en, amount, currency, charged_at, recorded_by, receipt_number)"
    " VALUES (%(dossier)s, 'Phí', '', 1, 'VND', %(at)s, '', '')",
    'INSERT INTO fees_payment ("order", charge_id, amount, currency, state, provider, address, created_at, why,'
    " attempts, last_error) SELECT 'o-1', id, 1, 'VND', 'failed', 'x', '', %(at)s, '', 0, '' FROM fees_charge"
    " WHERE dossier_id = %(dossier)s",
    "INSERT INTO fees_refund (number, payment_id, provider, reference, amount, automatic, reason, state, asked_by,"
    " asked_at, decided_by, attempts, last_error) SELECT 'r-1', id, 'x', 'x', 1, false, 'SECRET', 'asked', 'x', %(at)s,"
    " '', 0, '' FROM fees_payment WHERE \"order\" = 'o-1'",
)  # fmt: skip
WRITTEN = ("dossiers_clockentry", "dossiers_extension", "nationalportal_link", "nationalportal_message",
           "nationalportal_inbound", "inbox_notice", "forms_supplement", "forms_draft", "papers_reuse",
           "fees_refund")  # fmt: skip


@pytest.mark.slow
def test_what_tells_of_a_person_is_gone_from_every_table(
    role: Role, superuser: Any, citizen: Actor, signer: Any, province: Any, at: datetime
) -> None:
    ended = refused(handed_in(citizen, signer, at, code=LEGAL_AID), province, at + timedelta(hours=1))
    other = handed_in(citizen, signer, at, code=LEGAL_AID, key="two")
    put_away(role, signer, at + DAY, at.date())
    told = {"dossier": ended.pk, "code": ended.code, "at": at}
    for statement in INSERTS:
        superuser(statement, told)
    rows = {table: superuser(f"SELECT t::text FROM {table} t WHERE t::text LIKE '%%SECRET%%'") for table in WRITTEN}
    assert all(rows.values()), "each table holds something to be emptied"
    one, deputy = leads_of(province, ended.responsible)
    late = at.replace(year=at.year + 99)
    with acting(agencies=one.agencies, official=one.id):
        [asked] = propose_disposals(actor=one, codes=[ended.code], decision="1/QĐ", at=late)
    with acting(agencies=deputy.agencies, official=deputy.id):
        decide_disposal(actor=deputy, disposal_id=asked.pk, granted=True, at=late)
    with role("worker"):
        destroy_granted(log=Unpromised(), at=late)
    for table in PERSONAL:
        assert superuser(f"SELECT t::text FROM {table} t WHERE t::text LIKE '%%SECRET%%'") == [], table
    history = "SELECT actor FROM dossiers_dossierevent WHERE dossier_id = %(dossier)s AND actor LIKE 'account:%%'"
    assert superuser(history, told) == [], "an account leads to its person"
    assert superuser(history, {"dossier": other.pk}) != [], "another dossier keeps what it has"
    trail = superuser("SELECT action FROM audit_auditentry WHERE subject = %(code)s", told)
    assert {"submit", "destroy"} & {each.split()[0] for each in trail}, "the trail of it is kept"
    assert superuser("SELECT id FROM audit_auditentry WHERE details ? 'reason'") == []


def test_the_trail_holds_no_words_of_whoever_withdraws(
    superuser: Any, citizen: Actor, signer: Any, at: datetime
) -> None:
    dossier = handed_in(citizen, signer, at, code=LEGAL_AID)
    with acting(person=citizen.person):
        request_withdrawal(actor=citizen, code=dossier.code, reason="SECRET", at=at)
    told = {"code": dossier.code}
    assert "request withdrawal" in superuser("SELECT action FROM audit_auditentry WHERE subject = %(code)s", told)
    assert superuser("SELECT id FROM audit_auditentry t WHERE t::text LIKE '%%SECRET%%'") == []


def test_words_that_were_written_before_are_taken_out_once(superuser: Any, role: Role, at: datetime) -> None:
    superuser(
        "INSERT INTO audit_auditentry (at, actor_kind, actor, agency, action, subject, details)"
        " SELECT %(at)s, 'citizen', 'account:1', '', action, 'x', '{\"reason\": \"SECRET\", \"number\": 1}'"
        " FROM unnest(ARRAY['request withdrawal', 'ask refund', 'recount dossier']) AS action",
        {"at": at},
    )
    with role("owner"), connection.cursor() as cursor:
        for statement in TAKE_OUT:
            cursor.execute(statement)
    left = "SELECT action || ' ' || details FROM audit_auditentry WHERE subject = 'x' ORDER BY action"
    assert superuser(left) == [
        'ask refund {"number": 1}', 'recount dossier {"number": 1, "reason": "SECRET"}',
        'request withdrawal {"number": 1}',
    ]  # fmt: skip
    with pytest.raises(psycopg.errors.RestrictViolation):
        superuser("UPDATE audit_auditentry SET details = '{}'")
