"""The third judge itself: BPMN's rules for gateways, each on the smallest diagram that shows it."""

from __future__ import annotations

import random

import pytest

from tests.services.processes.standard import MODEL, Diagram, Marking

KINDS = {"+": "parallelGateway", "o": "inclusiveGateway", "s": "startEvent", "e": "endEvent"}


def diagram(*flows: str, terminates: bool = False) -> Diagram:
    """A diagram of these flows, `from to`; a node's first letter says what it is (see KINDS), the others are tasks."""
    pairs = [flow.split() for flow in flows]
    nodes = dict.fromkeys(node for pair in pairs for node in pair)
    ending = "<terminateEventDefinition/>" if terminates else ""
    parts = []
    for node in nodes:
        tag = KINDS.get(node[0], "userTask")
        parts.append(f'<{tag} id="{node}">{ending if tag == "endEvent" else ""}</{tag}>')
    parts += [f'<sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs]
    model = MODEL.strip("{}")
    return Diagram(f'<definitions xmlns="{model}"><process id="p">{"".join(parts)}</process></definitions>'.encode())


def standing(marking: Marking, *done: str) -> list[str]:
    for task in done:
        marking.finish(task)
    return marking.standing()


BRANCHES = ("s +split", "+split a", "+split b")


def test_a_parallel_gateway_waits_for_each_flow() -> None:
    marking = Marking(diagram(*BRANCHES, "a +j", "b +j", "+j c", "c e"), {})
    assert standing(marking, "a") == ["b"]
    assert standing(marking, "b") == ["c"]


def test_a_token_too_many_stays_for_the_next_time() -> None:
    # Two tokens come along the flow from `m`: the gateway takes one, and the other waits for the next of `b`.
    marking = Marking(
        diagram("s +split", "+split a", "+split d", "+split b", "a m", "d m", "m +j", "b +j", "+j c", "c e"), {}
    )
    assert standing(marking, "a", "d", "m", "m") == ["b"]
    assert standing(marking, "b") == ["c"]
    assert marking.tokens == {"+j-c": 1, "m-+j": 1}


def test_an_inclusive_gateway_waits_for_a_token_that_can_come_to_an_empty_flow() -> None:
    marking = Marking(diagram(*BRANCHES, "a oj", "b c", "c oj", "oj d", "d e"), {})
    assert standing(marking, "a", "b") == ["c"]
    assert standing(marking, "c") == ["d"]


def test_it_does_not_wait_for_a_token_that_can_come_to_a_flow_that_has_one() -> None:
    # From `m` a token can come to both flows into `oj`; one of them has a token already.
    flows = (
        "s +split",
        "+split a",
        "+split b",
        "+split m",
        "a oj",
        "b oj",
        "m +again",
        "+again a",
        "+again b",
        "oj d",
        "d e",
    )
    assert standing(Marking(diagram(*flows), {}), "a", "b") == ["d", "m"]


def test_it_does_not_wait_for_a_token_that_has_to_go_through_it_first() -> None:
    # `c` leads back to `a`, and from there to `oj`; what stands at `c` went through `oj` before.
    flows = ("s a", "a oj", "b oj", "oj +round", "+round b", "+round c", "c a")
    assert standing(Marking(diagram(*flows), {}), "a") == ["b", "c"]


@pytest.mark.parametrize("seed", range(20))
def test_a_split_puts_all_its_tokens_at_once(seed: int) -> None:
    # In whatever order the flows go on, the gateway doesn't see the one to it without those to the tasks.
    flows = ("s +split", "+split oj", "+split a", "+split b", "a oj", "b oj", "oj c", "c e")
    marking = Marking(diagram(*flows), {}, random.Random(seed))
    assert marking.standing() == ["a", "b"]
    assert standing(marking, "b") == ["a"]
    assert standing(marking, "a") == ["c"]


def test_an_end_that_terminates_takes_every_token_away() -> None:
    marking = Marking(diagram(*BRANCHES, "a e", "b e2", terminates=True), {})
    assert standing(marking, "a") == []
    assert (marking.end, marking.tokens) == ("e", {})


def test_an_end_that_does_not_leaves_them() -> None:
    assert standing(Marking(diagram(*BRANCHES, "a e", "b e2"), {}), "a") == ["b"]
