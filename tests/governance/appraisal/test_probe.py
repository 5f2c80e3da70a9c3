import json
from maidinh.governance.appraisal.queries import *
from tests.governance.projects.conftest import proposal, Carrying
from maidinh.infrastructure.database.scope import acting
from maidinh.governance.appraisal.actions.opening import hand_in
def test_probe(db, official, at):
    c=Carrying(official, at)
    row=c.open()
    a=c.do(hand_in, c.officer, project_id=row.pk)
    for r in a.assessment["results"]:
        print(r["requirement"], r["result"], r["binds"], r["says"]["vi"], "|", [p["vi"] for p in r["proof"]][:4], "|", (r["remedy"] or {}).get("vi"))
    print(a.assessment.keys(), a.assessment["verdict"])
    print(a.turns.values())
    print(clock_of(a, at))
    assert 0
