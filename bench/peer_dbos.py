"""The peer dbos: the same six tasks as a durable workflow on PostgreSQL that waits for two messages of people."""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any

import psycopg
from dbos import DBOS, SetWorkflowID
from psycopg.conninfo import conninfo_to_dict

WORDS = "Xây dựng nhà ở riêng lẻ, một tầng, tường gạch, mái tôn, móng đơn, không lấn ra đường và không che lối đi. "
TEN_DAYS = 864_000.0


@DBOS.step()
def limit_of(area: int) -> int:
    """How many days, and so which fee: one of two ways."""
    return 10 if area < 100 else 15


@DBOS.step()
def charge(area: int) -> int:
    """The fee, beside the second step of people."""
    return 75000 if area < 100 else 150000


@DBOS.step()
def close(number: int) -> bool:
    """The end."""
    return number >= 0


@DBOS.workflow()
def six(number: int, answers: dict[str, Any]) -> dict[str, Any]:
    """The process; each of two people sends a message, for which it waits ten days at most."""
    DBOS.recv("receive", TEN_DAYS)
    limit = limit_of(answers["area"])
    fee = charge(answers["area"])
    DBOS.recv("examine", TEN_DAYS)
    return {"limit": limit, "fee": fee, "closed": close(number)}


def main() -> None:
    """Run so many dossiers, one after the other; print what the processor did for one."""
    admin, count = sys.argv[1], int(sys.argv[2])
    with psycopg.connect(admin, autocommit=True) as connection:
        for name in ("peer_dbos", "peer_dbos_own"):
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
            connection.execute(f"CREATE DATABASE {name}")
    given = conninfo_to_dict(admin)
    place = f"postgresql://{given['user']}:{given['password']}@/{{}}?host={given['host']}&port={given['port']}"
    DBOS(config={"name": "bench", "system_database_url": place.format("peer_dbos"), "run_admin_server": False,
                 "log_level": "ERROR"})  # fmt: skip
    logging.getLogger("dbos").setLevel(logging.ERROR)
    DBOS.launch()
    began, waits = time.process_time(), []
    for number in range(count):
        answers = {
            "full_name": f"Người Mẫu {number}",
            "area": 50 + 100 * (number % 2),
            "description": (WORDS * 12)[:800],
        }
        with SetWorkflowID(f"bench-{number}"):
            handle = DBOS.start_workflow(six, number, answers)
        before = time.perf_counter()
        DBOS.send(f"bench-{number}", "accept", "receive")
        DBOS.send(f"bench-{number}", "pass", "examine")
        done = handle.get_result()
        waits.append((time.perf_counter() - before) / 2)
        if not done["closed"]:
            raise SystemExit("the process has not come to its end")
    used = time.process_time() - began
    print(json.dumps({"cpu": used / count * 1000, "dossiers": count,
                      "p95": sorted(waits)[int(len(waits) * 0.95)] * 1000}), flush=True)  # fmt: skip
    DBOS.destroy()


if __name__ == "__main__":
    main()
