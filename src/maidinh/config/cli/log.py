"""`maidinh log …`: the transparency log checked, seen from outside, and opened anew after a restore.

Layer 0, config.
"""

from __future__ import annotations

import typer

from maidinh.config.cli.log_checks import audit, prove, verify
from maidinh.config.cli.log_keeping import anchor, key, reopen, witness
from maidinh.config.texts import say

app = typer.Typer(help=say("Check the transparency log."), no_args_is_help=True)
app.command(help=say("Check a receipt: content, promise, proof, checkpoint and log."))(verify)
app.command(help=say("Print the proof that an entry is in the published log."))(prove)
app.command(help=say("Derive the published log again from its entries and compare it with what was signed."))(audit)
app.command(help=say("Print the log's verifier key, as witnesses and verifiers take it: one line."))(key)
app.command(help=say("Run a witness: cosign the states of logs that only grew."))(witness)
app.command(help=say("Leave the log's signed state outside: in a folder, or at an address."))(anchor)
app.command(help=say("Go on under a new log origin after the database was set back; the old log stays published."))(
    reopen
)
