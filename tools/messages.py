"""Collect, compile and check what the pages and the command line say, in Vietnamese and English.

A development tool (Babel). The texts in code and templates are English and are their own English; Vietnamese stands in
src/maidinh/locale/vi/LC_MESSAGES/django.po. Compiled catalogues are committed, so that installing needs no tool.

    python tools/messages.py             collect into both catalogues, keep what is translated, compile
    python tools/messages.py --compile   compile only
    python tools/messages.py --check     say what is missing or not current; exit code 1 where something is
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "maidinh"
LANGUAGES = ("vi", "en")
DOMAIN = "django"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

OPTIONS = {
    "**/templates/**.html": {
        "extensions": "jinja2.ext.i18n,jinja2.ext.do",
        "trim_blocks": "true",
        "lstrip_blocks": "true",
        "silent": "false",
    }
}
KEYWORDS: dict[str, Any] = {
    "_": None,
    "say": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def catalogue_path(language: str, ending: str) -> Path:
    return SOURCE / "locale" / language / "LC_MESSAGES" / f"{DOMAIN}.{ending}"


def calls(code: IO[bytes], keywords: Any, _tags: Any, options: Any) -> Iterator[tuple[int, str, Any, list[str]]]:
    """Yield the texts in Python code; Babel's own reading of it misses those inside f-strings before Python 3.12."""
    for node in ast.walk(ast.parse(code.read())):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in keywords:
                yield node.lineno, name, tuple(literal(argument) for argument in node.args), []


def literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


METHODS: list[tuple[str, Any]] = [("**/templates/**.html", "jinja2"), ("**.py", calls)]


def collect() -> Catalog:
    """Return a catalogue of every text in code and templates, without dates, so that it changes only with the texts."""
    catalog = Catalog(domain=DOMAIN, project="maidinh", charset="utf-8")
    found = extract_from_dir(str(SOURCE), METHODS, OPTIONS, KEYWORDS, comment_tags=("Translators:",))
    for path, _line, message, comments, context in sorted(found, key=lambda entry: (entry[0], entry[1])):
        places: Any = [(path, None)]
        catalog.add(message, None, places, auto_comments=comments, context=context)
    return catalog


def read(language: str) -> Catalog:
    path = catalogue_path(language, "po")
    if not path.exists():
        return Catalog(locale=language, domain=DOMAIN)
    return read_po(io.BytesIO(path.read_bytes()), locale=language, domain=DOMAIN)


def merge(language: str, template: Catalog) -> Catalog:
    """Return the language's catalogue with the collected texts: known translations kept, nothing guessed."""
    known = read(language)
    merged = Catalog(locale=language, domain=DOMAIN, project="maidinh", charset="utf-8", fuzzy=False)
    for message in template:
        if not message.id:
            continue
        earlier = known.get(singular(message), message.context)
        text = own_text(message) if language == "en" else (earlier.string if earlier else None)
        merged.add(
            message.id, text, message.locations, auto_comments=message.auto_comments,
            flags=message.flags, context=message.context,
        )  # fmt: skip
    return merged


def singular(message: Message) -> str:
    return message.id[0] if isinstance(message.id, (tuple, list)) else message.id


def own_text(message: Message) -> str | tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, (tuple, list)) else message.id


def po_bytes(catalog: Catalog) -> bytes:
    target = io.BytesIO()
    write_po(target, catalog, width=120, sort_output=True, omit_header=True)
    return header(catalog).encode() + target.getvalue()


def header(catalog: Catalog) -> str:
    """Write the header without dates and tool versions: they would change the file when no text has changed."""
    kept = {
        "Project-Id-Version": "maidinh",
        "Language": str(catalog.locale),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": catalog.plural_forms,
    }
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in kept.items())
    return f'msgid ""\nmsgstr ""\n{lines}\n'


def mo_bytes(po: bytes, language: str) -> bytes:
    target = io.BytesIO()
    catalog = read_po(io.BytesIO(po), locale=language, domain=DOMAIN)
    # Babel writes the moment of compiling into the header, which would make each compilation another file.
    catalog.creation_date = catalog.revision_date = BEGINNING
    write_mo(target, catalog)
    return target.getvalue()


def missing(catalog: Catalog) -> Iterator[str]:
    """Yield the texts of a catalogue without a translation, or with one whose placeholders are not the text's own."""
    for message in catalog:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if not all(texts):
            yield f"not translated: {singular(message)}"
        yield from (f"{error}: {singular(message)}" for error in message.check(catalog))
        wanted = placeholders(message.id[-1] if isinstance(message.id, (tuple, list)) else message.id)
        if any(text and placeholders(text) != wanted for text in texts):
            yield f"other placeholders: {singular(message)}"


def placeholders(text: str) -> list[str]:
    """Return what is filled in later: `%(name)s` on pages, `{name}` on the command line."""
    return sorted(re.findall(r"%\(\w+\)\w|\{\w+\}", text))


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def update() -> list[str]:
    template = collect()
    for language in LANGUAGES:
        write(catalogue_path(language, "po"), po_bytes(merge(language, template)))
    return compile_all()


def compile_all() -> list[str]:
    findings = []
    for language in LANGUAGES:
        po = catalogue_path(language, "po").read_bytes()
        write(catalogue_path(language, "mo"), mo_bytes(po, language))
        findings += [f"{language}: {finding}" for finding in missing(read(language))]
    return findings


def check() -> list[str]:
    """Return what is wrong: texts not collected or no longer used, texts not translated, catalogues not compiled."""
    template = collect()
    findings = []
    for language in LANGUAGES:
        catalog, wanted = read(language), merge(language, template)
        have = {(singular(message), message.context) for message in catalog if message.id}
        want = {(singular(message), message.context) for message in wanted if message.id}
        findings += [f"{language}: not collected: {text}" for text, _ in sorted(want - have, key=str)]
        findings += [f"{language}: no longer used: {text}" for text, _ in sorted(have - want, key=str)]
        findings += [f"{language}: {finding}" for finding in missing(catalog)]
        po, mo = catalogue_path(language, "po"), catalogue_path(language, "mo")
        if not mo.exists() or mo.read_bytes() != mo_bytes(po.read_bytes(), language):
            findings.append(f"{language}: {mo.name} is not compiled from {po.name}")
    return findings


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="say what is missing and change nothing")
    choice.add_argument("--compile", action="store_true", help="compile only")
    arguments = parser.parse_args()
    findings = check() if arguments.check else compile_all() if arguments.compile else update()
    for finding in findings:
        print(finding, file=sys.stderr)
    print(f"{sum(1 for message in read('vi') if message.id)} texts, {len(findings)} findings")
    return 1 if findings and arguments.check else 0


if __name__ == "__main__":
    raise SystemExit(main())
