"""`maidinh log …`: the transparency log checked, seen from outside, and opened anew after a restore.

Layer 0, config.
"""

from __future__ import annotations

import typer

from maidinh.config.cli.log_checks import audit, prove, verify
from maidinh.config.cli.log_keeping import anchor, reopen, witness
from maidinh.config.texts import say

app = typer.Typer(help=say("Check the transparency log."), no_args_is_help=True)
app.command(help=say("Check a receipt: content, promise, proof, checkpoint and log."))(verify)
app.command(help=say("Print the proof that an entry is in the published log."))(prove)
app.command(help=say("Derive the published log again from its entries and compare it with what was signed."))(audit)
app.command(help=say("Run a witness: cosign the states of logs that only grew."))(witness)
app.command(help=say("Leave the log's signed state outside: in a folder, or at an address."))(anchor)
app.command(help=say("Go on under a new log origin after the database was set back; the old log stays published."))(
    reopen
)

Keys = Annotated[list[Path], typer.Option("--key", help=say("A public key (PEM or verifier key) or a folder of them."))]
Log = Annotated[Path | None, typer.Option("--log", help=say("The folder of the published log. Unset: this machine's."))]
Json = Annotated[bool, typer.Option("--json", help=say("Print JSON."))]
Language = Annotated[str | None, typer.Option("--language", help=say("vi or en. Unset: by LANG."))]


@app.command(help=say("Check a receipt: content, promise, proof, checkpoint and log."))
def verify(
    file: Annotated[Path, typer.Argument(help=say("The receipt, a JSON file."))],
    key: Keys,
    origin: Annotated[str | None, typer.Option(help=say("The log that the receipt must be of."))] = None,
    as_json: Json = False,
    language: Language = None,
) -> None:
    """Check a receipt offline."""
    speak(language)
    from maidinh.infrastructure.translog.trust import KeyFileError, read_keys
    from maidinh.infrastructure.translog.verification import verdict, verify_receipt

    try:
        text = file.read_text("utf-8", errors="replace")
        keys = read_keys(key)
    except (KeyFileError, OSError) as error:
        _stop(WRONG_USE, str(error))
    checks = verify_receipt(text, keys, at=datetime.now(UTC), origin=origin)
    holds = verdict(checks)
    closing = say("The receipt holds.") if holds else say("The receipt does not hold.")
    _tell(checks, holds, closing, as_json)


@app.command(help=say("Print the proof that an entry is in the published log."))
def prove(
    entry: Annotated[str, typer.Argument(help=say("An index, a leaf's hash (hex), or a receipt file."))],
    log: Log = None,
    attach: Annotated[bool, typer.Option(help=say("Write the proof into the receipt file."))] = False,
    as_json: Json = False,
    language: Language = None,
) -> None:
    """Make a proof from the published files."""
    speak(language)
    from maidinh.infrastructure.translog.merkle import inclusion_proof
    from maidinh.infrastructure.translog.proof import Proof
    from maidinh.infrastructure.translog.receipt import ReceiptError, read_receipt
    from maidinh.infrastructure.translog.tiles import TileError

    published, note, tree = _published(log)
    receipt = None
    try:
        if not entry.isascii() or not (entry.isdigit() or _is_hash(entry)):
            receipt = read_receipt(Path(entry).read_text("utf-8"))
        index = _index(published, tree, receipt.leaf if receipt else entry)
        if index is None or index >= tree.size:
            _stop(FINDINGS, say("The entry is not in the log of {size} entries.").format(size=tree.size))
        proof = Proof(index, inclusion_proof(index, tree.size, published.subtree(tree.size)), note)
        if receipt is not None and attach:
            document = receipt.document() | {"proof": proof.text}
            Path(entry).write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", "utf-8")
    except (OSError, ReceiptError) as error:
        _stop(WRONG_USE, str(error))
    except TileError as error:
        _stop(FAILED, str(error))
    typer.echo(json.dumps({"index": index, "proof": proof.text}) if as_json else proof.text, nl=as_json)


