"""A JDK judges our containers with its own XML signatures and certificate paths; nothing of ours runs in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.infrastructure.timestamps.standing_in import AT
from tests.judges.conftest import Judge
from tests.judges.containers import TAMPERINGS, lay_out, right

SOURCE = Path(__file__).with_name("Verify.java")


@pytest.fixture(scope="module")
def verify(judge: Callable[[str], Judge], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[int, str]]:
    jdk, classes = judge("jdk"), tmp_path_factory.mktemp("classes")
    compiled = jdk.run(jdk.program("javac"), "-Werror", "-Xlint:all", "-d", classes, SOURCE)
    assert compiled.returncode == 0, compiled.stderr

    def judged(folder: Path, at: float = AT.timestamp()) -> tuple[int, str]:
        done = jdk.run(jdk.program("java"), "-Xshare:auto", "-cp", classes, "Verify", folder, str(int(at)))
        return done.returncode, done.stdout + done.stderr

    return judged


@pytest.mark.parametrize("stamped", [True, False])
def test_it_accepts_what_we_seal(verify: Callable[..., tuple[int, str]], tmp_path: Path, stamped: bool) -> None:
    files = right(stamped=stamped)
    signed = len([name for name in files if name != "mimetype" and not name.startswith("META-INF/")])
    code, told = verify(lay_out(files, tmp_path))
    assert (code, told.split("\n")[0]) == (0, f"VALID {signed + 1}/{signed + 1}"), told
    assert verify(tmp_path, AT.timestamp() + 60 * 86_400)[0] == 1  # the certificate has ended


@pytest.mark.parametrize("tampering", sorted(TAMPERINGS))
def test_it_refuses_what_was_changed(verify: Callable[..., tuple[int, str]], tmp_path: Path, tampering: str) -> None:
    code, told = verify(lay_out(TAMPERINGS[tampering](right()), tmp_path))
    assert (code, "VALID" in told.replace("INVALID", "")) == (1, False), told
