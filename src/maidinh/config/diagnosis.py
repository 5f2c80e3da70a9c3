"""What is wrong with an installation, and the mend: every check of `maidinh doctor` but those of the database.

Layer 0, config. It looks and changes nothing: no file, secret or table is made by looking.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import stat
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from maidinh.config.diagnosis_database import examine_database
from maidinh.config.environment import Environment
from maidinh.config.finding import READ_WHY, START, Finding, State
from maidinh.config.processes import PortTaken, check_ports
from maidinh.config.provinces import Province, read_province
from maidinh.infrastructure.database.account import database_account
from maidinh.infrastructure.database.faults import DatabaseFault
from maidinh.infrastructure.database.place import check_path
from maidinh.infrastructure.definitions.reading import DefinitionError
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.client import SignerClient, token_path
from maidinh.infrastructure.keys.identifiers import file_stem, key_of_stem
from maidinh.infrastructure.keys.permissions import CALLERS
from maidinh.infrastructure.translog.verification import N_

OLDEST_PYTHON = (3, 11)
LITTLE_SPACE, HARDLY_ANY_SPACE = 1_000_000_000, 200_000_000  # bytes free on the disk of the data directory

_direct = build_opener(ProxyHandler({}))  # loopback is never asked through a proxy


def examine(environment: Environment, *, at: datetime) -> Iterator[Finding]:
    """Check one thing after the other, from the ground up; what rests on something missing is left out."""
    home = environment.home
    yield examine_python(sys.version_info[:2])
    yield from examine_place(home)
    yield from examine_sockets(environment)
    province = None
    for finding, read in examine_definitions(environment):
        province = read
        yield finding
    health = {name: health_of(address) for name, address in _addresses(environment).items()}
    running = any(answer is not None for answer in health.values())
    if not running:
        yield examine_ports(environment)
    if not reachable(home) or not prepared(home):
        return
    yield examine_tokens(home)
    yield from examine_keys(home, province.id if province else environment.province)
    yield from examine_database(environment, at=at, running=running)
    if not running:
        yield Finding("processes", "warning", N_("Nothing runs here now."), START)
        return
    yield examine_signer(home)
    for name, answer in health.items():
        yield examine_process(name, answer, home)


def reachable(home: Home) -> bool:
    """Whether we may look inside; another user's installation is shut to us, and that is as it should be."""
    return not home.secrets.exists() or os.access(home.secrets, os.R_OK | os.X_OK)


def prepared(home: Home) -> bool:
    """Whether this installation was ever started."""
    return any(token_path(home, caller).exists() for caller in CALLERS)


def province_of(home: Home) -> str | None:
    """The province that an installation's keys are of, for one whose settings are not at hand."""
    if not home.public_keys.is_dir():
        return None
    keys = [key_of_stem(path.stem) or "" for path in home.public_keys.glob("log@*.pem")]
    return keys[0].removeprefix("log:") if len(keys) == 1 else None


def examine_python(version: tuple[int, int]) -> Finding:
    """The interpreter is one we are written for."""
    facts = {"version": platform.python_version(), "oldest": ".".join(map(str, OLDEST_PYTHON))}
    if version < OLDEST_PYTHON:
        return Finding("python", "wrong", N_("Python {version}."), N_("Install Python {oldest} or later."), facts)
    return Finding("python", "ok", N_("Python {version}."), facts=facts)


def examine_place(home: Home) -> Iterator[Finding]:
    """The data directory is there, is ours, shuts out who has no business in it, and has room."""
    facts = {"place": home.root}
    if not home.root.exists():
        yield Finding("data", "warning", N_("Not prepared yet: {place} does not exist."), START, facts)
        return
    owner = home.root.stat().st_uid
    if owner != os.geteuid():
        yield Finding(
            "data", "wrong", N_("{place} belongs to the user number {owner}, and you are {user}."),
            N_("Run this as that user, or set MAIDINH_DATA to a place of your own."),
            facts | {"owner": owner, "user": os.geteuid()},
        )  # fmt: skip
        return
    if prepared(home):
        yield Finding("data", "ok", N_("The data lie in {place}."), facts=facts)
    else:
        yield Finding("data", "warning", N_("Not prepared yet: {place} holds no installation."), START, facts)
    yield from examine_modes(home)
    yield examine_space(home.root)


def examine_modes(home: Home) -> Iterator[Finding]:
    """Secrets, private keys and documents are shut to other users."""
    shut = [home.secrets, home.private_keys, home.files, home.gateway, home.output]
    inside = [path for folder in (home.secrets, home.private_keys) if folder.is_dir() for path in folder.iterdir()]
    telling = [path for path in inside if path.lstat().st_size]  # a lock file is empty
    opened = [path for path in (*shut, *telling) if path.exists() and stat.S_IMODE(path.lstat().st_mode) & 0o077]
    for path in opened:
        yield Finding(
            "modes", "wrong", N_("{path} has the mode {mode}: other users of this machine may get in."),
            N_("Shut it: chmod go= {path}. If others were on this machine, renew what was inside."),
            {"path": path, "mode": f"{stat.S_IMODE(path.lstat().st_mode):04o}"},
        )  # fmt: skip
    if not opened and home.secrets.is_dir():
        yield Finding("modes", "ok", N_("Secrets, keys and documents are shut to other users."))


