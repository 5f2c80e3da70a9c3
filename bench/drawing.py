"""Drawings of a model of national size: every view and every generated drawing, and graphviz on the same graph.

What counts is the slowest of all, and that nothing overlaps or leaves its band.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections import defaultdict
from itertools import combinations, pairwise
from pathlib import Path
from statistics import median

from bench.models import generate, render
from bench.report import Report
from maidinh.governance.drawings.catalogue import IMPORTED, draw, drawables
from maidinh.governance.drawings.picture import Picture
from maidinh.governance.drawings.svg import write
from maidinh.governance.drawings.wording import Wording
from maidinh.governance.interchange.files import read_model
from maidinh.governance.modelling.definition import Model

SECONDS = 1.0
WORDING = Wording("vi", str)
AGENCIES, ZONES = 40, 6
DOT = "dot"


def run(report: Report) -> None:
    """Draw all there is to draw of one generated model."""
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "model.xml"
        source.write_text(render(generate()), "utf-8")
        model = _placed(read_model(source))
    report.say(f"{len(model.elements):,} elements, {len(model.relations):,} relations, {len(model.views)} views")
    every = drawables(model, WORDING)
    views = [each.id for each in every if each.sort == IMPORTED]
    generated = [each.id for each in every if each.sort != IMPORTED]
    _views(report, model, views)
    pictures = _generated(report, model, generated)
    _peer(report, model, pictures["seven-layers"])


def _placed(model: Model) -> Model:
    """The model with layers, agencies and zones, so that every generated drawing has much to draw."""
    elements = [
        each.model_copy(update={"layer": at % 8 or None, "owner": f"H1.{at % AGENCIES}", "zone": f"z{at % ZONES}"})
        for at, each in enumerate(model.elements)
    ]
    return model.model_copy(update={"elements": elements})


def _timed(model: Model, view: str) -> tuple[float, Picture]:
    begun = time.perf_counter()
    picture = draw(model, view, WORDING)
    write(picture)
    return time.perf_counter() - begun, picture


def _views(report: Report, model: Model, views: list[str]) -> None:
    slowest, middles = [], []
    for _ in range(report.runs):
        times = [_timed(model, view)[0] for view in views]
        slowest.append(max(times))
        middles.append(median(times))
    report.row("view drawn by hand, slowest", slowest, bound=SECONDS, note=f"of {len(views)}")
    report.row("view drawn by hand, median", [each * 1000 for each in middles], unit="ms")


def _generated(report: Report, model: Model, views: list[str]) -> dict[str, Picture]:
    slowest, middles = [], []
    pictures: dict[str, Picture] = {}
    for _ in range(report.runs):
        times = []
        for view in views:
            taken, pictures[view] = _timed(model, view)
            times.append(taken)
        slowest.append(max(times))
        middles.append(median(times))
    report.row("generated drawing, slowest", slowest, bound=SECONDS, note=f"of {len(views)}")
    report.row("generated drawing, median", [each * 1000 for each in middles], unit="ms")
    report.row("boxes that overlap", sum(map(_overlaps, pictures.values())), unit="boxes", bound=0)
    return pictures


def _overlaps(picture: Picture) -> int:
    boxes = [each for each in picture.boxes if each.role != "frame"]
    return sum(one.rect.meets(other.rect) for one, other in combinations(boxes, 2))


def _violations(picture: Picture) -> int:
    return sum(not picture.bands[int(each.band or 0)].rect.holds(each.rect) for each in picture.boxes)


def _peer(report: Report, model: Model, ours: Picture) -> None:
    """The same boxes and lines, each band a rank of its own, laid out by graphviz."""
    times = [_timed(model, "seven-layers")[0] for _ in range(report.runs)]
    theirs, broken = [], None
    if not report.quick and shutil.which(DOT):
        graph = _graph(ours)
        for _ in range(report.runs):
            begun = time.perf_counter()
            answer = subprocess.run([DOT, "-Tplain"], input=graph, capture_output=True, text=True, check=True)
            theirs.append(time.perf_counter() - begun)
        broken = _outside(answer.stdout, ours)
    named = {"peer_name": "graphviz dot"}
    boxes = sum(each.element is not None for each in ours.boxes)
    report.row("seven layers", times, peer=theirs or None, note=f"{boxes} boxes, {len(ours.lines)} lines", **named)
    report.row("seven layers, boxes outside their band", _violations(ours), unit="boxes", peer=broken, bound=0, **named)


def _graph(picture: Picture) -> str:
    """The drawing in graphviz' language: its bands as clusters below one another, their boxes of one rank."""
    bands: dict[str, list[int]] = defaultdict(list)
    boxes = [each for each in picture.boxes if each.role != "frame"]
    number = {each.id: at for at, each in enumerate(boxes)}
    for each in boxes:
        bands[each.band or ""].append(number[each.id])
    lines = ["digraph g { newrank=true; splines=ortho; node [shape=box, width=2.4, height=1];"]
    for band, own in bands.items():
        names = "; ".join(f"n{each}" for each in own)
        lines.append(f"subgraph cluster_{band} {{ {{ rank=same; {names}; }} }}")
    firsts = [own[0] for own in bands.values()]
    lines += [f"n{one} -> n{other} [style=invis];" for one, other in pairwise(firsts)]
    ends = {each.relation: each for each in picture.line_rows if each.drawn}
    for line in picture.lines:
        row = ends[line.relation or ""]
        lines.append(f"n{number[row.source]} -> n{number[row.target]};")
    return "\n".join([*lines, "}"])


def _outside(plain: str, picture: Picture) -> int:
    """How many boxes graphviz put at the height of another band."""
    boxes = [each for each in picture.boxes if each.role != "frame"]
    heights: dict[str, list[float]] = defaultdict(list)
    for line in plain.splitlines():
        parts = line.split(" ")
        if parts[0] == "node":
            heights[boxes[int(parts[1][1:])].band or ""].append(float(parts[3]))
    spans = {band: (min(own), max(own)) for band, own in heights.items()}
    return sum(
        any(low - 0.5 < height < high + 0.5 for other, (low, high) in spans.items() if other != band)
        for band, own in heights.items()
        for height in own
    )
