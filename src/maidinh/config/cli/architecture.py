"""`maidinh architecture …`: every command under its name; each stands in a module beside this one.

Layer 0, config. All but draft-pull and draft-push work on files alone.
"""

from __future__ import annotations

import typer

from maidinh.config.cli import drafts
from maidinh.config.cli.architecture_check import check, rules
from maidinh.config.cli.architecture_compare import diff, merge
from maidinh.config.cli.architecture_documents import document, dossier
from maidinh.config.cli.architecture_draw import draw
from maidinh.config.cli.architecture_exchange import export, import_
from maidinh.config.cli.architecture_nas import nas_check
from maidinh.config.cli.architecture_nas_versions import nas_changes, nas_issue
from maidinh.config.cli.architecture_reading import coverage, impact, responsibilities, search, technology
from maidinh.config.cli.architecture_union import unite
from maidinh.config.texts import say

app = typer.Typer(help=say("Architectures: check, draw, exchange, compare and merge them."), no_args_is_help=True)
app.command(help=say("Say whether an architecture conforms to its framework and the law, and what does not."))(check)
app.command(help=say("List the rules of conformity, or run a rule file's own examples."))(rules)
app.command("import", help=say("Read a model of any format and say what it holds and what is wrong."))(import_)
app.command(help=say("Draw any view of a model, as SVG, PNG, PDF or a page with its table."))(draw)
app.command("export", help=say("Write a model in the format of another tool, without loss."))(export)
app.command(help=say("Say what differs between two models, field by field, and what that means."))(diff)
app.command(help=say("Merge two models that were made of one, with a conflict for each field."))(merge)
app.command(help=say("Unite two architectures into one; says what collides until all of it is decided."))(unite)
app.command(help=say("Write the architecture as a document, Word or PDF, in a framework's structure."))(document)
app.command(help=say("Write the dossier put up for issue; says what its checklist finds."))(dossier)
app.command("draft-pull", help=say("Write a draft as version.yaml, without what it inherits."))(drafts.pull)
app.command("draft-push", help=say("Bring a draft's file back; conflicts are listed."))(drafts.push)
app.command("nas-check", help=say("Hold a national data set against its quality rules before it is sent."))(nas_check)
app.command("nas-changes", help=say("Say what changed between two national data sets, and of which class."))(
    nas_changes
)
app.command("nas-issue", help=say("Freeze a national data set as issued, with its decision and closing date."))(
    nas_issue
)
app.command(help=say("Find components by name, id, description or code; accents may be left out."))(search)
app.command(help=say("Say what depends on a component, or what it depends on, to any depth."))(impact)
app.command(help=say("Say what each agency owns, runs, provides, uses and owes."))(responsibilities)
app.command(help=say("Say how far the five reference models cover an architecture."))(coverage)
app.command(help=say("Say which products are in use, what stands on them, and which must go."))(technology)
