"""Containers in X-Road's form are judged as X-Road judges them, and every change to one is found and named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from maidinh.exchange.asic.archive import pack
from maidinh.exchange.asic.judging import Judged, judge_container
from maidinh.exchange.asic.trust import Trust
from tests.exchange.asic.xroad import MESSAGE, Member, batch_signed, batch_stamped, chain, single
from tests.infrastructure.timestamps.standing_in import AT, OwnAuthority, OwnTimestamps

MEMBER, ROOT = Member(), OwnAuthority("Time root")
STAMPS = OwnTimestamps(ROOT)
TRUST = Trust(roots=(MEMBER.root, ROOT.root))
LATER = AT + timedelta(days=365)  # long after the certificates ended: the stamp carries them
MAKERS = (single, batch_signed, batch_stamped)
Files = Mapping[str, bytes]


def judge(files: Files, trust: Trust = TRUST) -> Judged:
    return judge_container(pack(files), trust, at=LATER)


def wrong(judged: Judged) -> set[str]:
    return {check.name for check in judged.checks if check.ok is False}


@pytest.mark.parametrize("make", MAKERS)
def test_a_right_container_holds(make: Callable[..., Files]) -> None:
    judged = judge(make(MEMBER, STAMPS))
    assert (judged.kind, judged.sound, judged.trusted, judged.proved_at) == ("x-road", True, True, AT)
    assert wrong(judged) == set()


@pytest.mark.parametrize("make", MAKERS)
def test_whoever_trusts_nobody_is_told_so(make: Callable[..., Files]) -> None:
    judged = judge(make(MEMBER, STAMPS), Trust())
    assert (judged.sound, judged.trusted, judged.proved_at) == (True, False, None)
    other = judge(make(MEMBER, STAMPS), Trust(roots=(OwnAuthority("Else").root,)))
    assert {"certificate", "time-stamp"} <= wrong(other)


@pytest.mark.parametrize("make", MAKERS)
def test_every_file_counts(make: Callable[..., Files]) -> None:
    files = make(MEMBER, STAMPS)
    for name in files:
        without = {each: content for each, content in files.items() if each != name}
        lost = judge(without)
        # Without its loose stamp, or the message of a chain, a container says less; it must not say the same.
        assert not lost.sound or lost.proved_at is None or lost.kind != "x-road", name
        changed = bytearray(files[name])
        changed[len(changed) // 2] ^= 1
        assert not judge({**files, name: bytes(changed)}).sound, name


def test_what_is_wrong_is_named() -> None:
    message, batch, stamped = single(MEMBER, STAMPS), batch_signed(MEMBER, STAMPS), batch_stamped(MEMBER, STAMPS)
    other = {"message.xml": MESSAGE + b"!"}
    assert wrong(judge({**message, **other})) == {"digest"}
    assert wrong(judge({**batch, **other})) == {"hash-chain"}
    elsewhere = chain("sig", ["messageX.xml"], {"messageX.xml": b"x"})
    signed = {
        "META-INF/signatures.xml": MEMBER.signature({"sig-hashchainresult.xml": elsewhere["sig-hashchainresult.xml"]})
    }
    assert wrong(judge({"message.xml": MESSAGE, **elsewhere, **signed, "messageX.xml": b"x"})) >= {"hash-chain"}
    again = chain("ts", ["message.xml"], {"message.xml": MESSAGE})
    assert wrong(judge({**stamped, **again})) == {"time-stamp-chain", "certificate"}  # no time is proved any more
    assert "message" in wrong(judge({**message, "META-INF/signatures.xml": MEMBER.signature({"attachment1": b"{}"})}))
    assert wrong(judge({"message.xml": MESSAGE})) == {"signature"}
    late = OwnTimestamps(ROOT)
    late.at = AT + timedelta(days=50)
    assert wrong(judge(single(MEMBER, late))) == {"certificate", "time-stamp"}


def test_what_the_signature_says_of_itself_is_signed_too() -> None:
    files = single(MEMBER, STAMPS)
    signature = files["META-INF/signatures.xml"]
    time = signature.replace(b".661Z", b".662Z")
    assert wrong(judge({**files, "META-INF/signatures.xml": time})) == {"signature"}
    twice = signature.replace(b'Id="signature-value"', b'Id="signature"')
    assert wrong(judge({**files, "META-INF/signatures.xml": twice})) == {"signature"}
    another = Member().signature({name: files[name] for name in ("message.xml", "attachment1")}, STAMPS)
    assert "certificate" in wrong(judge({**files, "META-INF/signatures.xml": another}))


def test_a_circle_and_hostile_xml_end() -> None:
    circle = (
        b'<h:HashChain xmlns:h="http://cyber.ee/hashchain" xmlns="http://www.w3.org/2000/09/xmldsig#">'
        b'<h:DefaultDigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha512"/><h:HashStep id="STEP1">'
        b'<h:StepRef URI="#STEP1"/></h:HashStep></h:HashChain>'
    )
    files = {**batch_signed(MEMBER, STAMPS), "sig-hashchain.xml": circle}
    assert wrong(judge(files)) == {"hash-chain"}
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    for name in ("META-INF/signatures.xml", "sig-hashchain.xml", "sig-hashchainresult.xml"):
        assert not judge({**files, name: bomb}).sound
        assert not judge({**files, name: b"<unclosed"}).sound
    external = b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>'
    assert not judge({**files, "META-INF/signatures.xml": external}).sound
