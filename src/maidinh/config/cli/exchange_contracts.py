"""`maidinh exchange contracts plan|apply`: contracts from a file, what access they give and take, and their proposal.

Layer 0, config. `plan` reads the file and the directory that the gateway keeps, and writes nothing; `apply` proposes
the texts in the name of an official, who may sign for their agency at once. Exit codes: 0 done, 1 the file or what it
asks is refused, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from maidinh.config.cli.doctor import environment_meant
from maidinh.config.cli.drafts import Official, acting_as
from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.config.environment import Environment
    from maidinh.exchange.contracts.rules import Access, Change, Fault
    from maidinh.exchange.directory.definition import Contract, Directory
    from maidinh.infrastructure.actor import Actor

REFUSED, WRONG_USE = 1, 2

app = typer.Typer(help=say("Contracts between agencies, from a file."), no_args_is_help=True)
File = Annotated[Path, typer.Argument(help=say("The contracts, a YAML file."))]
AsJson = Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))]
Data = Annotated[Path | None, typer.Option(help=say("The data directory. Unset: as the settings say."))]


@app.command(help=say("Say which access a file of contracts or a version would give and take; nothing is written."))
@told_plainly
def plan(
    file: Annotated[Path | None, typer.Argument(help=say("The contracts, a YAML file."))] = None,
    architecture: Annotated[
        Path | None, typer.Option(help=say("All contracts of this version instead: a file or a version's folder."))
    ] = None,
    province: Annotated[
        str | None, typer.Option("--province", help=say("A province of the definitions instead."))
    ] = None,
    version: Annotated[str | None, typer.Option("--version", help=say("Its version. Unset: the one in force."))] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Say which access the contracts of a file, or all of a version, would give and take."""
    from maidinh.exchange.contracts import rules

    if sum(each is not None for each in (file, architecture, province)) != 1:
        print(say("Name a file of contracts, or --architecture, or --province."), file=sys.stderr)
        sys.exit(WRONG_USE)
    environment, directory = _here(data)
    if file is not None:
        _tell(_changes(directory, _read(file, environment, directory)), [], as_json)
        return
    now = datetime.now(UTC)
    after = rules.access_of(_declared(directory, environment, architecture, province, version), now)
    _tell(rules.changes(rules.access_of(directory.contracts, now), after), [], as_json)


def _declared(
    directory: Directory, environment: Environment, file: Path | None, province: str | None, version: str | None
) -> list[Contract]:
    """Every contract that an architecture declares, which would take the place of all that are in force."""
    from zoneinfo import ZoneInfo

    from maidinh.config.cli.architecture_given import given_architecture
    from maidinh.config.settings import TIME_ZONE
    from maidinh.governance.architecture.definition import ArchitectureVersion
    from maidinh.governance.architecture.rules import declared_contracts

    model = given_architecture(file, province, version, definitions=environment.definitions).model
    if not isinstance(model, ArchitectureVersion) or model.province != directory.province:
        told = say("It is no version of the architecture of {province}, which the exchange there obeys.")
        print(told.format(province=directory.province), file=sys.stderr)
        sys.exit(WRONG_USE)
    return declared_contracts(model, directory.instance, ZoneInfo(TIME_ZONE))


