from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from maidinh.config.remains import remains
from maidinh.config.supervisor import ProcessSpec, Supervisor, SupervisorError

pytestmark = pytest.mark.slow

SLEEP = "import time; time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}]).wait()"
SUPERVISOR = """
import sys
from pathlib import Path
from maidinh.config.supervisor import ProcessSpec, Supervisor
place = Path(sys.argv[1])
specs = [ProcessSpec(f"child{n}", [sys.executable, "-c", script]) for n, script in enumerate(sys.argv[2:])]
supervisor = Supervisor(specs, place, run=place, grace=2)
supervisor.run_until_stopped(prepare=lambda: print("prepare", flush=True), on_ready=lambda: print("ready", flush=True))
"""


class Log:
    """A foundation that notes what happens to it."""

    name = "foundation"

    def __init__(self, notes: list[str]) -> None:
        self.notes = notes
        self.up = False

    def start(self) -> None:
        self.notes.append("start")
        self.up = True

    def stop(self) -> None:
        self.notes.append("stop")
        self.up = False

    def running(self) -> bool:
        return self.up


def python(name: str, script: str, **more: object) -> ProcessSpec:
    return ProcessSpec(name, [sys.executable, "-c", script], **more)  # type: ignore[arg-type]


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for what must come; the limit is only there so that a failure ends."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.02)


def noted_pid(place: Path, name: str) -> int:
    return int((place / f"{name}.pid").read_text())


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Supervisor]]:
    made: list[Supervisor] = []

    def make(*specs: ProcessSpec, **more: object) -> Supervisor:
        made.append(Supervisor(specs, tmp_path, run=tmp_path, **{"grace": 2, **more}))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for supervisor in made:
        supervisor.stop()
    assert remains(tmp_path) == set()


def foreground(place: Path, *scripts: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SUPERVISOR, str(place), *scripts]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_starts_all_together_and_stops_all_together(tmp_path: Path, supervise: Callable[..., Supervisor]) -> None:
    says = "import os, time; print(os.environ['A'], flush=True); time.sleep(600)"
    said = tmp_path / "worker.log"
    worker = python("worker", says, env={"A": "b"}, ready=lambda: said.stat().st_size > 0)
    supervisor = supervise(python("web", SLEEP), worker)
    supervisor.launch()
    supervisor.wait_until_ready()
    pids = [noted_pid(tmp_path, "web"), noted_pid(tmp_path, "worker")]
    assert all(alive(pid) for pid in pids)
    assert remains(tmp_path) == set(pids)
    assert said.read_text() == "b\n"
    supervisor.stop()
    assert not any(alive(pid) for pid in pids)
    assert not list(tmp_path.glob("*.pid"))


def test_a_killed_child_is_restarted_with_all_it_had_started_ended(
    tmp_path: Path, supervise: Callable[..., Supervisor]
) -> None:
    supervisor = supervise(python("web", PARENT), python("worker", SLEEP))
    supervisor.launch()
    until(lambda: len(remains(tmp_path)) == 3, "the grandchild")
    before, worker = noted_pid(tmp_path, "web"), noted_pid(tmp_path, "worker")
    grandchild = (remains(tmp_path) - {before, worker}).pop()
    os.kill(before, signal.SIGKILL)

    def restarted() -> bool:
        supervisor.tend()
        return noted_pid(tmp_path, "web") != before

    until(restarted, "the restart")
    assert alive(noted_pid(tmp_path, "web"))
    assert not alive(grandchild)
    assert noted_pid(tmp_path, "worker") == worker


def test_a_child_that_keeps_dying_is_given_up_with_its_last_words(
    tmp_path: Path, supervise: Callable[..., Supervisor]
) -> None:
    supervisor = supervise(
        python("web", SLEEP), python("worker", "raise SystemExit('no such table')", ready=lambda: False)
    )
    supervisor.launch()
    web = noted_pid(tmp_path, "web")
    with pytest.raises(SupervisorError, match=r"(?s)worker died 5 times.*no such table"):
        supervisor.wait_until_ready()
    assert not alive(web)


def test_a_child_that_is_never_ready_is_named(supervise: Callable[..., Supervisor]) -> None:
    def refused() -> bool:
        raise ConnectionRefusedError

    supervisor = supervise(python("web", SLEEP), python("gateway", SLEEP, ready=refused), ready_timeout=0.3)
    supervisor.launch()
    with pytest.raises(SupervisorError, match=r"gateway was not ready after 0 s.*\n\(it printed nothing\)"):
        supervisor.wait_until_ready()


