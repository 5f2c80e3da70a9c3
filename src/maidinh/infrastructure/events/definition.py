"""Every event there is: its name, what it tells, what it carries.

Layer 7. Events only go up. docs/reference/events.md lists the same; a test holds the two together.
"""

from __future__ import annotations

EVENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "dossier.submitted": ("A dossier was submitted and has a code.", ("dossier", "code")),
    "dossier.status_changed": ("A dossier has another national status.", ("dossier", "code", "status")),
    "dossier.task_opened": ("A step of a dossier waits for somebody.", ("dossier", "code", "step", "agency")),
    "result.issued": ("A result was signed and can be verified.", ("dossier", "code", "result")),
    "architecture.published": ("A version of the architecture is in force.", ("province", "version")),
    "connection.undeclared": (
        "A system called another without a declared contract.",
        ("client", "service", "reason"),
    ),
}
