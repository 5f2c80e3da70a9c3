"""`python -m tests.security.fuzzing`: guided random input for every parser of the exchange; atheris leads, each alone.

A run with the same seed and count is the same run. What breaks a target is kept as a file; `--input` tries it again.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.security.fuzzing.targets import TARGETS

RUNS, SEED, LONGEST = 2_000, 1, 4_096  # inputs of a target, bytes of an input
SLOW_SECONDS, MEMORY_MIB = 20, 2_048  # an input that takes longer or more is a finding like any other
NOISE, LONGEST_TOLD = ("INFO:", "WARNING:", "0x"), 6_000
QUIET = ("-print_final_stats=0", "-verbosity=0")


def main() -> int:
    """Run the targets, each in a process of its own; 1 where one of them broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.security.fuzzing", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; none: all of them")
    parser.add_argument("--runs", type=int, default=RUNS, help="inputs for each target")
    parser.add_argument("--seconds", type=int, default=0, help="stop a target after so long; 0: after its runs")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--found", type=Path, default=Path("fuzzing-found"), help="where what broke is kept")
    parser.add_argument("--input", type=Path, help="try this one input again")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    unknown = [each for each in given.targets if each not in TARGETS]
    if unknown:
        parser.error(f"there is no target {unknown[0]}; there are {', '.join(TARGETS)}")
    if given.inside:
        _inside(given)
    broken = [name for name in given.targets or TARGETS if not _outside(name, given)]
    if broken:
        print(f"broken: {', '.join(broken)}; what broke them lies in {given.found}")
    return 1 if broken else 0


def _outside(name: str, given: argparse.Namespace) -> bool:
    command = [sys.executable, "-m", "tests.security.fuzzing", name, "--inside", "--runs", str(given.runs)]
    command += ["--seconds", str(given.seconds), "--seed", str(given.seed), "--found", str(given.found)]
    command += ["--input", str(given.input)] if given.input else []
    begun = time.monotonic()
    surroundings = os.environ | {"PYTHONHASHSEED": "0"}  # or the same seed would not be the same run
    ended = subprocess.run(command, check=False, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    holds = ended.returncode == 0
    print(f"{name:10} {'held' if holds else 'BROKE'} after {time.monotonic() - begun:.0f} s", flush=True)
    if not holds:
        said = ended.stdout.decode(errors="replace").splitlines()
        print("\n".join(line for line in said if not line.startswith(NOISE))[-LONGEST_TOLD:], flush=True)
    return holds


def _inside(given: argparse.Namespace) -> None:
    """The one target, led by what of its code an input reaches; never returns."""
    import atheris

    target = TARGETS[given.targets[0]]
    with atheris.instrument_imports(include=list(target.led_by)):
        run = target.made()
    if given.input is not None:
        run(given.input.read_bytes())
        sys.exit(0)
    given.found.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        corpus, grown = Path(folder, "seeds"), Path(folder, "grown")
        for each in (corpus, grown):
            each.mkdir()
        seeds = target.seeds()
        for number, seed in enumerate(seeds):
            (corpus / f"{number:03d}").write_bytes(seed)
        runs = given.runs // target.slow + len(seeds)
        options = [
            f"-runs={runs}", f"-seed={given.seed}", f"-max_total_time={given.seconds}",
            f"-max_len={max(LONGEST, *map(len, seeds))}", f"-timeout={SLOW_SECONDS}", f"-rss_limit_mb={MEMORY_MIB}",
            f"-artifact_prefix={given.found}/{given.targets[0]}-", *QUIET,
        ]  # fmt: skip
        atheris.Setup([sys.argv[0], *options, str(grown), str(corpus)], run)
        atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
