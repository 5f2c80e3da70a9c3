"""The serial number within a dossier's code. Layer 4, part of the dossiers' actions."""

from __future__ import annotations

from django.db import connection


def next_serial() -> int:
    """The next number; never given twice, and gaps are left where a submission failed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('dossiers_code_serial')")
        return int(cursor.fetchone()[0])
