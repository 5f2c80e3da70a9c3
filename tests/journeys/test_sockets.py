"""The running processes listen where their own architecture says, and nowhere else."""

from __future__ import annotations

from tests.architecture.test_own_architecture import model, tool

from .running import RunningProvince

PROCESSES = ("web", "gateway", "worker", "signer")


def test_the_processes_listen_where_the_architecture_says(lao_cai: RunningProvince) -> None:
    environment = lao_cai.environment
    run = environment.home.run
    pids = {name: tool().family(int((run / f"{name}.pid").read_text("ascii"))) for name in PROCESSES}
    names = {
        f":{environment.port}": "socket.web",
        f":{environment.gateway_port}": "socket.gateway",
        f":{environment.services_port}": "socket.services",
        str(environment.home.signer_socket): "socket.signer",
    }
    seen = tool().listening(pids, names)
    declared = model().model_copy(
        update={"relations": [each for each in model().relations if each.from_ != "process.database"]}
    )  # PostgreSQL may be anyone's
    found = tool().findings(declared, seen)
    assert [each.message.in_language("en") for each in found] == []
    assert len(seen) == len(PROCESSES)
