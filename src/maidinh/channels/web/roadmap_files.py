"""A portfolio from a file that was uploaded: read whole, or refused with what is wrong at its row. Layer 2."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from maidinh.channels.web.drafting_refusals import said as said_of_text
from maidinh.channels.web.projects_faults import said
from maidinh.channels.wording import file_refusal
from maidinh.governance.projects.faults import Fault, ProjectUnreadable
from maidinh.governance.roadmap.definition import Portfolio
from maidinh.governance.roadmap.queries import portfolio_with_codes, wrong_in
from maidinh.infrastructure.definitions.reading import DefinitionError

SUFFIXES = (".yaml", ".yml", ".xlsx")
Problems = list[str]


def incoming(request: HttpRequest, *, whole: bool = True) -> tuple[Portfolio | None, Problems]:
    """What the file holds, or what is wrong with it, each at its cell or line.

    Unless the `whole` of it is wanted, only its form is looked at.
    """
    from maidinh.governance.roadmap.reading import placed, read_portfolio

    sent = request.FILES.get("file")
    if sent is None:
        return None, [_("Choose a file.")]
    suffix = Path(sent.name or "").suffix.lower()
    if suffix not in SUFFIXES:
        return None, [_("The file is of another type. Upload a YAML file (.yaml) or a workbook (.xlsx).")]
    if not sent.size or sent.size > settings.MAIDINH.upload_limit:
        return None, [file_refusal("too-large" if sent.size else "empty", ())]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"roadmap{'.xlsx' if suffix == '.xlsx' else '.yaml'}"
        path.write_bytes(sent.read())
        try:
            portfolio = portfolio_with_codes(read_portfolio(path))
            wrong = [_told(each, line) for each, line in placed(path, wrong_in(portfolio) if whole else [])]
            return (None, wrong) if wrong else (portfolio, [])
        except ProjectUnreadable as error:
            return None, [_told(each, None) for each in error.faults]
        except DefinitionError as error:
            return None, [
                _("Line %(line)s, %(place)s: %(text)s")
                % {"line": each.line, "place": each.place, "text": said_of_text(each.expected)}
                for each in error.problems
            ]


def _told(fault: Fault, line: int | None) -> str:
    """A fault with where it stands."""
    if line is not None:
        values = {"line": line, "place": fault.field, "text": said(fault)}
        return _("Line %(line)s, %(place)s: %(text)s") % values
    return ": ".join(part for part in (fault.place or fault.field, said(fault)) if part)
