"""Made-up models of the size of a national one, as text of the exchange format, and later releases with known edits.

The text is put together here, without the project's own writer, so that what is measured isn't measured by itself.
"""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

Plain = dict[str, Any]

ELEMENT_TYPES = [
    "BusinessActor", "BusinessRole", "BusinessProcess", "BusinessService", "BusinessObject", "ApplicationComponent",
    "ApplicationService", "ApplicationInterface", "DataObject", "Node", "SystemSoftware", "TechnologyService",
    "CommunicationNetwork", "Facility", "Goal", "Requirement", "Principle", "WorkPackage", "Plateau", "Gap", "Grouping",
]  # fmt: skip
RELATION_TYPES = [
    "Composition", "Aggregation", "Assignment", "Realization", "Serving", "Access", "Influence", "Triggering", "Flow",
    "Specialization", "Association",
]  # fmt: skip
WORDS = (
    "hệ thống thông tin dùng chung của tỉnh phục vụ giải quyết thủ tục hành chính kết nối chia sẻ dữ liệu dân cư "
    "đất đai hộ tịch doanh nghiệp cán bộ nền tảng tích hợp an toàn "
    "mạng trung tâm giám sát điều hành văn bản lưu trữ & <đô thị>"
).split()
DEFINITIONS = [
    ("pd-owner", "string", "Chủ quản"), ("pd-state", "string", "Trạng thái"), ("pd-from", "date", "Từ ngày"),
    ("pd-cost", "currency", "Chi phí"), ("pd-level", "number", "Cấp độ"), ("pd-personal", "boolean", "Dữ liệu cá nhân"),
    ("pd-unused", "string", "Không dùng"),
]  # fmt: skip


@dataclass
class Release:
    """A model as plain content."""

    elements: dict[str, Plain] = field(default_factory=dict)
    relations: dict[str, Plain] = field(default_factory=dict)
    views: dict[str, Plain] = field(default_factory=dict)
    folders: list[Plain] = field(default_factory=list)


@dataclass
class Edits:
    """What the later release has otherwise, by kind of thing: identifiers."""

    added: dict[str, list[str]]
    removed: dict[str, list[str]]
    changed: dict[str, list[str]]


