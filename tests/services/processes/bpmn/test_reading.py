"""Files that aren't of the profile: each fault with its element; files of strangers; edits made in another program."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree

from maidinh.services.processes.bpmn.names import bpmn, own
from maidinh.services.processes.bpmn.reading import FILE_SIZE_LIMIT, NotOfTheProfile, read_bpmn
from maidinh.services.processes.bpmn.writing import write_bpmn
from tests.services.processes.bpmn.test_writing import process

PROCESS = process(
    ("a", "intake", ["b", "supplement", "refused"]), ("b", "appraisal", [["c", "d"]]), ("c", "appraisal", ["j"]),
    ("d", "appraisal", ["j"]), ("j", "join", ["e"]), ("e", "handover", ["returned"]),
)  # fmt: skip
Change = Callable[[etree._Element], object]


def changed(change: Change) -> bytes:
    root = etree.fromstring(write_bpmn(PROCESS))
    change(root)
    return etree.tostring(root)


def found(root: etree._Element, name: str) -> etree._Element:
    return next(each for each in root.iter() if each.get("id") == name)


def faults(content: bytes) -> list[tuple[str, str]]:
    with pytest.raises(NotOfTheProfile) as refused:
        read_bpmn(content)
    return [(fault.element, fault.expected) for fault in refused.value.faults]


def added(root: etree._Element, tag: str, **given: str) -> None:
    etree.SubElement(root.find(bpmn("process")), bpmn(tag), **given)


def without_mark(root: etree._Element, name: str, mark: str) -> None:
    element = found(root, name).find(f"{bpmn('extensionElements')}/{own(mark)}")
    element.getparent().remove(element)


def flow_to(root: etree._Element, target: str) -> etree._Element:
    return next(each for each in root.iter(bpmn("sequenceFlow")) if each.get("targetRef") == target)


WRONG: list[tuple[Change, str, str]] = [
    (lambda root: added(root, "scriptTask", id="mine"), "mine", "not scriptTask"),
    (lambda root: added(root, "boundaryEvent", id="late"), "late", "not boundaryEvent"),
    (lambda root: added(root, "userTask", id="step.x", name="x"), "step.x", "md:step"),
    (lambda root: added(root, "exclusiveGateway", id="lost"), "lost", "belongs to no step"),
    (lambda root: added(root, "sequenceFlow", id="loose", sourceRef="step.a", targetRef="no"), "loose", "targetRef"),
    (lambda root: found(root, "step.a").set("name", ""), "step.a", "a name"),
    (lambda root: without_mark(root, "step.e", "step"), "step.e", "md:step"),
    (lambda root: found(root, "step.e").set("id", "step.a"), "step.a", "an id that no other element has"),
    (lambda root: etree.SubElement(found(root, "step.c"), bpmn("multiInstanceLoopCharacteristics")), "step.c", "multi"),
    (lambda root: flow_to(root, "end.refused").set("targetRef", "more.a"), "end.refused", "belongs to no step"),
    (lambda root: flow_to(root, "end.returned").set("targetRef", "start"), "start", "must be a step"),
]


@pytest.mark.parametrize(
    ("change", "element", "expected"), WRONG, ids=[f"{n}-{each[1]}" for n, each in enumerate(WRONG)]
)
def test_what_the_profile_does_not_hold_is_named(change: Change, element: str, expected: str) -> None:
    assert any(name == element and expected in text for name, text in faults(changed(change)))


def test_a_condition_rewritten_in_bpmn_alone_is_not_lost_without_a_word() -> None:
    def rewrite(root: etree._Element) -> None:
        flow_to(root, "end.refused").find(bpmn("conditionExpression")).text = "storeys > 3"

    assert [text for _, text in faults(changed(rewrite)) if 'the condition outcome == "o2"' in text]


def test_owners_that_differ_are_refused() -> None:
    def other(root: etree._Element) -> None:
        next(found(root, "step.b").iter(bpmn("formalExpression"))).text = '{"role": "clerk", "agency": "responsible"}'

    assert faults(changed(other)) == [("step.b", "potentialOwner and md:step must name the same role and agency")]


def test_names_and_arrows_changed_in_another_program_count() -> None:
    def redraw(root: etree._Element) -> None:
        found(root, "step.b").set("name", "Xem xét")
        flow_to(root, "end.refused").set("targetRef", "step.e")
        root.find(bpmn("process")).remove(found(root, "end.refused"))

    steps = {step.id: step for step in read_bpmn(changed(redraw)).steps}
    assert steps["b"].name.vi == "Xem xét"
    assert steps["a"].outcomes[2].to == "e"


@pytest.mark.parametrize("content", [
    b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>', b"<definitions/>", b"", b"<a>" * 5_000, b"\xff\xfe<x/>",
    b"x" * (FILE_SIZE_LIMIT + 1),
])  # fmt: skip
def test_files_of_strangers_are_refused_whole(content: bytes) -> None:
    assert len(faults(content)) == 1
