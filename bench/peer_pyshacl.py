"""pyshacl, on a model as triples and rules as shapes: `python -m bench.peer_pyshacl MODEL.nt SHAPES.ttl`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from bench.environment import peak_megabytes

RULE = "urn:maidinh:rule:"
MODEL = "urn:maidinh:model:"


def validated(model: Path, shapes: Path) -> dict[str, Any]:
    """How long it took, reading and validating, and which nodes break which rule."""
    from pyshacl import validate
    from rdflib import Graph
    from rdflib.namespace import SH

    begun = time.perf_counter()
    data = Graph().parse(model, format="nt")
    read = time.perf_counter() - begun
    _, found, _ = validate(data, shacl_graph=Graph().parse(shapes, format="turtle"), inference="none", advanced=False)
    seconds = time.perf_counter() - begun
    broken: set[tuple[str, str]] = set()
    for result in found.subjects(SH.resultSeverity):
        shape, node = str(found.value(result, SH.sourceShape)), str(found.value(result, SH.focusNode))
        broken.add((shape.removeprefix(RULE), node.removeprefix(MODEL)))
    return {"seconds": seconds, "read": read, "peak": peak_megabytes(), "broken": sorted(broken)}


if __name__ == "__main__":
    print(json.dumps(validated(Path(sys.argv[1]), Path(sys.argv[2]))))
