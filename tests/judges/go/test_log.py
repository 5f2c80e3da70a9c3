"""Our proofs before Go's sumdb packages (`tlog` and `note`, the reference of C2SP's logs)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from maidinh.infrastructure.translog.published import PublishedLog
from tests.judges.conftest import Judge
from tests.judges.log import PLACES, assert_judged_right, publish


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> PublishedLog:
    return publish(tmp_path_factory.mktemp("log"))


@pytest.fixture(scope="module")
def verifier(judge: Callable[[str], Judge], tmp_path_factory: pytest.TempPathFactory) -> tuple[Judge, Path]:
    """The judge, and the verifier built with its own packages."""
    go, place = judge("go"), tmp_path_factory.mktemp("go")
    roots = [each for each in (go.place / "root/usr/share/gocode", Path("/usr/share/gocode")) if each.is_dir()]
    tool = Path(next(iter((go.place / "root/usr/lib").glob("go-*/bin/go")), go.program("go")))
    own = {"GOROOT": str(tool.parents[1])} if go.place in tool.parents else {}
    environment = go.environment(
        HOME=str(place), GOPATH=":".join(map(str, roots)), GO111MODULE="off", GOFLAGS="-p=1", CGO_ENABLED="0", **own
    )
    built = go.run(tool, "build", "-o", place / "verify", Path(__file__).with_name("verify.go"), env=environment)
    assert built.returncode == 0, built.stderr
    return go, place / "verify"


@pytest.mark.parametrize("index", PLACES)
def test_go_accepts_our_proofs_and_no_changed_ones(
    verifier: tuple[Judge, Path], published: PublishedLog, tmp_path: Path, index: int
) -> None:
    go, program = verifier
    assert_judged_right(lambda given: go.run(program, *given).returncode == 0, published, tmp_path, index)