def generate(seed: int = 1, *, elements: int = 3000, relations: int = 6000, views: int = 360) -> Release:
    """A model of that size; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311
    release = Release()
    for number in range(elements):
        release.elements[f"id-e{number:05}"] = _element(chance, number)
    names = list(release.elements)
    for number in range(relations):
        release.relations[f"id-r{number:05}"] = _relation(chance, names)
    ends: dict[str, list[str]] = {}
    for name, relation in release.relations.items():
        ends.setdefault(relation["source"], []).append(name)
    for number in range(views):
        release.views[f"id-v{number:04}"] = _view(chance, number, names, ends, release.relations)
    size = max(1, elements // 60)
    for start in range(0, elements, size):
        release.folders.append({"label": f"Nhóm {start // size}", "holds": names[start : start + size]})
    release.folders.append({"label": "Relations", "holds": list(release.relations)})
    release.folders.append({"label": "Views", "holds": list(release.views)})
    return release


def _text(chance: random.Random, count: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(count))


def _properties(chance: random.Random) -> list[tuple[str, str]]:
    values = {
        "pd-owner": lambda: f"Sở số {chance.randrange(20)}", "pd-state": lambda: chance.choice(["live", "planned", ""]),
        "pd-from": lambda: f"20{chance.randrange(10, 27)}-01-01", "pd-cost": lambda: str(chance.randrange(10**9)),
        "pd-level": lambda: str(chance.randrange(1, 6)), "pd-personal": lambda: chance.choice(["true", "false"]),
    }  # fmt: skip
    keys = chance.choices(list(values), k=chance.randrange(5))
    return [(key, values[key]()) for key in keys]


def _element(chance: random.Random, number: int) -> Plain:
    return {
        "type": ELEMENT_TYPES[number % len(ELEMENT_TYPES)],
        "name": f"{_text(chance, 4)} {number}",
        "english": f"Component {number}" if chance.random() < 0.5 else None,
        "documentation": "\n".join(_text(chance, 12) for _ in range(chance.randrange(4))),
        "properties": _properties(chance),
    }


def _relation(chance: random.Random, names: list[str]) -> Plain:
    type_ = chance.choice(RELATION_TYPES)
    source, target = sorted(chance.sample(names, 2)) if type_ == "Composition" else chance.sample(names, 2)
    attributes = {
        "Access": {"accessType": chance.choice(["Read", "Write", "ReadWrite", "Access"])},
        "Influence": {"modifier": chance.choice(["+", "--"])},
        "Association": {"isDirected": chance.choice(["true", "false"])},
    }.get(type_, {})
    return {
        "type": type_, "source": source, "target": target, "attributes": attributes,
        "name": _text(chance, 3) if chance.random() < 0.4 else None,
        "documentation": _text(chance, 8) if chance.random() < 0.2 else "",
        "properties": _properties(chance) if chance.random() < 0.3 else [],
    }  # fmt: skip


def _style(chance: random.Random) -> Plain:
    return {"colour": [chance.randrange(256) for _ in range(6)], "opacity": chance.randrange(101), "font": "Segoe UI"}


def _view(
    chance: random.Random, number: int, names: list[str], ends: dict[str, list[str]], relations: dict[str, Plain]
) -> Plain:
    nodes: list[Plain] = []
    of: dict[str, str] = {}
    for group in range(4):
        box = [20 + 420 * (group % 2), 20 + 620 * (group // 2), 400, 600]
        inner: list[Plain] = []
        for place in range(9):
            element = chance.choice(names)
            node = {
                "id": f"id-n{number:04}-{group}-{place}", "element": element,
                "box": [box[0] + 10 + 130 * (place % 3), box[1] + 40 + 180 * (place // 3), 120, 55],
                "style": _style(chance), "nodes": [],
            }  # fmt: skip
            of.setdefault(element, node["id"])
            inner.append(node)
        label = f"Nhóm {group}"
        nodes.append(
            {"id": f"id-g{number:04}-{group}", "label": label, "box": box, "style": _style(chance), "nodes": inner}
        )
    lines: list[Plain] = []
    shown = list(of)
    for element in shown:
        for name in ends.get(element, ())[:1]:
            if relations[name]["target"] in of:
                lines.append({"relation": name, "source": of[element], "target": of[relations[name]["target"]]})
    while len(lines) < 30:
        source, target = chance.sample(shown, 2)
        lines.append({"relation": None, "source": of[source], "target": of[target]})
    for place, line in enumerate(lines):
        bends = [[chance.randrange(900), chance.randrange(1300)] for _ in range(chance.randrange(3))]
        line |= {"id": f"id-c{number:04}-{place}", "bends": bends, "style": _style(chance)}
    return {
        "name": f"Khung nhìn {number}", "documentation": _text(chance, 20), "properties": _properties(chance),
        "viewpoint": chance.choice([None, "Layered", "Application Cooperation"]), "nodes": nodes, "connections": lines,
    }  # fmt: skip


def edited(release: Release, seed: int = 2, *, share: float = 0.02) -> tuple[Release, Edits]:
    """A later release, with that share of the things added, removed or changed, and what was done."""
    chance = random.Random(seed)  # noqa: S311
    later = copy.deepcopy(release)
    drawn = {name for view in release.views.values() for name in _shown(view["nodes"])}
    drawn |= {line["relation"] for view in release.views.values() for line in view["connections"] if line["relation"]}
    sources = {name for relation in release.relations.values() for name in (relation["source"], relation["target"])}
    count = {kind: max(1, int(len(getattr(release, kind)) * share)) for kind in ("elements", "relations", "views")}
    removable = {
        "elements": [name for name in release.elements if name not in drawn | sources],
        "relations": [name for name in release.relations if name not in drawn],
        "views": list(release.views),
    }
    added: dict[str, list[str]] = {}
    removed: dict[str, list[str]] = {}
    changed: dict[str, list[str]] = {}
    for kind, possible in removable.items():
        removed[kind] = sorted(chance.sample(possible, min(len(possible), count[kind])))
        for name in removed[kind]:
            del getattr(later, kind)[name]
        changed[kind] = sorted(chance.sample(list(getattr(later, kind)), count[kind]))
        for place, name in enumerate(changed[kind]):
            _change(kind, getattr(later, kind)[name], place, chance)
        added[kind] = [f"id-new-{kind}-{number:04}" for number in range(count[kind])]
    names = list(later.elements)
    for number, name in enumerate(added["elements"]):
        later.elements[name] = _element(chance, number)
    for name in added["relations"]:
        later.relations[name] = _relation(chance, names)
    for number, name in enumerate(added["views"]):
        later.views[name] = _view(chance, 9000 + number, names, {}, {})
    gone = {name for each in removed.values() for name in each}
    for folder in later.folders:
        folder["holds"] = [name for name in folder["holds"] if name not in gone]
    later.folders.append({"label": "Mới", "holds": [name for each in added.values() for name in each]})
    return later, Edits(added, removed, changed)


def _shown(nodes: list[Plain]) -> set[str]:
    inner = {name for node in nodes for name in _shown(node["nodes"])}
    return inner | {node["element"] for node in nodes if "element" in node}


def _change(kind: str, thing: Plain, place: int, chance: random.Random) -> None:
    """One edit: a text, a property, a relation's ends, where a node stands, how it looks, how a line runs."""
    if kind == "views":
        node = thing["nodes"][place % 4]["nodes"][place % 9]
        if place % 3 == 0:
            node["box"][0] += 8
        elif place % 3 == 1:
            node["style"]["opacity"] = (node["style"]["opacity"] + 1) % 101
        else:
            thing["connections"][0]["bends"].append([1, 1])
    elif place % 3 == 0:
        thing["name"] = f"{thing['name'] or ''} (sửa)"
    elif place % 3 == 1:
        thing["properties"].append(("pd-state", f"retiring {chance.randrange(1000)}"))
    else:
        thing["documentation"] = f"{thing['documentation']}\nthêm một dòng"


# text


