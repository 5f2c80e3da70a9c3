"""The peer SpiffWorkflow: the same six tasks as BPMN, the whole workflow loaded and saved in PostgreSQL at each step.

Three durable moments a dossier: begun, each of two steps of people, the second of which ends it. Nothing is kept
beside the workflow's state, unless `rows` are asked for: then each transaction writes tasks, history, audit and outbox
too, as many rows as ours does, by the driver alone and with nothing that guards them.
"""

from __future__ import annotations

import json
import sys
import time
from io import BytesIO

import psycopg
from lxml import etree
from psycopg.conninfo import make_conninfo
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from bench.installation import seconds_of
from bench.steps import answers_of

BPMN = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="bench"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><process id="six" isExecutable="true">
<startEvent id="start"/><userTask id="receive"/><exclusiveGateway id="which" default="long"/>
<scriptTask id="limit_short"><script>limit = 10; fee = 75000</script></scriptTask>
<scriptTask id="limit_long"><script>limit = 15; fee = 150000</script></scriptTask>
<exclusiveGateway id="one"/><parallelGateway id="split"/>
<scriptTask id="charge"><script>charged = fee</script></scriptTask>
<userTask id="examine"/>
<boundaryEvent id="late" attachedToRef="examine" cancelActivity="false"><timerEventDefinition>
<timeDuration xsi:type="tFormalExpression">"P10D"</timeDuration></timerEventDefinition></boundaryEvent>
<endEvent id="told"/><parallelGateway id="together"/>
<scriptTask id="close"><script>closed = True</script></scriptTask><endEvent id="end"/>
<sequenceFlow id="f1" sourceRef="start" targetRef="receive"/>
<sequenceFlow id="f2" sourceRef="receive" targetRef="which"/>
<sequenceFlow id="short" sourceRef="which" targetRef="limit_short">
<conditionExpression>area &lt; 100</conditionExpression></sequenceFlow>
<sequenceFlow id="long" sourceRef="which" targetRef="limit_long"/>
<sequenceFlow id="f3" sourceRef="limit_short" targetRef="one"/>
<sequenceFlow id="f4" sourceRef="limit_long" targetRef="one"/>
<sequenceFlow id="f5" sourceRef="one" targetRef="split"/>
<sequenceFlow id="f6" sourceRef="split" targetRef="charge"/>
<sequenceFlow id="f7" sourceRef="split" targetRef="examine"/>
<sequenceFlow id="f8" sourceRef="charge" targetRef="together"/>
<sequenceFlow id="f9" sourceRef="examine" targetRef="together"/>
<sequenceFlow id="f10" sourceRef="late" targetRef="told"/>
<sequenceFlow id="f11" sourceRef="together" targetRef="close"/>
<sequenceFlow id="f12" sourceRef="close" targetRef="end"/>
</process></definitions>"""


TABLES = (
    "CREATE TABLE task (id bigserial PRIMARY KEY, instance int NOT NULL REFERENCES instance, step text NOT NULL,"
    " role text NOT NULL, opened_at timestamptz NOT NULL, due_at timestamptz, closed_at timestamptz, outcome text);"
    "CREATE UNIQUE INDEX ON task (instance, step) WHERE closed_at IS NULL;"
    "CREATE INDEX ON task (role, due_at) WHERE closed_at IS NULL;"
    "CREATE TABLE history (id bigserial PRIMARY KEY, instance int NOT NULL REFERENCES instance,"
    " at timestamptz NOT NULL, kind text NOT NULL, actor text NOT NULL, reason text NOT NULL);"
    "CREATE INDEX ON history (instance);"
    "CREATE TABLE audit (id bigserial PRIMARY KEY, at timestamptz NOT NULL, actor text NOT NULL, action text NOT NULL,"
    " subject text NOT NULL, details jsonb NOT NULL); CREATE INDEX ON audit (subject, at);"
    "CREATE TABLE outbox (id bigserial PRIMARY KEY, name text NOT NULL, payload jsonb NOT NULL,"
    " at timestamptz NOT NULL);"
)


def write_rows(connection: psycopg.Connection, number: int, done: str | None, opened: str | None) -> None:
    """What is kept beside the workflow's state where its owner needs an inbox, a history, an audit and an outbox."""
    if done:
        connection.execute("UPDATE task SET closed_at = now(), outcome = 'pass' WHERE instance = %s AND step = %s",
                           (number, done))  # fmt: skip
    if opened:
        connection.execute("INSERT INTO task (instance, step, role, opened_at, due_at)"
                           " VALUES (%s, %s, 'specialist', now(), now() + '5 days')", (number, opened))  # fmt: skip
    connection.execute("INSERT INTO history (instance, at, kind, actor, reason) VALUES (%s, now(), %s, 'a', '')",
                       (number, done or "begun"))  # fmt: skip
    connection.execute("INSERT INTO audit (at, actor, action, subject, details)"
                       " VALUES (now(), 'a', 'complete task', %s, %s)",
                       (str(number), json.dumps({"step": done})))  # fmt: skip
    payload = json.dumps({"dossier": number, "step": done})
    connection.execute("INSERT INTO outbox (name, payload, at) VALUES ('changed', %s, now()), ('opened', %s, now())",
                       (payload, payload))  # fmt: skip


def main() -> None:
    """Run so many dossiers, one after the other; print what the processor did for one."""
    admin, count, rows = sys.argv[1], int(sys.argv[2]), sys.argv[4:] == ["rows"]
    server = int(sys.argv[3])
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS peer_spiff")
        connection.execute("CREATE DATABASE peer_spiff")
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.parse(BytesIO(BPMN.encode())))
    spec = parser.get_spec("six")
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
    with psycopg.connect(make_conninfo(admin, dbname="peer_spiff")) as connection:
        connection.execute("CREATE TABLE instance (id int PRIMARY KEY, state text NOT NULL)")
        if rows:
            connection.execute(TABLES)
        connection.commit()
        began, waits, of_server = time.process_time(), [], seconds_of(server)
        for number in range(count):
            workflow = BpmnWorkflow(spec)
            workflow.task_tree.data.update(answers_of(number))
            workflow.do_engine_steps()
            state = serializer.serialize_json(workflow)
            connection.execute("INSERT INTO instance VALUES (%s, %s)", (number, state))
            if rows:
                write_rows(connection, number, None, "receive")
            connection.commit()
            for step in ("receive", "examine"):
                before = time.perf_counter()
                row = connection.execute("SELECT state FROM instance WHERE id = %s FOR UPDATE", (number,)).fetchone()
                workflow = serializer.deserialize_json(row[0] if row else "")
                [task] = workflow.get_tasks(state=TaskState.READY, spec_name=step)
                task.run()
                workflow.do_engine_steps()
                connection.execute("UPDATE instance SET state = %s WHERE id = %s",
                                   (serializer.serialize_json(workflow), number))  # fmt: skip
                if rows:
                    write_rows(connection, number, step, "examine" if step == "receive" else None)
                connection.commit()
                waits.append(time.perf_counter() - before)
        if "closed" not in workflow.data:
            raise SystemExit(f"the process has not come to its end: {workflow.data}")
        of_server = (seconds_of(server) - of_server) / count * 1000
    print(json.dumps({"cpu": (time.process_time() - began) / count * 1000, "server": of_server, "dossiers": count,
                      "p95": sorted(waits)[int(len(waits) * 0.95)] * 1000}))  # fmt: skip


if __name__ == "__main__":
    main()
