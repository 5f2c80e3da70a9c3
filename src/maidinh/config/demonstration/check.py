"""`maidinh demo --check`: start everything in a temporary place, take one dossier through, say what happened, stop.

Layer 0, config.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import requests

from maidinh.config.demonstration.layers import layers, log_state, refused, walk
from maidinh.config.demonstration.visitor import Lost
from maidinh.config.environment import Environment
from maidinh.config.installation import Installation
from maidinh.config.processes import free_ports
from maidinh.config.texts import say
from maidinh.infrastructure.database.connections import Connections
from maidinh.infrastructure.database.roles import drop_database

DONE, FAILED = 0, 3


def check_province(*, province: str, seed: int, as_json: bool) -> int:
    """Exit code 0 when the dossier went through all layers and the undeclared call was refused; 3 with the reason."""
    place = Path(tempfile.mkdtemp(prefix="maidinh-check-", dir="/tmp"))
    place.chmod(0o711)
    web, gateway, services = free_ports(3)
    environment = Environment(
        data=place / "home",
        database_name=f"maidinh_check_{os.getpid()}",
        province=province,
        seed=seed,
        port=web,
        gateway_port=gateway,
        services_port=services,
        sample=True,
    )
    report: dict[str, Any] = {"province": province, "seed": seed, "layers": []}
    try:
        installation = Installation(environment)
        installation.prepare_place()
        supervisor = installation.supervisor
        supervisor.launch(installation.prepare)
        try:
            supervisor.wait_until_ready()
            _take(installation, report, as_json)
        finally:
            supervisor.stop()
    except (Lost, requests.RequestException) as error:
        report["failed"] = str(error)
        print(
            json.dumps(report, ensure_ascii=False) if as_json else f"{say('Failed:')} {error}",
            file=None if as_json else sys.stderr,
        )
        return FAILED
    finally:
        _forget(environment)
        shutil.rmtree(place, ignore_errors=True)
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        print(say("Everything went through and was stopped again."))
    return DONE


def _forget(environment: Environment) -> None:
    """On a server of somebody else's, leave nothing behind."""
    if environment.database_url is not None:
        connections = Connections(environment.home, environment.database_url, environment.database_name)
        drop_database(connections.admin_dsn, environment.database_name)


def _take(installation: Installation, report: dict[str, Any], as_json: bool) -> None:
    done = walk(installation.environment, installation.province)
    for number, name, evidence in layers(done):
        report["layers"].append({"layer": number, "name": name, "evidence": evidence})
        _tell(as_json, f"{number} {name}", evidence)
    report["refused"] = refused(done)
    _tell(as_json, "refused", report["refused"])
    report["log"] = log_state(done)
    _tell(as_json, "log", report["log"])


def _tell(as_json: bool, heading: str, evidence: dict[str, Any]) -> None:
    if not as_json:
        facts = " · ".join(f"{key} {_shown(value)}" for key, value in evidence.items())
        print(f"{heading:<17} {facts}", flush=True)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {each}" for key, each in value.items())
    return str(value)
