"""Archi files of every shape, as XML text, for tests of what keeps them: a Hypothesis strategy.

Identifiers are unique and references lead somewhere; all else is drawn: attributes that are known, unknown, odd or
missing, in any order, and children that nobody expects.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

HEAD = (
    '<archimate:model xmlns:archimate="http://www.archimatetool.com/archimate" xmlns:x="urn:example:x" '
    'xmlns:canvas="http://www.archimatetool.com/archimate/canvas" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
ELEMENT_TYPES = (
    "archimate:BusinessActor", "archimate:Junction", "archimate:OrJunction", "archimate:Network", "archimate:Unknown",
    "canvas:Thing", None,
)  # fmt: skip
RELATION_TYPES = (
    "archimate:FlowRelationship", "archimate:AccessRelationship", "archimate:AssociationRelationship",
    "archimate:InfluenceRelationship", "archimate:UsedByRelationship", "archimate:Unknown", None,
)  # fmt: skip
VIEW_TYPES = ("archimate:ArchimateDiagramModel", "archimate:SketchModel", "canvas:CanvasModel")
NODE_TYPES = (
    "archimate:DiagramObject", "archimate:Group", "archimate:Note", "archimate:DiagramModelReference",
    "archimate:SketchModelSticky", "archimate:DiagramModelImage", "canvas:CanvasModelBlock", "archimate:Unknown", None,
)  # fmt: skip
LINE_TYPES = (
    "archimate:Connection", "archimate:DiagramModelConnection", "canvas:CanvasModelConnection", "archimate:Unknown",
    None,
)  # fmt: skip
VALUES = st.sampled_from([
    "", "0", "1", "-1", "255", "12", "-7", "1.5", "true", "false", "or", "and", "#AABBCC", "#aabbcc", "red", "++",
    " x ", "a\nb", "tiếng Việt", "1|Arial|9.0|3|", "1|Arial|9|0|GTK|1|", "1||8.5|1|", "Arial", "layered", "Layered",
    "<&\"'>",
])  # fmt: skip
NAMES = st.sampled_from([
    "name", "type", "accessType", "strength", "directed", "viewpoint", "fillColor", "lineColor", "fontColor", "font",
    "lineWidth", "alpha", "textAlignment", "figure", "locked", "x:a", "unknown", "targetConnections", "relationship",
])  # fmt: skip
TEXTS = st.sampled_from(["", "x", " x ", "hai\ndòng", "a\rb", "<&>", "\n  "])
EXTRA = st.sampled_from([
    '<feature name="a" value="1"/>', '<feature name="lineAlpha" value="100"/>', '<feature name="lineAlpha" value="z"/>',
    '<feature name="lineAlpha"/>', '<property key="a" value="1"/>', '<property key="a"/>', '<property value=""/>',
    '<property key="" value=" "/>', '<property key="b" value="1" more="2"/>', '<property key="b"><c/></property>',
    "<documentation>d</documentation>", "<documentation/>", '<documentation a="1">d</documentation>',
    "<content>c</content>", "<notes>n</notes>", '<x:other y="1">text <b/> text</x:other>', "<unknown/>",
])  # fmt: skip


@st.composite
def archi_files(draw: st.DrawFn) -> str:
    """The text of a file."""
    made: list[str] = []

    def attributes(type_: str | None, **own: str | None) -> str:
        found = {name: value for name, value in own.items() if value is not None}
        if type_ is not None:
            found["xsi:type"] = type_
        found = draw(st.dictionaries(NAMES, VALUES, max_size=3)) | found
        return "".join(f" {name}={_quoted(value)}" for name, value in draw(st.permutations(list(found.items()))))

    def new(kind: str) -> str:
        made.append(f"{kind}{len(made)}")
        return made[-1]

    def extras(*inner: str) -> str:
        order = draw(st.permutations([*inner, *draw(st.lists(EXTRA, max_size=3))]))
        return "\n".join(order)

    def pick(names: list[str]) -> str | None:
        return draw(st.sampled_from(names)) if names else None

    elements = [new("e") for _ in range(draw(st.integers(1, 3)))]
    relations = [new("r") for _ in range(draw(st.integers(0, 3)))]
    views = [new("v") for _ in range(draw(st.integers(0, 2)))]
    written = [
        f"<element{attributes(pick(list(ELEMENT_TYPES)), id=each)}>{extras()}</element>" for each in elements  # type: ignore[arg-type]
    ]  # fmt: skip
    for each in relations:
        ends = {"source": pick(elements + relations), "target": pick(elements + relations)}
        type_ = pick(list(RELATION_TYPES))  # type: ignore[arg-type]
        written.append(f"<element{attributes(type_, id=each, **ends)}>{extras()}</element>")
    for each in views:
        written.append(_view(draw, each, (elements, relations, views), new, attributes, extras, pick))
    folders = []
    for at in range(draw(st.integers(1, 3))):
        inner = [each for number, each in enumerate(written) if number % 3 == at or (at == 0 and number % 3 > 0)]
        written = [each for each in written if each not in inner]
        nested = f"<folder{attributes(None, id=new('f'))}>{extras(*inner)}</folder>"
        folders.append(
            nested if draw(st.booleans()) else f"<folder{attributes(None, id=new('f'))}>{extras(nested)}</folder>"
        )
    folders.append(f"<folder>{''.join(written)}</folder>")
    rest = draw(st.sampled_from(["", "<purpose>p</purpose>", "<metadata><entry key='a' value='b'/></metadata>"]))
    own = attributes(None, id=draw(st.sampled_from([None, "m"])), version=draw(st.sampled_from([None, "5.0.0", "4"])))
    return f"{HEAD}{own}>\n{extras(*folders)}{rest}</archimate:model>"


def _view(draw, name, there, new, attributes, extras, pick) -> str:  # type: ignore[no-untyped-def]
    elements, relations, views = there
    nodes = [new("n") for _ in range(draw(st.integers(1, 4)))]

    def line(source: str) -> str:
        identifier = new("c")
        own = {
            "source": draw(st.sampled_from([source, source, None, nodes[0]])),
            "target": pick(nodes),
            "archimateRelationship": draw(st.sampled_from([None, *relations])),
        }
        bends = [
            "<bendpoint" + "".join(f' {each}="{draw(st.integers(-20, 20))}"' for each in names) + "/>"
            for names in draw(st.lists(st.sets(st.sampled_from(["startX", "startY", "endX", "endY"])), max_size=2))
        ]
        inner = [line(identifier)] if draw(st.integers(0, 5)) == 0 else []
        text = attributes(pick(list(LINE_TYPES)), id=identifier, **own)
        text = text if own["archimateRelationship"] is None else text.replace(" relationship=", " other=")
        return f"<sourceConnection{_resolved(text)}>{extras(*bends, *inner)}</sourceConnection>"

    def node(at: int) -> str:
        own = {"id": nodes[at], "archimateElement": None, "model": None}
        type_ = pick(list(NODE_TYPES))
        if type_ == "archimate:DiagramObject" or draw(st.integers(0, 9)) == 0:
            own["archimateElement"] = pick(elements)
        elif type_ == "archimate:DiagramModelReference":
            own["model"] = pick(views)
        inner = [line(nodes[at]) for _ in range(draw(st.integers(0, 1)))]
        names = draw(st.none() | st.sets(st.sampled_from(["x", "y", "width", "height", "z"])))
        if names is not None:
            inner.append("<bounds" + "".join(f" {each}={_quoted(draw(VALUES))}" for each in sorted(names)) + "/>")
        if at + 1 < len(nodes) and draw(st.booleans()):
            inner.append(node(at + 1))
            reached.add(at + 1)
        return f"<child{attributes(type_, **own)}>{extras(*inner)}</child>"

    reached: set[int] = set()
    written = [node(at) for at in range(len(nodes)) if at not in reached]
    return f"<element{attributes(pick(list(VIEW_TYPES)), id=name)}>{extras(*written)}</element>"


def _resolved(text: str) -> str:
    return text.replace(" relationship=", " other=")


def _quoted(value: str) -> str:
    return quoteattr(value, {"\n": "&#10;", "\r": "&#13;"})


def text_of(value: str) -> str:
    """The text as XML."""
    return escape(value, {"\r": "&#13;"})
