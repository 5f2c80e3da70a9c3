"""A process run by SpiffWorkflow from its exported BPMN, as an oracle of ours. A development dependency only."""

from __future__ import annotations

import io
from typing import Any, ClassVar

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, BpmnValidator
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.defaults import EndEvent, InclusiveGateway, ParallelGateway
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from maidinh.services.procedures.definition import Procedure
from maidinh.services.processes.bpmn.writing import process_id, write_bpmn
from tests.services.processes.standard import Diagram

CALLED = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:called" id="d">
<process id="{id}" isExecutable="true"><startEvent id="begin"><outgoing>f1</outgoing></startEvent>
<sequenceFlow id="f1" sourceRef="begin" targetRef="called"/>
<userTask id="called"><incoming>f1</incoming><outgoing>f2</outgoing></userTask>
<sequenceFlow id="f2" sourceRef="called" targetRef="over"/>
<endEvent id="over"><incoming>f2</incoming></endEvent></process></definitions>"""


class JoinOfThisRound(ParallelGateway):
    """Spiff 3.2 counts tokens of an earlier round, where branches came to the join and another went on for them.

    By BPMN 2.0 (13.4.1) a parallel gateway consumes one token of each flow; what an earlier round consumed is gone.
    Spiff keeps those tokens in its tree as cancelled tasks. test_oracle shows the fault on the smallest process.
    """

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        here = my_task.workflow.get_tasks(spec_name=self.name)
        before = max((task.last_state_change for task in here if task.state == TaskState.COMPLETED), default=0)
        parents = [task.parent for task in here if task.parent.state == TaskState.COMPLETED]
        arrived = {parent.task_spec for parent in parents if parent.last_state_change > before}
        return arrived == set(self.inputs)


class InclusiveByTheStandard(InclusiveGateway):
    """Spiff 3.2 looks for tokens upstream along the first flow into each node only, and counts earlier rounds.

    BPMN 2.0 (13.4.3): it waits for every token that can come to a flow without one, and to none that has one. A split
    puts all its tokens at once (13.4.1), Spiff one after the other: those it is about to put are tokens too.
    An end that was reached in the same move comes first: BPMN leaves open which of the two does.
    """

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        here = my_task.workflow.get_tasks(spec_name=self.name)
        before = max((task.last_state_change for task in here if task.state == TaskState.COMPLETED), default=0)
        parents = [task.parent for task in here if task.parent.state == TaskState.COMPLETED]
        arrived = {parent.task_spec for parent in parents if parent.last_state_change > before}
        sources = {task.task_spec for task in my_task.workflow.get_tasks() if self._is_token(task)} - {self}
        if any(isinstance(source, EndEvent) for source in sources):
            return False
        for source in sources:
            reached = self._flows_ahead(source)
            if reached - arrived and not reached & arrived:
                return False
        return True

    def _is_token(self, task: Any) -> bool:
        active = task.has_state(TaskState.READY | TaskState.WAITING | TaskState.STARTED)
        return active or (task.state == TaskState.FUTURE and task.parent.state == TaskState.COMPLETED)

    def _flows_ahead(self, source: Any) -> set[Any]:
        found: set[Any] = set()
        todo = [source]
        while todo:
            spec = todo.pop()
            if spec not in found and spec is not self:
                found.add(spec)
                todo.extend(spec.outputs)
        return found & set(self.inputs)


class Parser(BpmnParser):
    """Spiff's parser, with the joins of the standard."""

    OVERRIDE_PARSER_CLASSES: ClassVar = {
        full_tag("parallelGateway"): (GatewayParser, JoinOfThisRound),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, InclusiveByTheStandard),
    }


class Definition:
    """What Spiff made of an exported process; parsed once for many traces."""

    def __init__(self, procedure: Procedure, parser_class: type[BpmnParser] = Parser) -> None:
        parser = parser_class(validator=BpmnValidator())
        file = write_bpmn(procedure)
        parser.add_bpmn_io(io.BytesIO(file), "exported.bpmn")
        calls = {process_id(step.call.procedure, step.call.case) for step in procedure.steps if step.call}
        for call in sorted(calls):
            parser.add_bpmn_io(io.BytesIO(CALLED.format(id=call).encode()), "called.bpmn")
        name = process_id(procedure.code)
        self.spec = parser.get_spec(name)
        self.called = parser.get_subprocess_specs(name)
        self.diagram = Diagram(file)


class Run:
    """One run of it: which steps are open, closing one, the supplement coming."""

    def __init__(self, definition: Definition, facts: dict[str, Any]) -> None:
        self.workflow = BpmnWorkflow(definition.spec, definition.called)
        self.workflow.task_tree.data["facts"] = facts
        self._settle()

    @property
    def over(self) -> bool:
        return bool(self.workflow.is_completed())

    @property
    def end(self) -> str:
        """The end that was come to."""
        ends = [task.task_spec.name for task in self.workflow.get_tasks(state=TaskState.COMPLETED)]
        return next((name.removeprefix("end.") for name in ends if name.startswith("end.")), "")

    def open(self) -> list[str]:
        """The steps that can be closed; twice where there are two tokens."""
        return sorted(self._step_of(task) for task in self._ready())

    def waiting(self) -> list[str]:
        """The steps whose supplement hasn't come."""
        return sorted(task.task_spec.name.removeprefix("more.") for task in self._waiting("more."))

    def close(self, step: str, outcome: str) -> None:
        """Close a step with an outcome, and let everything automatic happen."""
        task = next(each for each in self._ready() if self._step_of(each) == step)
        task.data["outcome"] = outcome
        task.run()
        self._settle()

    def supplement(self, step: str) -> None:
        """What the step waits for comes."""
        task = next(each for each in self._waiting("more.") if each.task_spec.name == f"more.{step}")
        self.workflow.catch(BpmnEvent(task.task_spec.event_definition))
        self._settle()

    def _ready(self) -> list[Any]:
        return list(self.workflow.get_tasks(state=TaskState.READY, manual=True))

    def _waiting(self, kind: str) -> list[Any]:
        found = self.workflow.get_tasks(state=TaskState.WAITING)
        return [task for task in found if task.task_spec.name.startswith(kind)]

    def _step_of(self, task: Any) -> str:
        if task.task_spec.name == "called":
            task = self.workflow.get_task_from_id(task.workflow.parent_task_id)
        return str(task.task_spec.name.removeprefix("step."))

    def _settle(self) -> None:
        """Until nothing moves by itself any more; a minimum time is over at once."""
        while True:
            self.workflow.do_engine_steps()
            self.workflow.refresh_timers()
            timers = self._waiting("least.")
            for timer in timers:
                timer._set_internal_data(event_fired=True, event_value=None)
                timer.task_spec._update(timer)
            if not timers and not self.workflow.get_tasks(state=TaskState.READY, manual=False):
                return
