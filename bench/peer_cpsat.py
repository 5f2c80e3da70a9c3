"""The peer: the same portfolio by CP-SAT (OR-Tools), in a process of its own, since both bring the same symbols.

The programme is that of `roadmap/programme.py`, row by row; money is counted in million dong, values in thousandths.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
from pathlib import Path

from ortools.sat.python import cp_model

SCALE = 1000


def main() -> None:
    """Read the programme, solve it, print the columns of the best roadmap found and what is left to prove."""
    content = pickle.loads(Path(sys.argv[1]).read_bytes())  # noqa: S301 - written by the bench a moment before
    seconds, gap = float(sys.argv[2]), float(sys.argv[3])
    began = time.monotonic()
    model = cp_model.CpModel()
    money = set(content["money"])
    columns = [
        model.new_int_var(0, 10**9, str(each)) if each in money else model.new_bool_var(str(each))
        for each in range(content["width"])
    ]
    for terms, low, high in content["rows"]:
        told = sum(round(value) * columns[column] for column, value in terms.items())
        if high is not None:
            model.add(told <= int(high))
        if low is not None:
            model.add(told >= round(low))
    model.maximize(sum(round(value * SCALE) * columns[column] for column, value in content["worth"].items()))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.relative_gap_limit = gap
    solver.parameters.num_workers = 2
    solver.parameters.random_seed = 1425
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    print(json.dumps({
        "seconds": time.monotonic() - began,
        "value": solver.objective_value / SCALE if found else 0.0,
        "bound": solver.best_objective_bound / SCALE,
        "columns": [each for each in range(content["width"]) if found and each not in money
                    and solver.value(columns[each])],
    }))  # fmt: skip


if __name__ == "__main__":
    main()
