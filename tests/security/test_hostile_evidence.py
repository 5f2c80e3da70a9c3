"""Evidence handed in by a stranger: whatever it holds, it is judged, and nothing is believed that was not signed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maidinh.exchange.asic.archive import pack
from maidinh.exchange.evidence.judging import judge_evidence
from tests.exchange.asic.xroad import Member, batch_signed, batch_stamped, single
from tests.exchange.evidence.by_hand import TRUST
from tests.infrastructure.timestamps.standing_in import AT, OwnAuthority, OwnTimestamps
from tests.judges.containers import right

MEMBER, STAMPS = Member(), OwnTimestamps(OwnAuthority("Time root"))
CONTAINERS = {
    "ours": right(),
    **{each.__name__: each(MEMBER, STAMPS) for each in (single, batch_signed, batch_stamped)},
}
PIECES = [b"null", b"{}", b"[]", b'""', b"1e999", b"<a/>", b"\x00", b"\xff", b"--", b"#", b"/../", b"<", b"]"]
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>'


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(CONTAINERS))
@settings(max_examples=40)
@given(data=st.data())
def test_no_change_breaks_the_judge(kind: str, data: st.DataObject) -> None:
    files = dict(CONTAINERS[kind])
    name = data.draw(st.sampled_from(sorted(files)))
    content = files[name]
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 60)))
    files[name] = content[:start] + data.draw(st.sampled_from([*PIECES, b""]) | st.binary(max_size=20)) + content[end:]
    judged = judge_evidence(pack(files), TRUST, at=AT)
    assert all(isinstance(check.detail, str) for check in judged.checks)
    if files[name] != content and kind == "ours" and not name.startswith(("META-INF/", "mimetype")):
        assert not judged.sound


@pytest.mark.parametrize("hostile", [BOMB, OUTSIDE, b"<x>" * 5_000, b"[" * 100_000, b'{"a":' * 50_000, b""])
@pytest.mark.parametrize("kind", sorted(CONTAINERS))
def test_a_hostile_file_in_any_place_is_refused(kind: str, hostile: bytes) -> None:
    for name in CONTAINERS[kind]:
        if name in ("META-INF/manifest.xml", "mimetype"):
            continue
        judged = judge_evidence(pack({**CONTAINERS[kind], name: hostile}), TRUST, at=AT)
        assert not judged.sound, name
        assert not any("hostname" in check.detail for check in judged.checks)
