"""How a command tells of a failure: a sentence and its remedy on standard error, and the exit code.

Layer 0, config. 1 findings, 2 wrong use, 3 failed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from maidinh.config.texts import say


def told_plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """Tell foreseen failures in words; anything else keeps its traceback, for it is a fault of ours."""

    @wraps(command)
    def plain(*arguments: Any, **options: Any) -> Any:
        from pydantic import ValidationError

        from maidinh.config.processes import PortTaken
        from maidinh.config.supervisor import SupervisorError
        from maidinh.infrastructure.database.faults import DatabaseFault
        from maidinh.infrastructure.definitions.reading import DefinitionError
        from maidinh.services.procedures.rules import VersionChanged

        try:
            return command(*arguments, **options)
        except DefinitionError as error:
            print(error, file=sys.stderr)
            sys.exit(1)
        except VersionChanged as error:
            told = say(
                "Procedure {code}: version {version} is kept here with another content. Give the change a version of"
                " its own, or begin with an empty data directory."
            )
            print(told.format(code=error.code, version=error.version), file=sys.stderr)
            sys.exit(1)
        except ValidationError as error:
            for fault in error.errors():
                print(": ".join([*(str(part) for part in fault["loc"]), fault["msg"]]), file=sys.stderr)
            sys.exit(2)
        except (
            PortTaken, FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, FileExistsError,
        ) as error:  # fmt: skip
            print(error, file=sys.stderr)
            sys.exit(2)
        except (SupervisorError, DatabaseFault) as error:
            print(error, file=sys.stderr)
            sys.exit(3)

    return plain
