"""The evidence of an exchange leaves as a file that holds; whatever is changed in it is found and named."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from maidinh.exchange import jws
from maidinh.exchange.asic.archive import pack, unpack
from maidinh.exchange.asic.judging import Judged
from maidinh.exchange.asic.trust import Trust
from maidinh.exchange.evidence.container import EvidenceError, container_for
from maidinh.exchange.evidence.gathering import Archive
from maidinh.exchange.evidence.judging import judge_evidence
from maidinh.exchange.evidence.rules import KIND
from maidinh.exchange.gateway.archive import containers_for
from tests.exchange.evidence.conftest import ORIGIN, World
from tests.exchange.world import NOW, PORTAL, REGISTER, STRANGER, Loop


def wrong(judged: Judged) -> set[str]:
    return {check.name for check in judged.checks if check.ok is False}


def open_questions(judged: Judged) -> set[str]:
    return {check.name for check in judged.checks if check.ok is None}


def sealed_again(world: World, request_id: str, files: dict[str, bytes]) -> bytes:
    """The exchange's own seal over files that were tampered with: only what is in them can give it away."""
    from maidinh.exchange.asic.sealing import Seal

    content = {name: each for name, each in files.items() if name != "mimetype" and not name.startswith("META-INF/")}
    seal = world.seal()
    drawn = Seal(content, seal.certificates, NOW)
    drawn.sign(seal.sign(drawn.to_sign))
    return pack(content | {"META-INF/signatures.xml": drawn.document()})


def test_the_file_proves_the_exchange(proved: tuple[str, bytes], trust: Trust) -> None:
    judged = judge_evidence(proved[1], trust, at=NOW)
    assert (wrong(judged), open_questions(judged)) == (set(), set())
    assert (judged.kind, judged.sound, judged.trusted) == ("maidinh", True, True)
    names = [check.name for check in judged.checks]
    assert {"record", "members", "inclusion", "checkpoint", "time-stamp", "directory", "body"} <= set(names)
    assert names.count("member-signature") == 2
    record = json.loads(judged.files["record.json"])
    assert (record["ids"]["request_id"], record["client"], record["outcome"]) == (proved[0], PORTAL, "allowed")


def test_authorities_alone_are_enough_for_the_agencies_signatures(
    proved: tuple[str, bytes], authorities: Trust
) -> None:
    judged = judge_evidence(proved[1], authorities, at=NOW)
    assert (judged.sound, judged.trusted) == (True, True)
    assert open_questions(judged) == {"checkpoint", "directory"}
    nobody = judge_evidence(proved[1], Trust(), at=NOW)
    assert (nobody.sound, nobody.trusted) == (True, False)
    late = judge_evidence(proved[1], authorities, at=NOW + timedelta(days=60))
    assert wrong(late) == {"certificate"}


def test_every_changed_file_breaks_the_seal(proved: tuple[str, bytes], trust: Trust) -> None:
    files = unpack(proved[1])
    for name, content in files.items():
        if name in ("mimetype", "META-INF/manifest.xml", "META-INF/signatures.xml"):
            continue
        changed = judge_evidence(pack({**files, name: content + b" "}), trust, at=NOW)
        assert "digest" in wrong(changed), name
        gone = judge_evidence(pack({each: value for each, value in files.items() if each != name}), trust, at=NOW)
        assert not gone.sound, name
    assert "coverage" in wrong(judge_evidence(pack({**files, "more.txt": b"x"}), trust, at=NOW))


def test_whoever_holds_the_seal_cannot_change_what_happened(
    proved: tuple[str, bytes], world: World, trust: Trust
) -> None:
    files = unpack(proved[1])
    record = json.loads(files["record.json"])
    kept = json.loads(files["signatures.json"])
    receipt = json.loads(files["log/receipt.json"])

    def judged(**changes: bytes) -> set[str]:
        names = {"record": "record.json", "signatures": "signatures.json", "receipt": "log/receipt.json",
                 "checkpoint": "log/checkpoint.txt", "stamp": "log/checkpoint.tsr", "directory": "directory.jws",
                 "body": "response.body"}  # fmt: skip
        content = {**files, **{names[name]: value for name, value in changes.items()}}
        return wrong(judge_evidence(sealed_again(world, proved[0], content), trust, at=NOW))

    assert judged() == set()
    assert judged(record=jws.canonical_json(record | {"contract": "another"})) == {"member-signature", "receipt"}
    assert judged(record=json.dumps(record).encode()) == {"record"}
    assert judged(record=b"[]") == {"record"}
    assert judged(signatures=json.dumps(kept[:1]).encode()) == {"members", "receipt"}
    assert "members" in judged(signatures=json.dumps([kept[0], kept[0]]).encode())
    assert "leaf" in judged(receipt=json.dumps(receipt | {"salt": receipt["salt"][:-4] + "AAA="}).encode())
    moved = receipt["proof"].replace("\nindex ", "\nindex 1", 1)
    assert judged(receipt=json.dumps(receipt | {"proof": moved}).encode()) == {"inclusion"}
    assert judged(receipt=b"{}") == {"receipt"}
    assert judged(checkpoint=files["log/checkpoint.txt"] + b"\n") == {"time-stamp"}
    assert judged(stamp=files["log/checkpoint.tsr"][:-40] + bytes(40)) == {"time-stamp"}
    assert judged(directory=files["directory.jws"][:-6] + b"AAAAAA") == {"directory"}
    assert judged(directory=b"a.b.c") == {"directory"}
    assert judged(body=b"another answer") == {"body"}


