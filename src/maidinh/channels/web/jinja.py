"""The Jinja2 environment of the pages: the design system's macros, translation, Vietnamese ways of writing values.

Layer 2 (channels). Django's Jinja2 backend calls `environment` (setting OPTIONS["environment"]). Dates, times and money
are written as Vietnamese offices write them in either language: 02/09/2026, 14:30 02/09/2026, 1.250.000 ₫.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    Undefined,
    pass_context,
)
from jinja2.runtime import Context

HERE = Path(__file__).parent
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def environment(**options: Any) -> Environment:
    """Build the environment; `options` are those that Django's Jinja2 backend passes."""
    loaders = [loader for loader in (options.pop("loader", None),) if loader is not None]
    loaders.append(FileSystemLoader(HERE / "templates"))
    loaders.append(PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}))
    # The design system's macros test absent parameters, so neither the strict nor the debugging kind can serve here.
    options |= {"undefined": Undefined}
    options.pop("autoescape", None)
    extensions = [*options.pop("extensions", []), "jinja2.ext.i18n", "jinja2.ext.do"]
    env = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        extensions=extensions,
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.globals.update(static=static, asset=asset, url=url, csp_nonce=csp_nonce, language=language)
    env.filters.update(
        vn_date=vn_date,
        vn_datetime=vn_datetime,
        vn_money=vn_money,
        vn_decimal=vn_decimal,
        vn_number=vn_number,
        localised=localised,
        iso=iso,
    )
    return env


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """Return the address of a named route."""
    return str(reverse(name, args=args or None, kwargs=kwargs or None))


def asset(path: str) -> str:
    """Return the address of a built asset with a part of its hash, so that browsers may keep it for a year."""
    digest = _built_assets().get(path)
    return f"{static(path)}?v={digest[:12]}" if digest else static(path)


@cache
def _built_assets() -> dict[str, str]:
    manifest = HERE / "static" / "vendor.json"
    if not manifest.exists():
        return {}
    files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    return {name: entry["sha256"] for name, entry in files.items()}


def language() -> str:
    """Return the language of the page ("vi" or "en")."""
    return (translation.get_language() or "vi").split("-")[0]


@pass_context
def csp_nonce(context: Context) -> str:
    """Return the nonce of this answer's content security policy; empty where there is none."""
    return str(getattr(context.get("request"), "csp_nonce", "") or "")


def vn_date(value: date | datetime | None) -> str:
    """Write a day as dd/mm/yyyy; a moment is first put into the office's time zone."""
    if not value:
        return ""
    day = _local(value) if isinstance(value, datetime) else value
    return day.strftime("%d/%m/%Y")


def vn_datetime(value: datetime | None) -> str:
    """Write a moment as HH:MM dd/mm/yyyy in the office's time zone; a moment without a zone is refused."""
    return _local(value).strftime("%H:%M %d/%m/%Y") if value else ""


def _local(value: datetime) -> datetime:
    # The office has one time zone. Which one a thread has is looked up anew for each moment, hundreds of times a page.
    return timezone.localtime(value, timezone.get_default_timezone())


def iso(value: date | datetime | None) -> str:
    """Write a day or moment for the `datetime` attribute of a time element."""
    return value.isoformat() if value else ""


def vn_number(value: int | Decimal | None) -> str:
    """Write a whole number with a dot between thousands."""
    if value is None or isinstance(value, Undefined):
        return ""
    whole = Decimal(value).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return f"{whole:,}".replace(",", ".")


def vn_decimal(value: int | float | Decimal | None) -> str:
    """Write a figure with a dot between thousands and, where it is no whole one, a comma before at most two places."""
    if value is None or isinstance(value, Undefined):
        return ""
    whole, _point, rest = f"{value:,.2f}".partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", ".") + (f",{rest}" if rest else "")


def vn_money(value: int | Decimal | None) -> str:
    """Write an amount in dong, kept on one line."""
    written = vn_number(value)
    return f"{written}{NO_BREAK_SPACE}₫" if written else ""


def localised(value: Any) -> str:
    """Choose the page's language from a text in both ({"vi": …, "en": …} or .vi and .en); else Vietnamese."""
    if not value or isinstance(value, str):
        return str(value or "")
    texts = value if isinstance(value, Mapping) else {name: getattr(value, name, None) for name in ("vi", "en")}
    return str(texts.get(language()) or texts.get("vi") or "")