def test_a_deaf_child_is_ended(tmp_path: Path, supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise(python("web", DEAF), grace=0.2)
    supervisor.launch()
    until(lambda: (tmp_path / "web.log").read_text() == "deaf\n", "the child's first words")
    pid = noted_pid(tmp_path, "web")
    supervisor.stop()
    assert not alive(pid)


def test_foundations_come_first_go_last_and_come_back(supervise: Callable[..., Supervisor]) -> None:
    notes: list[str] = []
    foundation = Log(notes)
    early = python("signer", SLEEP, early=True)
    supervisor = supervise(early, python("web", SLEEP), foundations=[foundation])
    supervisor.launch(prepare=lambda: notes.append("prepare"))
    foundation.up = False
    supervisor.tend()
    supervisor.stop()
    assert notes == ["start", "prepare", "start", "stop"]


class Refusing(Log):
    """A foundation that cannot be started again for a while, as on a full disk."""

    left = 0

    def start(self) -> None:
        if self.up is False and self.left:
            self.left -= 1
            self.notes.append("refused")
            raise OSError("No space left on device")
        super().start()


def test_a_foundation_that_cannot_start_again_is_tried_until_it_can(
    supervise: Callable[..., Supervisor], capsys: pytest.CaptureFixture[str]
) -> None:
    notes: list[str] = []
    foundation = Refusing(notes)
    supervisor = supervise(python("web", SLEEP), foundations=[foundation])
    supervisor.launch()
    foundation.up, foundation.left = False, 2
    until(lambda: supervisor.tend() or foundation.up, "it is started again")
    assert notes == ["start", "refused", "refused", "start"]
    assert "foundation could not be started again, trying on: No space left on device" in capsys.readouterr().err


def test_a_full_disk_ends_no_supervisor(
    tmp_path: Path, supervise: Callable[..., Supervisor], monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor = supervise(python("web", SLEEP))
    supervisor.launch()
    first = noted_pid(tmp_path, "web")
    with monkeypatch.context() as full:

        def no_room(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        full.setattr(Path, "open", no_room)
        os.kill(first, signal.SIGKILL)
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            supervisor.tend()
            time.sleep(0.02)
    until(lambda: supervisor.tend() or noted_pid(tmp_path, "web") != first, "it is started again once there is room")


def test_what_cannot_be_prepared_leaves_nothing_running(tmp_path: Path, supervise: Callable[..., Supervisor]) -> None:
    notes: list[str] = []
    supervisor = supervise(python("signer", SLEEP, early=True), foundations=[Log(notes)])
    with pytest.raises(ZeroDivisionError):
        supervisor.launch(prepare=lambda: 1 / 0)
    assert notes == ["start", "stop"]
    assert remains(tmp_path) == set()


def test_a_program_that_does_not_exist_leaves_nothing_running(
    tmp_path: Path, supervise: Callable[..., Supervisor]
) -> None:
    supervisor = supervise(python("web", SLEEP), ProcessSpec("worker", ["/nonexistent/program"]))
    with pytest.raises(FileNotFoundError):
        supervisor.launch()
    assert remains(tmp_path) == set()


def test_a_second_supervisor_is_refused_and_ends_nothing(tmp_path: Path, supervise: Callable[..., Supervisor]) -> None:
    supervise(python("web", SLEEP)).launch()
    pid = noted_pid(tmp_path, "web")
    second = supervise(python("web", SLEEP))
    with pytest.raises(SupervisorError, match=f"process {os.getpid()}"):
        second.launch()
    second.stop()
    assert alive(pid)
    assert noted_pid(tmp_path, "web") == pid


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_in_the_foreground_it_stops_when_told(tmp_path: Path, ending: signal.Signals) -> None:
    with foreground(tmp_path, SLEEP) as supervisor:
        assert supervisor.stdout is not None
        assert [supervisor.stdout.readline() for _ in range(2)] == ["prepare\n", "ready\n"]
        pid = noted_pid(tmp_path, "child0")
        supervisor.send_signal(ending)
        assert supervisor.wait(60) == 0
    assert not alive(pid)


def test_children_die_with_a_supervisor_killed_outright(tmp_path: Path) -> None:
    with foreground(tmp_path, SLEEP, SLEEP) as supervisor:
        assert supervisor.stdout is not None
        assert [supervisor.stdout.readline() for _ in range(2)] == ["prepare\n", "ready\n"]
        pids = [noted_pid(tmp_path, "child0"), noted_pid(tmp_path, "child1")]
        assert all(alive(pid) for pid in pids)
        supervisor.kill()
    until(lambda: not any(alive(pid) for pid in pids), "the end of the children")


def test_what_a_killed_supervisor_left_is_ended_before_a_start(
    tmp_path: Path, supervise: Callable[..., Supervisor]
) -> None:
    with foreground(tmp_path, DEAF, PARENT) as first:
        assert first.stdout is not None
        assert [first.stdout.readline() for _ in range(2)] == ["prepare\n", "ready\n"]
        until(lambda: len(remains(tmp_path)) == 3, "the grandchild")
        until(lambda: (tmp_path / "child0.log").read_text() == "deaf\n", "the child's first words")
        first.kill()
    left = remains(tmp_path)
    assert noted_pid(tmp_path, "child0") in left
    supervise(python("web", SLEEP), grace=0.5).launch()
    assert not any(alive(pid) for pid in left)
    assert remains(tmp_path) == {noted_pid(tmp_path, "web")}