def examine_space(place: Path) -> Finding:
    """There is room on the disk."""
    free = shutil.disk_usage(place).free
    state: State = "wrong" if free < HARDLY_ANY_SPACE else "warning" if free < LITTLE_SPACE else "ok"
    mend = "" if state == "ok" else N_("Make room, or move the data directory to a larger disk.")
    facts = {"free": f"{free / 1e9:.1f} GB", "place": place}
    return Finding("disk", state, N_("{free} free on the disk of {place}."), mend, facts)


def examine_sockets(environment: Environment) -> Iterator[Finding]:
    """The account that runs the embedded database can reach its place, and a socket fits there."""
    if environment.database_url is not None:
        return
    try:
        check_path(environment.home, database_account())
    except DatabaseFault as fault:
        yield Finding("sockets", "wrong", fault.message, fault.remedy, dict(fault.facts))
        return
    yield Finding("sockets", "ok", N_("Sockets have their place in {place}."), facts={"place": environment.home.run})


def examine_ports(environment: Environment) -> Finding:
    """Where nothing of ours runs, the ports are free."""
    try:
        check_ports(environment)
    except PortTaken as error:
        return Finding(
            "ports", "wrong", N_("A port is not free: {reason}."), N_("Stop the other program, or give another port."),
            {"reason": error},
        )  # fmt: skip
    ports = ", ".join(str(port) for port in (environment.port, environment.gateway_port, environment.services_port))
    return Finding("ports", "ok", N_("The ports {ports} are free."), facts={"ports": ports})


def examine_definitions(environment: Environment) -> Iterator[tuple[Finding, Province | None]]:
    """The definitions of the province can be read."""
    try:
        province = read_province(environment.province, environment.definitions)
    except DefinitionError as error:
        facts = {"first": error.problems[0], "count": len(error.problems)}
        mend = N_("Mend it; maidinh definitions check lists everything that is wrong.")
        yield Finding("definitions", "wrong", N_("Problems: {count}, the first: {first}"), mend, facts), None
    except (FileNotFoundError, LookupError, OSError) as error:
        mend = N_("Set MAIDINH_PROVINCE to one of these, or MAIDINH_DEFINITIONS to their folder.")
        yield Finding("definitions", "wrong", N_("Definitions are missing: {reason}"), mend, {"reason": error}), None
    else:
        facts = {"province": province.id, "procedures": len(province.procedures), "versions": len(province.versions)}
        found = N_("{province}: procedures {procedures}, versions of the architecture {versions}.")
        yield Finding("definitions", "ok", found, facts=facts), province


def examine_tokens(home: Home) -> Finding:
    """Each process has the token by which the signer knows it."""
    missing = [caller for caller in CALLERS if not token_path(home, caller).exists()]
    if missing:
        mend = N_("They are made at the next start: maidinh up.")
        facts = {"callers": ", ".join(missing)}
        return Finding("tokens", "wrong", N_("Tokens are missing of: {callers}."), mend, facts)
    return Finding("tokens", "ok", N_("Each process has its token."))


def examine_keys(home: Home, province: str) -> Iterator[Finding]:
    """The keys without which nothing can be signed or checked are there."""
    wanted = [f"{kind}:{province}" for kind in ("log", "promise", "architecture")]
    missing = [key for key in wanted if not (home.public_keys / f"{file_stem(key)}.pem").exists()]
    lost = [key for key in wanted if key not in missing and not (home.private_keys / f"{file_stem(key)}.pem").exists()]
    if lost:
        yield Finding(
            "keys", "wrong", N_("Private keys are lost: {keys}."),
            N_("Restore the folder keys from a backup. New keys would break every proof given so far."),
            {"keys": ", ".join(lost)},
        )  # fmt: skip
    if missing:
        mend = N_("They are made at the next start: maidinh up.")
        yield Finding("keys", "wrong", N_("Keys are missing: {keys}."), mend, {"keys": ", ".join(missing)})
    if not lost and not missing:
        found = N_("{count} public keys, those of log and architecture among them.")
        yield Finding("keys", "ok", found, facts={"count": len(list(home.public_keys.glob("*.pem")))})


def examine_signer(home: Home) -> Finding:
    """The signer answers."""
    if token_path(home, "operator").exists() and SignerClient.for_caller(home, "operator", patience=1).ready():
        return Finding("signer", "ok", N_("The signer answers."))
    facts = {"socket": home.signer_socket, "output": home.output / "signer.log"}
    return Finding("signer", "wrong", N_("Nobody answers at {socket}."), READ_WHY, facts)


def examine_process(name: str, answer: dict[str, Any] | None, home: Home) -> Finding:
    """A process answers and calls itself well."""
    facts = {"process": name, "output": home.output / f"{name}.log", "answer": json.dumps(answer)}
    if answer is None:
        return Finding(name, "wrong", N_("{process} does not answer."), READ_WHY, facts)
    if answer.get("status") != "ok":
        return Finding(name, "wrong", N_("{process} says: {answer}"), N_("See why in {output}."), facts)
    return Finding(name, "ok", N_("{process} answers."), facts=facts)


def _addresses(environment: Environment) -> dict[str, str]:
    return {
        "web": f"http://{environment.host}:{environment.port}/health",
        "gateway": f"{environment.gateway_url}/health",
        "worker": f"{environment.services_url}/health",
    }


def health_of(address: str) -> dict[str, Any] | None:
    """What a process says of itself; None where nobody, or somebody else, answers."""
    try:
        with _direct.open(address, timeout=2) as answer:
            said = json.load(answer)
    except HTTPError as error:
        try:
            said = json.load(error)
        except ValueError:
            return None
    except (URLError, OSError, ValueError):
        return None
    return said if isinstance(said, dict) and "status" in said else None
