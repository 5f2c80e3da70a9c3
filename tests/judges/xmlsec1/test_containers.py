"""xmlsec1 and OpenSSL judge our containers, with the very commands that the README inside each names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.infrastructure.timestamps.standing_in import AT
from tests.judges.conftest import Judge
from tests.judges.containers import SIGNATURE, TAMPERINGS, Files, lay_out, right

TIME = f"{AT:%Y-%m-%d+%H:%M:%S}"


def xmlsec1(judge: Judge, folder: Path) -> tuple[int, str]:
    done = judge.run(
        judge.program("xmlsec1"), "--verify", "--trusted-pem", "AUTHORITY.pem", "--enabled-key-data", "x509",
        "--verification-gmt-time", TIME.replace("+", " "),
        "--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties", SIGNATURE, cwd=folder,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("stamped", [True, False])
def test_it_accepts_what_we_seal(judge: Callable[[str], Judge], tmp_path: Path, stamped: bool) -> None:
    files = right(stamped=stamped)
    code, told = xmlsec1(judge("xmlsec1"), lay_out(files, tmp_path))
    signed = len([name for name in files if name != "mimetype" and not name.startswith("META-INF/")])
    assert code == 0, told
    assert f"SignedInfo References (ok/all): {signed + 1}/{signed + 1}" in told


@pytest.mark.parametrize("tampering", sorted(TAMPERINGS))
def test_it_refuses_what_was_changed(judge: Callable[[str], Judge], tmp_path: Path, tampering: str) -> None:
    change: Callable[[Files], Files] = TAMPERINGS[tampering]
    code, told = xmlsec1(judge("xmlsec1"), lay_out(change(right()), tmp_path))
    assert code != 0, told


def test_it_refuses_another_authority(judge: Callable[[str], Judge], tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    from tests.infrastructure.timestamps.standing_in import OwnAuthority

    folder = lay_out(right(), tmp_path)
    (folder / "AUTHORITY.pem").write_bytes(OwnAuthority("Mẫu CA").root.public_bytes(Encoding.PEM))
    assert xmlsec1(judge("xmlsec1"), folder)[0] != 0


def test_openssl_accepts_the_time_stamp_over_the_log(judge: Callable[[str], Judge], tmp_path: Path) -> None:
    openssl = judge("xmlsec1")
    folder = lay_out(right(), tmp_path)

    def verify() -> tuple[int, str]:
        done = openssl.run(
            openssl.program("openssl"), "ts", "-verify", "-in", "log/checkpoint.tsr", "-data", "log/checkpoint.txt",
            "-CAfile", "AUTHORITY.pem", "-attime", str(int(AT.timestamp())), cwd=folder,
        )  # fmt: skip
        return done.returncode, done.stdout

    assert verify() == (0, "Verification: OK\n")
    note = folder / "log" / "checkpoint.txt"
    note.write_bytes(note.read_bytes() + b"\n")
    assert verify()[0] != 0
