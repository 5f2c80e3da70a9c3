"""How a principle is called on a page: its statement, and from which national framework it is inherited. Layer 2."""

from __future__ import annotations

from django.utils.translation import gettext as _

from maidinh.governance.architecture.frameworks import framework_of


def principle_name(identifier: str, statement: str) -> str:
    """The statement, with the framework it comes from; of one's own just the statement. Without one, the id."""
    framework = framework_of(identifier)
    if not statement or framework is None:
        return statement or identifier
    words = {"statement": statement, "framework": framework}
    return str(_("%(statement)s (national framework %(framework)s)") % words)
