"""What must hold of dossiers' whole lives after any number of kills: nothing that a page acknowledged lost or doubled.

Counts the database's rows, the log's entries and the payment gateway's own books against what people were told.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from tests.faults.audit import Books, proved, violations
from tests.faults.lives import Life, Walker

NOTICES = {"dossier.status_changed": "status", "dossier.extended": "extended", "dossier.ready_early": "early"}
WAITING = {
    "payments": "SELECT count(*) AS n FROM fees_payment WHERE state IN ('created', 'pending')",
    "the gateway's calls": "SELECT count(*) AS n FROM fees_paymentnotice WHERE handled_at IS NULL",
    "refunds": "SELECT count(*) AS n FROM fees_refund WHERE state IN ('asked', 'approved')",
}
LOGGED = {
    "dossier-submitted": "SELECT entry FROM dossiers_dossier",
    "result-issued": "SELECT entry FROM results_result",
    "fee-paid": "SELECT entry FROM fees_payment WHERE entry IS NOT NULL",
}
NUMBERS = """
SELECT f.agency, f.form, f.year, count(*) AS n, max(f.number) AS highest, max(c.last) AS last
FROM results_issuedform f JOIN results_formcounter c USING (agency, form, year) GROUP BY 1, 2, 3
HAVING count(*) <> max(f.number) OR max(f.number) <> max(c.last)
"""
GIVEN_UP = "SELECT id, name FROM events_event WHERE given_up_at IS NOT NULL"


def waiting(books: Books) -> int:
    """What a running installation still has to do."""
    return books.waiting() + sum(int(books.rows(statement)[0]["n"]) for statement in WAITING.values())


def judged(books: Books, walkers: Sequence[Walker]) -> Iterator[str]:
    """Everything that does not hold, in words."""
    acknowledged = [one for walker in walkers for one in walker.acknowledged]
    lives = {life.code: life for walker in walkers for life in walker.lives}
    gateway = json.loads((books.environment.data / "stand-in-payments.json").read_text("utf-8"))
    yield from violations(books, acknowledged, whole=partial(_whole, lives=lives, gateway=gateway))
    yield from _log_counts(books)
    for row in books.rows(NUMBERS):
        yield f"form {row['form']} of {row['agency']}: {row['n']} issued, numbered to {row['highest']} of {row['last']}"
    for row in books.rows(GIVEN_UP):
        yield f"event {row['id']} {row['name']} was given up"
    orders = {row["order"] for row in books.rows('SELECT "order" FROM fees_payment')}
    for order in gateway["orders"].keys() - orders:
        yield f"the gateway has order {order}, which is not ours"


def _log_counts(books: Books) -> Iterator[str]:
    kinds = books.rows("SELECT id, convert_from(leaf, 'UTF8')::jsonb ->> 'kind' AS kind FROM translog_entry")
    for kind, statement in LOGGED.items():
        entered = sorted(row["id"] for row in kinds if row["kind"] == kind)
        wanted = sorted(row["entry"] for row in books.rows(statement))
        if entered != wanted:
            yield f"log entries {kind}: {_difference(entered, wanted)}"


def _whole(books: Books, dossier: dict[str, Any], *, lives: dict[str, Life], gateway: dict[str, Any]) -> Iterator[str]:
    life, number = lives.get(dossier["code"]), dossier["id"]
    if life is None:
        yield "nobody was told of it"
        return
    if life.receipt and life.receipt.get("content") != dossier["receipt"]["content"]:
        yield "its receipt is another than the one handed out"
    yield from proved(books, dossier)
    yield from _steps(books, dossier, life)
    yield from _events(books, dossier, life)
    yield from _money(books, dossier, life, gateway)
    papers = Counter(row["document_id"] for row in books.rows(
        "SELECT document_id FROM dossiers_paper WHERE dossier_id = %s", number))  # fmt: skip
    for digest in life.supplements:
        if papers[digest] != 1:
            yield f"the supplement {digest[:12]} is there {papers[digest]} times"
    if life.ended and dossier["status"] != 10:
        yield f"handed over, and its status is {dossier['status']}"


def _steps(books: Books, dossier: dict[str, Any], life: Life) -> Iterator[str]:
    """Each acknowledged step once among the tasks, in the audit trail and in the history; results once."""
    told = [(act.step, act.outcome, act.official) for act in life.acts]
    tasks = books.rows("SELECT * FROM dossiers_task WHERE dossier_id = %s ORDER BY id", dossier["id"])
    closed = [(row["step"], row["outcome"], row["closed_by"]) for row in tasks if row["closed_at"] is not None]
    trail = books.rows("SELECT * FROM audit_auditentry WHERE subject = %s ORDER BY id", dossier["code"])
    acts = [(row["details"]["step"], row["details"]["outcome"], row["actor"])
            for row in trail if row["action"] == "complete task"]  # fmt: skip
    lines = books.rows("SELECT * FROM dossiers_dossierevent WHERE dossier_id = %s ORDER BY id", dossier["id"])
    history = [(row["step"], row["kind"].partition(":")[2], row["actor"]) for row in lines if ":" in row["kind"]]
    for name, found in (("tasks", closed), ("audit trail", acts), ("history", history)):
        if (found if life.ended else found[: len(told)]) != told:
            yield f"steps by its {name}: {_difference(found, told)}"
    claims = Counter(row["details"]["step"] for row in trail if row["action"] == "claim task")
    taken = Counter(row["step"] for row in tasks if row["claimed_by"])
    if claims != taken or Counter(life.claims) - claims:
        yield f"steps taken: told {dict(Counter(life.claims))}, by the trail {dict(claims)}, by the tasks {dict(taken)}"
    answers = sum(row["action"] == "supplement dossier" for row in trail)
    asked = sum(row["asked"] for row in tasks)
    if life.ended and not answers == asked == len(life.supplements) == dossier["supplements"]:
        yield f"supplements: told {len(life.supplements)}, answered {answers}, asked {asked}, {dossier['supplements']}"
    signed = sum(act.step == "signature" for act in life.acts)
    issued = sum(row["action"] == "issue result" for row in trail)
    results = books.rows("SELECT number FROM results_result WHERE dossier_id = %s", dossier["id"])
    public = books.rows("SELECT 1 FROM results_publishedresult WHERE number = ANY(%s)", [r["number"] for r in results])
    if life.ended and not signed == issued == len(results) == len(public):
        yield f"results: signed {signed}, by the trail {issued}, kept {len(results)}, public {len(public)}"
    if life.ended and any(row["closed_at"] is None for row in tasks):
        yield f"open steps: {[row['step'] for row in tasks if row['closed_at'] is None]}"


def _events(books: Books, dossier: dict[str, Any], life: Life) -> Iterator[str]:
    """One event for each thing that happened, one notice for each event that the applicant is to hear of."""
    events = books.rows("SELECT * FROM events_event WHERE payload ->> 'code' = %s ORDER BY id", dossier["code"])
    lines = books.rows("SELECT * FROM dossiers_dossierevent WHERE dossier_id = %s ORDER BY id", dossier["id"])
    statuses = [row["status"] for row in lines]
    tasks = books.rows("SELECT 1 FROM dossiers_task WHERE dossier_id = %s", dossier["id"])
    charges = books.rows("SELECT paid_at FROM fees_charge WHERE dossier_id = %s", dossier["id"])
    wanted = Counter({
        "dossier.submitted": 1,
        "dossier.task_opened": len(tasks),
        "dossier.status_changed": sum(a != b for a, b in zip([None, *statuses], statuses, strict=False)),
        "dossier.ready_early": sum(row["kind"] == "ready_early" for row in lines),
        "fee.charged": len(charges),
        "fee.paid": sum(row["paid_at"] is not None for row in charges),
        "result.issued": sum(act.step == "signature" for act in life.acts),
    })  # fmt: skip
    found = Counter(row["name"] for row in events)
    if life.ended and +wanted != found:
        yield f"its events: {_difference(sorted(found.elements()), sorted(wanted.elements()))}"
    due = sorted(
        (NOTICES[row["name"]], row["payload"]["status"], row["at"]) for row in events if row["name"] in NOTICES
    )
    notices = books.rows("SELECT * FROM inbox_notice WHERE dossier = %s", dossier["code"])
    sent = sorted((row["kind"], row["status"], row["at"]) for row in notices if row["person"] == dossier["applicant"])
    if sent != due or len(sent) != len(notices):
        yield f"its notices: {_difference(sent, due)}"


def _money(books: Books, dossier: dict[str, Any], life: Life, gateway: dict[str, Any]) -> Iterator[str]:
    """One charge, paid once: in our books and in the gateway's own, which holds nothing back that came twice."""
    charges = books.rows("SELECT * FROM fees_charge WHERE dossier_id = %s", dossier["id"])
    payments = books.rows("SELECT * FROM fees_payment WHERE charge_id = ANY(%s)", [row["id"] for row in charges])
    orders = {row["order"] for row in payments}
    money = [row for row in gateway["transactions"].values() if row["order"] in orders]
    if not charges and not life.order and not life.desk_receipt:
        return
    if len(charges) != 1:
        yield f"{len(charges)} charges"
        return
    charge, paid = charges[0], [row for row in payments if row["state"] == "paid"]
    if (life.order or life.desk_receipt) not in ("", charge["receipt_number"]):
        yield f"paid under {life.order or life.desk_receipt}, kept under {charge['receipt_number']!r}"
    if [row["order"] for row in paid] != ([life.order] if life.order else []):
        yield f"told that {life.order or 'no order'} is paid, ours is {[row['order'] for row in paid]}"
    kept = [row["reference"] for row in money if row["state"] == "paid" and row["amount"] == charge["amount"]]
    if sorted(kept) != sorted(str(row["reference"]) for row in paid):
        yield f"the gateway keeps {kept}, we know {[row['reference'] for row in paid]}"
    refunds = books.rows("SELECT * FROM fees_refund WHERE payment_id = ANY(%s)", [row["id"] for row in payments])
    given_back = sorted(row["reference"] for row in money if row["state"] == "refunded")
    if given_back != sorted(row["reference"] for row in refunds if row["state"] == "done"):
        yield f"the gateway gave back {given_back}, we know {[(row['reference'], row['state']) for row in refunds]}"
    told = books.rows("SELECT reference FROM fees_reconciliationfinding WHERE kind = 'wrong_amount' "
                      'AND "order" = ANY(%s)', sorted(orders))  # fmt: skip
    wrong = sorted(row["reference"] for row in money if row["state"] == "paid" and row["amount"] != charge["amount"])
    if wrong != sorted(row["reference"] for row in told):
        yield f"wrong amounts {wrong}, the cashier was told of {[row['reference'] for row in told]}"


def _difference(found: Sequence[Any], wanted: Sequence[Any]) -> str:
    """What is there too often, and what is missing."""
    more, less = Counter(found), Counter(wanted)
    parts = [f"too many {list((more - less).elements())}", f"missing {list((less - more).elements())}"]
    return "; ".join(part for part in parts if not part.endswith("[]")) or f"in another order: {list(found)}"