@app.command(help=say("Derive the published log again from its entries and compare it with what was signed."))
def audit(
    key: Annotated[list[Path] | None, typer.Option("--key", help=say("The log's public key."))] = None,
    log: Log = None,
    database: Annotated[str | None, typer.Option(help=say("A database to compare too. Unset: this machine's."))] = None,
    no_database: Annotated[bool, typer.Option("--no-database", help=say("Compare no database."))] = False,
    as_json: Json = False,
    language: Language = None,
) -> None:
    """Audit the published log."""
    speak(language)
    from maidinh.infrastructure.translog.inspection import inspect_log
    from maidinh.infrastructure.translog.published import PublishedLog
    from maidinh.infrastructure.translog.trust import KeyFileError, read_keys

    published = PublishedLog(log or _here())
    try:
        keys = read_keys(key) if key else None
    except KeyFileError as error:
        _stop(WRONG_USE, str(error))
    checks, tree = inspect_log(published, keys)
    if tree is not None and all(check.ok is not False for check in checks) and not no_database:
        checks += _compare_database(published, tree, database, own=log is None)
    holds = all(check.ok is not False for check in checks)
    closing = say("The log holds.") if holds else say("The log does not hold.")
    _tell(checks, holds, closing, as_json)


def _compare_database(published: PublishedLog, tree: Tree, database: str | None, *, own: bool) -> list[Check]:
    import psycopg

    from maidinh.infrastructure.translog.inspection import inspect_rows
    from maidinh.infrastructure.translog.verification import N_, Check

    address = database or (_own_database() if own else None)
    if address is None:
        return [Check("row", None, N_("No database was compared."))]
    try:
        with psycopg.connect(address, connect_timeout=5) as connection:
            return inspect_rows(published, tree, _rows(connection))
    except psycopg.Error as error:
        if database is not None:
            _stop(FAILED, str(error).strip())
        return [Check("row", None, N_("No database was compared."))]


def _rows(connection: Any) -> Iterator[tuple[int, bytes]]:
    with connection.cursor(name="entries") as cursor:
        cursor.execute("SELECT index, leaf FROM translog_entry WHERE index IS NOT NULL ORDER BY index")
        for index, leaf in cursor:
            yield index, bytes(leaf)


def _own_database() -> str | None:
    from maidinh.config.environment import Environment
    from maidinh.infrastructure.database.connections import Connections

    environment = Environment()
    if not (environment.home.secrets / "database.json").exists():
        return None
    return Connections(environment.home, environment.database_url, environment.database_name).dsn("web")


def _here() -> Path:
    from maidinh.config.environment import Environment

    return Environment().home.log


def _published(log: Path | None) -> tuple[PublishedLog, str, Tree]:
    from maidinh.infrastructure.translog.note import NoteError, unchecked_tree
    from maidinh.infrastructure.translog.published import PublishedLog

    published = PublishedLog(log or _here())
    note = published.checkpoint()
    if note is None:
        _stop(WRONG_USE, say("There is no checkpoint in {folder}.").format(folder=published.root))
    try:
        return published, note, unchecked_tree(note)
    except NoteError as error:
        _stop(FAILED, str(error))


def _is_hash(text: str) -> bool:
    return len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)


def _index(published: PublishedLog, tree: Tree, entry: str | bytes) -> int | None:
    from maidinh.infrastructure.translog.inspection import place_of, place_of_hash

    if isinstance(entry, bytes):
        return place_of(published, tree, entry)
    return place_of_hash(published, tree, bytes.fromhex(entry)) if _is_hash(entry) else int(entry)


def _tell(checks: Sequence[Check], holds: bool, closing: str, as_json: bool) -> NoReturn:
    if as_json:
        found = [{"name": check.name, "ok": check.ok, "detail": detail_of(check)} for check in checks]
        typer.echo(json.dumps({"ok": holds, "checks": found}, ensure_ascii=False))
    else:
        words = {True: say("holds"), False: say("FAILS"), None: say("not checked")}
        width = max(len(word) for word in words.values())
        for check in checks:
            typer.echo(f"{words[check.ok]:<{width}}  {detail_of(check)}")
        typer.echo(closing)
    raise typer.Exit(0 if holds else FINDINGS)


def detail_of(check: Check) -> str:
    """What a check found, in the user's language."""
    return say(check.text).format(**check.values)


def speak(language: str | None) -> None:
    """Have this command speak a language, whatever the terminal's is."""
    if language is not None:
        if language not in ("vi", "en"):
            _stop(WRONG_USE, say("The language is vi or en."))
        os.environ["MAIDINH_LANGUAGE"] = language


def _stop(code: int, message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)