def test_a_strangers_key_signs_for_nobody(proved: tuple[str, bytes], world: World, authorities: Trust) -> None:
    files = unpack(proved[1])
    kept = json.loads(files["signatures.json"])
    kid = "member:AG1"
    signed = jws.signing_input(jws.header(kid, KIND), files["record.json"])
    forged = {
        "protected": jws.base64url(jws.canonical_json(jws.header(kid, KIND))),
        "signature": jws.base64url(world.signer.sign(f"caller:{PORTAL}", signed)),
    }
    world.signer.certify(
        f"caller:{PORTAL}", common_name=f"caller:{PORTAL}", organisation="Mẫu",
        valid_from=NOW - timedelta(days=1), valid_to=NOW + timedelta(days=30),
    )  # fmt: skip
    files |= {
        "signatures.json": json.dumps([forged, *kept[1:]]).encode(),
        "keys/member@AG1.crt": world.signer.certificate(f"caller:{PORTAL}").encode(),
    }
    judged = judge_evidence(sealed_again(world, proved[0], files), authorities, at=NOW)
    assert "certificate" in wrong(judged)  # a certificate of the authority, but another's


def test_what_is_not_there_yet_is_said(world: World, trust: Trust) -> None:
    request_id = world.call().headers["X-Road-Request-Id"]
    early = judge_evidence(world.container(request_id), trust, at=NOW)
    assert (early.sound, early.trusted) == (True, True)
    assert open_questions(early) == {"inclusion", "origin", "time-stamp"}
    world.sequence()
    signed = judge_evidence(world.container(request_id), trust, at=NOW)
    assert (open_questions(signed), signed.sound) == ({"time-stamp"}, True)
    world.stamp()
    assert open_questions(judge_evidence(world.container(request_id), trust, at=NOW)) == set()


def test_a_refusal_has_its_evidence_too(world: World, trust: Trust) -> None:
    answer = world.call(STRANGER)
    assert answer.headers["X-Road-Error"].endswith("AccessDenied")
    judged = judge_evidence(world.container(answer.headers["X-Road-Request-Id"]), trust, at=NOW)
    assert judged.sound
    assert "members" in open_questions(judged)


def test_only_the_body_that_was_exchanged_is_taken_in(world: World) -> None:
    answer = world.call()
    (evidence,) = world.found(answer.headers["X-Road-Id"])
    with pytest.raises(EvidenceError, match="not the body"):
        container_for(evidence, seal=world.seal(), at=NOW, bodies={"response": answer.content + b" "})
    assert world.found(str(uuid.uuid4())) == []


def test_a_system_gets_the_evidence_of_its_own_exchanges_alone(
    world: World, loop: Loop, settings_of: Any, own_home: Any, trust: Trust
) -> None:
    answer = world.call()
    world.sequence()
    asked, request_id = answer.headers["X-Road-Id"], answer.headers["X-Road-Request-Id"]
    settings = settings_of(home=own_home)

    def get(asker: str) -> dict[str, bytes]:
        return loop.run(containers_for(settings, asker, asked, at=NOW))

    for asker in (PORTAL, REGISTER):
        found = get(asker)
        assert list(found) == [request_id]
        assert judge_evidence(found[request_id], trust, at=NOW).sound
    for asker in (STRANGER, "", "MAU", REGISTER[:-1], "MAU/GOV/AG2/%"):
        assert get(asker) == {}
    with psycopg.connect(world.database.dsn("gateway")) as connection, pytest.raises(psycopg.Error):
        Archive(connection, own_home, ORIGIN).found(asked)  # the table itself is closed to it
    loop.run(settings.signer.close())


def test_two_exchanges_of_one_id_are_both_found(world: World) -> None:
    import requests

    from tests.exchange.world import SERVICE, token_for

    target = f"/r1/{SERVICE}/persons/1"
    for _ in range(2):
        headers = {
            "X-Road-Client": PORTAL,
            "X-Road-Id": "same",
            "Authorization": f"Bearer {token_for(world.signer, target)}",
        }
        requests.get(f"http://127.0.0.1:{world.port}{target}", headers=headers, timeout=30)
    assert len(world.found("same")) == 2
