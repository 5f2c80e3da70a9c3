"""Evidence in containers (ASiC-E), ours and X-Road's, as `maidinh exchange verify` is given it.

An input is a ZIP file; or `@`, the number of a good container, and changes to its files (which file, where, how many
bytes go, what comes): so the search gets past the checksums of ZIP.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from maidinh.exchange.asic.archive import pack
from maidinh.exchange.evidence.judging import judge_evidence
from tests.exchange.asic.xroad import Member, batch_signed, batch_stamped, single
from tests.exchange.evidence.by_hand import TRUST
from tests.infrastructure.timestamps.standing_in import AT, OwnAuthority, OwnTimestamps
from tests.judges.containers import right
from tests.security.fuzzing.targets import Run

CHANGED = b"@"
UNSIGNED = ("META-INF/", "mimetype")
LONGEST_PIECE = 64


def seeds() -> Sequence[bytes]:
    """Changes of each kind of container, and a small one whole."""
    changes = [b"\x00" + place.to_bytes(2, "big") + b"\x01\x01" + b"x" for place in (0, 40, 300)]
    changed = [CHANGED + bytes([kind, file]) + each[1:] for kind in range(4) for file in range(9) for each in changes]
    return [*changed, pack({"record.json": b"{}", "META-INF/signatures.xml": b"<a/>"}), pack({})]


def ready() -> Run:
    """One container."""
    member, stamps = Member(), OwnTimestamps(OwnAuthority("Time root"))
    good = [right(), *(each(member, stamps) for each in (single, batch_signed, batch_stamped))]
    for each in good:
        judge_evidence(pack(each), TRUST, at=AT)

    def run(data: bytes) -> None:
        if data[:1] != CHANGED or len(data) < 2:
            _judged(data)
            return
        number = data[1] % len(good)
        files = dict(good[number])
        names = sorted(files)
        for file, anywhere, gone, comes in _changes(data[2:]):
            name = names[file % len(names)]
            place = anywhere % (len(files[name]) + 1)
            files[name] = files[name][:place] + comes + files[name][place + gone :]
        sound = _judged(pack(files))
        changed = [name for name in names if files[name] != good[number][name]]
        if number == 0 and any(not name.startswith(UNSIGNED) for name in changed):
            assert not sound, f"believed although {changed} was changed"

    return run


def _judged(content: bytes) -> bool:
    judged = judge_evidence(content, TRUST, at=AT)
    assert judged.checks
    assert all(isinstance(check.detail, str) for check in judged.checks)
    return judged.sound


def _changes(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """File, place, how many bytes go, what comes."""
    at = 0
    while at + 5 <= len(data):
        length = data[at + 4] % LONGEST_PIECE
        yield data[at], int.from_bytes(data[at + 1 : at + 3], "big"), data[at + 3], data[at + 5 : at + 5 + length]
        at += 5 + length
