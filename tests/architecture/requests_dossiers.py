"""The requests of the matrix that are made of dossiers: by applicants, at the desk, about who does which step."""

from __future__ import annotations

from collections.abc import Iterator

from maidinh.services.dossiers.rules import step_of
from tests.architecture.asked import Asked
from tests.architecture.inhabitants import World

DESK = ("intake", "checking", "signing", "issued", "none")


def own_dossiers_asked(world: World) -> Iterator[Asked]:
    for on in ("intake", "supplement", "issued", "none"):
        where = {"code": world.dossiers[on].code if on in world.dossiers else "H38.101-20261118-9999999"}
        for name in ("dossier", "dossier-receipt", "dossier-receipt-json", "dossier-result", "dossier-withdraw",
                     "dossier-supplement"):  # fmt: skip
            yield Asked(name, "GET", on, where)
        yield Asked("dossier-withdraw", "POST", on, where, {"reason": "A mistake"})
        yield Asked("dossier-supplement", "POST", on, where, {"note": "Here it is"})
        yield Asked("dossier-paper", "GET", on, where | {"digest": world.paper("intake")})
        yield Asked("dossier-form", "GET", on, where | {"form": "01"})
    yield Asked("dossier-paper", "GET", "paper-of-another", {"code": world.dossiers["intake"].code,
                                                              "digest": world.stranger_digest})  # fmt: skip


def desk_asked(world: World) -> Iterator[Asked]:
    for on in DESK:
        where = {"code": world.dossiers[on].code if on in world.dossiers else "H38.101-20261118-9999999"}
        task = {"task": str(world.task(on).pk)} if on in world.dossiers else {"task": "1"}
        for name in ("desk-dossier", "desk-result", "desk-draft", "desk-sign"):
            yield Asked(name, "GET", on, where)
        yield Asked("desk-slip", "GET", on, where | {"form": "01"})
        yield Asked("desk-revoke", "GET", on, where)
        yield Asked("desk-revoke", "POST", on, where, {"way": "revoke", "reason": "Wrong day"})
        yield Asked("desk-paper", "GET", on, where | {"digest": world.paper("intake")})
        yield Asked("desk-keeping", "GET", on, where)
        yield Asked("desk-keeping", "POST", on, where, {"deed": "keep", "paper": "none", "digest": "0"})
        yield Asked("desk-claim", "POST", on, where, task)
        outcome = _first_outcome(world, on)
        yield Asked("desk-outcome", "POST", on, where, task | {"outcome": outcome, "findings": "As declared"})
        yield Asked("desk-sign", "POST", on, where, task | {"outcome": outcome, "read": "yes"})
    days = "?from=01/01/2026&until=31/12/2026"
    yield Asked("register", "GET", "own", query=days)
    for form in ("pdf", "xlsx", "doc"):
        yield Asked("register-file", "GET", form, {"form": form}, query=days)
    for on in ("payment", "intake", "none"):
        where = {"code": world.dossiers[on].code if on in world.dossiers else "H38.101-20261118-9999999"}
        yield Asked("desk-payment", "POST", on, where, {"receipt_number": "BL-7"})
        yield Asked("desk-refund", "POST", on, where, {"refund_reason": "Withdrawn"})
        for method in ("GET", "POST"):
            yield Asked("dossier-payment", method, on, where)
        yield Asked("dossier-payment-receipt", "GET", on, where)
    for name in ("desk-payments", "desk-refunds"):
        yield Asked(name, "GET", "it")
    yield Asked("desk-finding", "POST", "none", {"finding": 10**9}, {"note": "Settled"})
    yield Asked("desk-refund-decide", "POST", "none", {"refund": 10**9}, {"decision": "approve"})
    for on, order in (("begun", world.order), ("none", "MD0")):
        yield Asked("payment-return", "GET", on, query=f"?order={order}")
    yield Asked("payment-notice", "POST", "forged", data={"notice": "1"})
    yield from _people(world)
    another = {"code": world.dossiers["intake"].code, "digest": world.stranger_digest}
    yield Asked("desk-paper", "GET", "paper-of-another", another)


def _people(world: World) -> Iterator[Asked]:
    """Who does which step."""
    for on in ("intake", "checking", "none"):
        there = on in world.dossiers
        where = {"code": world.dossiers[on].code if there else "H38.101-20261118-9999999"}
        task = {"task": str(world.task(on).pk) if there else "999999999"}
        yield Asked("desk-handing", "POST", on, where, task | {"deed": "release"})
        yield Asked("together", "POST", on, data=task | {"deed": "claim"})
        for name in ("desk-supplement", "desk-extension", "desk-ending"):
            yield Asked(name, "GET", on, where)
            yield Asked(name, "POST", on, where)
    for figure in ("ended", "none"):
        yield Asked("measured-dossiers", "GET", figure, {"figure": figure})
    for name in ("open-reasons", "open-reasons-file", "open-measures", "open-measures-file", "open-api-measures"):
        yield Asked(name, "GET", "it")
    for name in ("team", "delegations", "signing-together", "archive"):
        yield Asked(name, "GET", "it")
        yield Asked(name, "POST", "it")


def _first_outcome(world: World, on: str) -> str:
    if on not in world.dossiers:
        return "accept"
    return step_of(world.dossiers[on].procedure.procedure, world.task(on).step).outcomes[0].id