@app.command(help=say("Propose the contracts of a file to their agencies, in the name of an official of one of them."))
@told_plainly
def apply(
    file: File,
    official: Official,
    sign: Annotated[bool, typer.Option("--sign", help=say("Sign them at once for the official's agency."))] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Propose the contracts of a file, and sign them for one's own agency."""
    environment, directory = _here(data)
    contracts = _read(file, environment, directory)
    with acting_as(official) as actor:
        done = [_proposed(actor, each, file, sign=sign) for each in contracts]
    _tell(_changes(directory, contracts), done, as_json)


def _proposed(actor: Actor, contract: Contract, file: Path, *, sign: bool) -> dict[str, Any]:
    """Propose one text unless it is there, and sign the open sides of the actor's agency."""
    from django.conf import settings

    from maidinh.exchange.contracts.actions import ContractRefused, propose
    from maidinh.exchange.contracts.queries import proposal_for, proposals_over
    from maidinh.exchange.directory import agreements
    from maidinh.governance.architecture.actions import sign_contract
    from maidinh.infrastructure.actor import NotAllowed

    at, digest = datetime.now(UTC), agreements.digest(contract)
    signed = []
    try:
        known = proposals_over([digest]).get(digest)
        row = known.row if known is not None else propose(actor=actor, contract=contract, at=at)
        standing = proposal_for(actor, row.pk)
        for side in standing.open_sides(actor.agency) if sign and standing else ():
            sign_contract(
                actor=actor, proposal_id=row.pk, side=side, digest=digest, at=at, signer=settings.SIGNER
            )  # fmt: skip
            signed.append(side)
        standing = proposal_for(actor, row.pk)
    except ContractRefused as refusal:
        _refuse(file, [f"{contract.id}: {fault.says}" for fault in refusal.faults])
    except NotAllowed as refusal:
        said = say("This official may not do this; it needs the permission {permission}.")
        _refuse(file, [said.format(permission=refusal.permission)])
    return {
        "contract": contract.id,
        "proposal": row.pk,
        "digest": digest,
        "proposed": known is None,
        "signed": signed,
        "state": standing.state if standing else "",
    }


def _here(data: Path | None) -> tuple[Environment, Directory]:
    """The installation there, and the directory that its gateway works by, from the copy that it keeps."""
    from maidinh.exchange import jws
    from maidinh.exchange.directory.definition import KIND, Directory

    environment = environment_meant(data, None)
    os.environ.update(environment.variables())  # before Django's settings are read
    copy = environment.home.gateway / "directory.jws"
    if not copy.is_file():
        told = say("There is no exchange in {place}. Start it: maidinh up, or maidinh demo.")
        print(told.format(place=environment.data), file=sys.stderr)
        sys.exit(WRONG_USE)
    return environment, Directory.model_validate_json(jws.parse(copy.read_text("ascii"), KIND).payload)


def _read(file: Path, environment: Environment, directory: Directory) -> list[Contract]:
    """The texts that the file states; all that is wrong with it is told at once."""
    from zoneinfo import ZoneInfo

    from maidinh.config.provinces import read_province
    from maidinh.config.settings import TIME_ZONE
    from maidinh.exchange.contracts.definition import ContractFile
    from maidinh.exchange.contracts.rules import contract_of
    from maidinh.infrastructure.definitions.reading import read_form

    stated = read_form(file, ContractFile).contracts
    organisations = read_province(environment.province, environment.definitions).organisations
    agencies = [each.code for each in organisations.agencies]
    contracts, faults = [], []
    for each in stated:
        contract, wrong = contract_of(each, directory, agencies, ZoneInfo(TIME_ZONE))
        faults += [f"{each.id}: {fault.field}: {_said(fault)}" for fault in wrong]
        contracts += [contract] if contract is not None else []
    names = [each.id for each in stated]
    twice = sorted({each for each in names if names.count(each) > 1})
    faults += [say("{name} stands there twice").format(name=each) for each in twice]
    if faults:
        _refuse(file, faults)
    return contracts


def _changes(directory: Directory, contracts: Sequence[Contract]) -> list[Change]:
    from maidinh.exchange.contracts import rules

    now = datetime.now(UTC)
    after = rules.replaced(directory.contracts, contracts)
    return rules.changes(rules.access_of(directory.contracts, now), rules.access_of(after, now))


def _tell(changes: Sequence[Change], done: Sequence[dict[str, Any]], as_json: bool) -> None:
    from maidinh.exchange.contracts.rules import as_json as written

    if as_json:
        content = {"changes": [written(each) for each in changes], "contracts": list(done)}
        print(json.dumps(content, ensure_ascii=False, indent=2))
        return
    for each in changes:
        print(f"{_kinds()[each.kind]}: {each.operation}")
        if each.before:
            print(f"  - {_access(each.before)}")
        if each.after:
            print(f"  + {_access(each.after)}")
    if not changes:
        print(say("No access is gained or lost."))
    for one in done:
        what = say("proposed") if one["proposed"] else say("proposed before")
        sides = f", {say('signed as')} {', '.join(one['signed'])}" if one["signed"] else ""
        print(f"{one['contract']} ({say('proposal')} {one['proposal']}): {what}{sides}; {_states()[one['state']]}")
    if changes:
        print(say("It takes effect when every side has signed and the architecture in force declares the same text."))


def _access(access: Access) -> str:
    fields = ", ".join(sorted(access.fields)) if access.fields is not None else say("all fields")
    until = access.until.strftime("%d/%m/%Y %H:%M UTC") if access.until else say("no last day")
    often = say("{count} calls a minute").format(count=access.per_minute) if access.per_minute else say("without limit")
    return f"{fields}; {say('until')} {until}; {often}"


def _kinds() -> dict[str, str]:
    from maidinh.exchange.contracts import rules

    return {
        rules.GAINED: say("gained"),
        rules.LOST: say("lost"),
        rules.WIDENED: say("widened"),
        rules.NARROWED: say("narrowed"),
    }


def _states() -> dict[str, str]:
    from maidinh.exchange.contracts import rules

    return {
        rules.WAITING: say("waits for signatures"),
        rules.AGREED: say("signed by every side"),
        rules.DECLINED: say("declined"),
        rules.TAKEN_BACK: say("taken back"),
        "": "",
    }


def _said(fault: Fault) -> str:
    return say(fault.says) % {"named": fault.named}


def _refuse(file: Path, faults: Sequence[str]) -> NoReturn:
    for each in faults:
        print(f"{file}: {each}", file=sys.stderr)
    sys.exit(REFUSED)
