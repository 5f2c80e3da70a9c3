"""What comes before what, and which ways lead back."""

from __future__ import annotations

from tests.services.checking.processes import flow, step


def test_a_way_to_what_was_passed_leads_back() -> None:
    graph = flow(
        step("a", "b", kind="intake"), step("b", "c", "d"), step("c", "d"), step("d", "returned", "b"),
    )  # fmt: skip
    assert graph.forward == {"a": {"b"}, "b": {"c", "d"}, "c": {"d"}, "d": set()}
    assert graph.before("d") == {"a", "b", "c"}
    assert graph.before("b") == {"a"}
    assert graph.in_order == ["a", "b", "c", "d"]


def test_where_neither_of_two_is_always_first_the_order_of_the_file_decides() -> None:
    graph = flow(step("a", "b", "c", kind="intake"), step("b", "c", "returned"), step("c", "b", "returned"))
    assert graph.forward == {"a": {"b", "c"}, "b": {"c"}, "c": set()}


def test_steps_that_are_never_reached_are_left_out() -> None:
    graph = flow(step("a", "returned", kind="intake"), step("lost", "a"))
    assert graph.reached == {"a"}
    assert graph.in_order == ["a"]


def test_a_step_that_leads_to_itself_goes_on() -> None:
    graph = flow(step("a", "b", kind="intake"), step("b", "b", "returned"))
    assert graph.forward["b"] == set()
    assert graph.in_order == ["a", "b"]
