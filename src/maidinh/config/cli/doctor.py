"""`maidinh doctor`: what is wrong with an installation, and the mend.

Layer 0, config. Exit codes: 0 all in order, 1 something found, 3 the settings themselves cannot be read.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maidinh.config.failures import told_plainly
from maidinh.config.texts import say

if TYPE_CHECKING:
    from maidinh.config.environment import Environment
    from maidinh.config.finding import Finding

FINDINGS, FAILED = 1, 3


Data = Annotated[Path | None, typer.Option(help=say("The data directory to look at. Unset: as the settings say."))]
Name = Annotated[str | None, typer.Option(help=say("Its province. Unset: as its keys, or the settings, say."))]
Port = Annotated[int | None, typer.Option(help=say("The port of its pages; the next two are looked at too."))]
Json = Annotated[bool, typer.Option("--json", help=say("Answer as JSON, for machines."))]


@told_plainly
def command(data: Data = None, province: Name = None, port: Port = None, as_json: Json = False) -> None:
    """Say what is wrong with an installation, and the mend."""
    from maidinh.config.diagnosis import examine

    environment = environment_at(data, province, port)
    findings = list(examine(environment, at=datetime.now(UTC)))
    if as_json:
        found = [_document(finding) for finding in findings]
        print(json.dumps({"data": str(environment.data), "findings": found}, ensure_ascii=False, indent=2))
    else:
        _tell(findings)
        for folder in demonstrations_beside(environment):
            print(f"{say('A demonstration lies here; look at it with')}: maidinh doctor --data {folder}")
    sys.exit(FINDINGS if any(finding.state != "ok" for finding in findings) else 0)


def environment_at(data: Path | None, province: str | None, port: int | None) -> Environment:
    """The settings of the installation at a place; where they cannot be read, says why and ends."""
    from pydantic import ValidationError

    from maidinh.config.diagnosis import province_of
    from maidinh.config.recorded import environment_here, recorded
    from maidinh.infrastructure.home import Home

    given: dict[str, Any] = {}
    if data is not None:
        given |= {"data": data} | recorded(data)  # what is there is truer than the settings of another place
        province = province or given.get("province") or province_of(Home(data))
    if province is not None:
        given["province"] = province
    if port is not None:
        given |= {"port": port, "gateway_port": port + 1, "services_port": port + 2}
    try:
        return environment_here(**given)
    except ValidationError as error:
        for problem in error.errors():
            name = str(problem["loc"][0]).upper()
            name = name if name == "DATABASE_URL" else f"MAIDINH_{name}"
            print(f"{say('This setting cannot be read')}: {name}: {problem['msg']}", file=sys.stderr)
        print(say("Put it right in the environment; docs/reference/settings.md lists them all."), file=sys.stderr)
        sys.exit(FAILED)


def environment_meant(data: Path | None, port: int | None) -> Environment:
    """The settings of the installation at a place; of the demonstration that must be meant where none is named."""
    from maidinh.config.recorded import demonstration_meant

    if data is None and (data := demonstration_meant()) is not None:
        print(say("Of the demonstration in {place}:").format(place=data), file=sys.stderr)
    return environment_at(data, None, port)


def _tell(findings: Sequence[Finding]) -> None:
    words = {"ok": say("in order"), "warning": say("look here"), "wrong": say("WRONG")}
    width = max(len(word) for word in words.values())
    names = max(len(finding.name) for finding in findings)
    for finding in findings:
        print(f"{words[finding.state]:<{width}}  {finding.name:<{names}}  {_filled(finding.found, finding)}")
        if finding.mend:
            print(f"{'':<{width}}  {'':<{names}}  -> {_filled(finding.mend, finding)}")
    wrong = sum(finding.state != "ok" for finding in findings)
    print(say("Everything is in order.") if not wrong else f"{say('To look at')}: {wrong}")


def _filled(template: str, finding: Finding) -> str:
    return say(template).format_map(finding.facts)


def _document(finding: Finding) -> dict[str, str]:
    return {
        "name": finding.name,
        "state": finding.state,
        "found": _filled(finding.found, finding),
        "mend": _filled(finding.mend, finding) if finding.mend else "",
    }


def demonstrations_beside(environment: Environment) -> list[Path]:
    """Whoever ran the demonstration looks for it where nothing else is told, and its data lie beside."""
    from maidinh.config.environment import default_home
    from maidinh.config.recorded import demonstrations

    return demonstrations() if environment.data == default_home() else []
