"""`maidinh demo --check`: start everything in a temporary place, take one dossier through, say what happened, stop.

Layer 0, config.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from maidinh.config.demonstration.layers import layers, log_state, refused, walk
from maidinh.config.environment import Environment
from maidinh.config.installation import Installation
from maidinh.config.processes import free_ports
from maidinh.config.texts import say

DONE, FAILED = 0, 3


def check_province(*, province: str, seed: int, as_json: bool) -> int:
    """Exit code 0 when the dossier went through all layers and the undeclared call was refused; 3 with the reason."""
    place = Path(tempfile.mkdtemp(prefix="maidinh-check-", dir="/tmp"))
    place.chmod(0o711)
    web, gateway, services = free_ports(3)
    environment = Environment(
        data=place / "home",
        database_url=None,  # a check never touches a server that others use
        province=province,
        seed=seed,
        port=web,
        gateway_port=gateway,
        services_port=services,
        sample=True,
    )
    report: dict[str, Any] = {"province": province, "seed": seed, "layers": []}
    try:
        _run(environment, report, as_json)
    except Exception as error:  # whatever it was, the check failed, and says at what
        report["failed"] = {"while": report.pop("doing", "preparing"), "reason": f"{type(error).__name__}: {error}"}
    finally:
        shutil.rmtree(place, ignore_errors=True)
    failed = report.get("failed")
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
    elif failed:
        print(f"{say('Failed:')} {failed['while']}: {failed['reason']}", file=sys.stderr)
    else:
        print(say("Everything went through and was stopped again."))
    return FAILED if failed else DONE


def _run(environment: Environment, report: dict[str, Any], as_json: bool) -> None:
    installation = Installation(environment)
    installation.prepare_place()
    supervisor = installation.supervisor
    report["doing"] = "starting"
    supervisor.launch(installation.prepare)
    try:
        supervisor.wait_until_ready()
        report["doing"] = "taking a dossier from submission to result"
        done = walk(environment, installation.province)
        for number, name, evidence in layers(done):
            report["doing"] = f"layer {number + 1}"
            report["layers"].append({"layer": number, "name": name, "evidence": evidence})
            _tell(as_json, f"{number} {name}", evidence)
        report["doing"] = "the undeclared call"
        report["refused"] = refused(done)
        _tell(as_json, "refused", report["refused"])
        report["doing"] = "the audit of the log"
        report["log"] = log_state(done)
        _tell(as_json, "log", report["log"])
    finally:
        supervisor.stop()
    del report["doing"]


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
