"""Write the tables of docs/reference that follow from the code: settings, events, permissions, routes, commands, rules.

A development tool. A table stands between `<!-- begin NAME -->` and `<!-- end NAME -->`; everything around it is
written by hand and left alone.

    python tools/reference.py            write the tables
    python tools/reference.py --check    say which differ from the code; exit code 1 where one does
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).resolve().parent.parent / "docs/reference"
TOLD_IN_WORDS = {"MAIDINH_DATA": "`/var/lib/maidinh` for root, else `~/.local/share/maidinh`"}


def settings() -> Iterator[str]:
    from maidinh.config.environment import Environment

    fields = dict(zip(Environment.documented(), Environment.model_fields.values(), strict=True))
    yield "| variable | meaning | default |"
    yield "|---|---|---|"
    for name, field in fields.items():
        default = TOLD_IN_WORDS.get(name) or ("unset" if field.default is None else f"`{field.default}`")
        yield f"| `{name}` | {field.description} | {default} |"


def events() -> Iterator[str]:
    from maidinh.infrastructure.events import actions
    from maidinh.infrastructure.events.definition import EVENTS

    yield "| event | what it tells | carries | who receives |"
    yield "|---|---|---|---|"
    for name, (meaning, carried) in EVENTS.items():
        receivers = [f"`{receiver.removeprefix('maidinh.')}`" for receiver, _ in actions._receivers.get(name, [])]
        yield f"| `{name}` | {meaning} | {_codes(carried)} | {', '.join(receivers) or 'nobody yet'} |"


def permissions() -> Iterator[str]:
    from maidinh.infrastructure.identity.queries import roles

    known = roles()
    yield "| permission | meaning | Vietnamese | roles |"
    yield "|---|---|---|---|"
    for permission in known.permissions:
        holders = [role.id for role in known.roles if permission.id in role.permissions]
        yield f"| `{permission.id}` | {permission.name.en} | {permission.name.vi} | {_codes(holders)} |"


def roles() -> Iterator[str]:
    from maidinh.infrastructure.identity.queries import roles as known

    yield "| role | English | Vietnamese | layer | nobody holds it together with |"
    yield "|---|---|---|---|---|"
    for role in known().roles:
        apart = _codes(role.apart_from)
        yield f"| `{role.id}` | {role.name.en} | {role.name.vi} | {role.layer} | {apart} |"


def routes() -> Iterator[str]:
    import maidinh.config.urls  # noqa: F401 - declares the pages
    from maidinh.channels.routing import PAGES

    yield "| address | methods | who may call it | name |"
    yield "|---|---|---|---|"
    for page in sorted(PAGES.values(), key=lambda page: page.address):
        yield f"| `/{page.address}` | {', '.join(page.methods)} | `{page.who}` | `{page.name}` |"


def conformity_rules() -> Iterator[str]:
    from maidinh.governance.conformity.definition import RuleBook
    from maidinh.governance.conformity.reading import rule_files, rules_of
    from maidinh.infrastructure.definitions.locating import definitions_root
    from maidinh.infrastructure.definitions.reading import read_all

    books = read_all(rule_files(definitions_root() / "national"), RuleBook)
    rules = rules_of(books)
    yield f"{len(rules)} rules."
    for path, book in books.items():
        yield ""
        yield f"### {book.name.en} ({book.name.vi})"
        yield f"`definitions/national/conformity/{path.name}`"
        yield ""
        yield "| rule | Vietnamese | English | ground | severity | holds for | who may waive |"
        yield "|---|---|---|---|---|---|---|"
        for rule in book.rules:
            ground = "; ".join(each.text if each.checked else f"{each.text} (unchecked)" for each in rule.legal_basis)
            cells = (
                f"`{rule.id}`", rule.title.vi, rule.title.en or "", ground, rule.severity, _held(rule),
                f"`{rule.waivable_by}`" if rule.waivable_by else "nobody",
            )  # fmt: skip
            yield f"| {' | '.join(cells)} |"


def procedure_checks() -> Iterator[str]:
    from maidinh.services.checking.catalogue import CHECKS, GROUPS

    yield f"{len(CHECKS)} checks."
    for title, checks in GROUPS.items():
        yield ""
        yield f"### {title}"
        yield ""
        yield "| check | severity | what is said | remedy |"
        yield "|---|---|---|---|"
        for check in checks:
            says, remedy = (
                re.sub(r"%\((\w+)\)s", r"*\1*", text).replace("<", "&lt;") for text in (check.says, check.remedy)
            )
            yield f"| `{check.code}` | {check.severity} | {says} | {remedy} |"


def _held(rule: Any) -> str:
    frameworks = ", ".join(rule.frameworks) or "all frameworks"
    days = [f"from {rule.valid_from}" if rule.valid_from else "", f"to {rule.valid_to}" if rule.valid_to else ""]
    return " ".join([frameworks, *filter(None, days)])


def command_table(command: Any) -> Callable[[], Iterator[str]]:
    def table() -> Iterator[str]:
        yield (command.help or "").splitlines()[0]
        options = [parameter for parameter in command.params if parameter.name != "help"]
        if options:
            yield ""
            yield "| option | meaning | unset |"
            yield "|---|---|---|"
        for option in options:
            argument = option.param_type_name == "argument"
            names = option.name.upper() if argument else ", ".join([*option.opts, *option.secondary_opts])
            default = "required" if option.required else _default(option)
            yield f"| `{names}` | {getattr(option, 'help', None) or ''} | {default} |"

    return table


def commands() -> dict[str, Callable[[], Iterator[str]]]:
    import typer.main

    from maidinh.config.main import application

    root: Any = typer.main.get_command(application())
    return {name: command_table(command) for name, command in _commands("maidinh", root)}


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """The commands at the end of every group, by their whole names."""
    inside = getattr(command, "commands", None)
    if not inside:
        yield name, command
    for part, inner in (inside or {}).items():
        yield from _commands(f"{name} {part}", inner)


def _default(option: Any) -> str:
    value = option.default
    if value is None or value is False or callable(value):
        return ""
    return "yes" if value is True else f"`{value}`"


def _codes(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)


def replaced(text: str, name: str, lines: Iterator[str]) -> str:
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    if text.count(begin) != 1 or text.count(end) != 1:
        raise SystemExit(f"{begin} and {end} must each stand once on the page")
    head, _, rest = text.partition(begin)
    _, _, tail = rest.partition(end)
    return f"{head}{begin}\n" + "\n".join(lines) + f"\n{end}{tail}"


def commands_page(text: str) -> str:
    known = commands()
    for name, table in known.items():
        if f"<!-- begin {name} -->" not in text:
            text = f"{text.rstrip()}\n\n## `{name}`\n<!-- begin {name} -->\n<!-- end {name} -->\n"
        text = replaced(text, name, table())
    gone = set(re.findall(r"<!-- begin (maidinh [a-z -]+) -->", text)) - set(known)
    if gone:
        raise SystemExit(f"commands.md tells of commands that are gone: {', '.join(sorted(gone))}")
    return text


PAGES: dict[str, Callable[[str], str]] = {
    "settings.md": lambda text: replaced(text, "settings", settings()),
    "events.md": lambda text: replaced(text, "events", events()),
    "permissions.md": lambda text: replaced(replaced(text, "roles", roles()), "permissions", permissions()),
    "routes.md": lambda text: replaced(text, "routes", routes()),
    "commands.md": commands_page,
    "conformity-rules.md": lambda text: replaced(text, "rules", conformity_rules()),
    "procedure-checks.md": lambda text: replaced(text, "checks", procedure_checks()),
}


def prepare() -> None:
    """Let Django load without an installation, and the command line speak English."""
    os.environ["MAIDINH_LANGUAGE"] = "en"
    os.environ["DJANGO_SETTINGS_MODULE"] = "maidinh.config.settings"
    for name in [name for name in os.environ if name.startswith("MAIDINH_") and name != "MAIDINH_LANGUAGE"]:
        del os.environ[name]
    import django

    with tempfile.TemporaryDirectory() as place:
        os.environ["MAIDINH_DATA"] = place
        django.setup()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="say what differs and change nothing")
    check = parser.parse_args().check
    prepare()
    stale = []
    for name, page in PAGES.items():
        path = REFERENCE / name
        text = path.read_text("utf-8")
        current = page(text)
        if current != text:
            stale.append(name)
            if not check:
                path.write_text(current, "utf-8")
    for name in stale:
        print(f"{'not what the code says' if check else 'written'}: docs/reference/{name}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