def render(release: Release, name: str = "Mô hình thử") -> str:
    """The release in the exchange format."""
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<model xmlns="http://www.opengroup.org/xsd/archimate/3.0/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.opengroup.org/xsd/'
        'archimate/3.0/ http://www.opengroup.org/xsd/archimate/3.1/archimate3_Diagram.xsd" identifier="id-model">\n'
        f'  <name xml:lang="vi">{escape(name)}</name>\n  <elements>\n'
    ]
    for identifier, element in release.elements.items():
        out.append(f'    <element identifier="{identifier}" xsi:type="{element["type"]}">\n')
        out.append(f'      <name xml:lang="vi">{escape(element["name"])}</name>\n')
        if element["english"]:
            out.append(f'      <name xml:lang="en">{element["english"]}</name>\n')
        out += [_documentation(element), _render_properties(element), "    </element>\n"]
    out.append("  </elements>\n  <relationships>\n")
    for identifier, relation in release.relations.items():
        attributes = "".join(f" {key}={quoteattr(value)}" for key, value in relation["attributes"].items())
        ends = f'source="{relation["source"]}" target="{relation["target"]}"'
        out.append(f'    <relationship identifier="{identifier}" xsi:type="{relation["type"]}" {ends}{attributes}>\n')
        if relation["name"] is not None:
            out.append(f'      <name xml:lang="vi">{escape(relation["name"])}</name>\n')
        out += [_documentation(relation), _render_properties(relation), "    </relationship>\n"]
    out.append("  </relationships>\n  <organizations>\n")
    for folder in release.folders:
        out.append(f'    <item>\n      <label xml:lang="vi">{escape(folder["label"])}</label>\n')
        out += [f'      <item identifierRef="{each}" />\n' for each in folder["holds"]]
        out.append("    </item>\n")
    out.append("  </organizations>\n  <propertyDefinitions>\n")
    for identifier, type_, label in DEFINITIONS:
        out.append(f'    <propertyDefinition identifier="{identifier}" type="{type_}">')
        out.append(f'<name xml:lang="vi">{label}</name></propertyDefinition>\n')
    out.append("  </propertyDefinitions>\n  <views>\n    <diagrams>\n")
    for identifier, view in release.views.items():
        _render_view(identifier, view, out)
    out.append("    </diagrams>\n  </views>\n</model>\n")
    return "".join(out)


def _documentation(thing: Plain) -> str:
    text = thing["documentation"]
    return f'      <documentation xml:lang="vi">{escape(text)}</documentation>\n' if text else ""


def _render_properties(thing: Plain) -> str:
    if not thing["properties"]:
        return ""
    lines = (
        f'        <property propertyDefinitionRef="{key}">\n          <value xml:lang="vi">{escape(value)}</value>\n'
        "        </property>\n"
        for key, value in thing["properties"]
    )
    return f"      <properties>\n{''.join(lines)}      </properties>\n"


def _render_style(style: Plain, indent: str) -> str:
    red, green, blue, red2, green2, blue2 = style["colour"]
    return (
        f'{indent}<style>\n{indent}  <lineColor r="{red}" g="{green}" b="{blue}" />\n'
        f'{indent}  <fillColor r="{red2}" g="{green2}" b="{blue2}" a="{style["opacity"]}" />\n'
        f'{indent}  <font name="{style["font"]}" size="9">\n{indent}    <color r="0" g="0" b="0" />\n'
        f"{indent}  </font>\n{indent}</style>\n"
    )


def _render_view(identifier: str, view: Plain, out: list[str]) -> None:
    viewpoint = f' viewpoint="{view["viewpoint"]}"' if view["viewpoint"] else ""
    out.append(f'      <view identifier="{identifier}" xsi:type="Diagram"{viewpoint}>\n')
    out.append(f'        <name xml:lang="vi">{escape(view["name"])}</name>\n')
    out += [_documentation(view), _render_properties(view)]
    for node in view["nodes"]:
        _render_node(node, out, " " * 8)
    for line in view["connections"]:
        type_ = f'"Relationship" relationshipRef="{line["relation"]}"' if line["relation"] else '"Line"'
        ends = f'source="{line["source"]}" target="{line["target"]}"'
        out.append(f'        <connection identifier="{line["id"]}" xsi:type={type_} {ends}>\n')
        out.append(_render_style(line["style"], " " * 10))
        out += [f'          <bendpoint x="{x}" y="{y}" />\n' for x, y in line["bends"]]
        out.append("        </connection>\n")
    out.append("      </view>\n")


def _render_node(node: Plain, out: list[str], indent: str) -> None:
    x, y, width, height = node["box"]
    type_ = f'"Element" elementRef="{node["element"]}"' if "element" in node else '"Container"'
    place = f'x="{x}" y="{y}" w="{width}" h="{height}"'
    out.append(f'{indent}<node identifier="{node["id"]}" xsi:type={type_} {place}>\n')
    if "label" in node:
        out.append(f'{indent}  <label xml:lang="vi">{node["label"]}</label>\n')
    out.append(_render_style(node["style"], indent + "  "))
    for inner in node["nodes"]:
        _render_node(inner, out, indent + "  ")
    out.append(f"{indent}</node>\n")
