"""Finding an exchange and everything that belongs to its evidence: entry, proof, time stamp, directory, certificates.

Layer 6, no Django: the gateway and the command line use it alike. It blocks; an event loop calls it in a thread.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg

from maidinh.exchange import jws
from maidinh.exchange.directory.definition import KIND, Directory
from maidinh.exchange.evidence.container import Evidence, EvidenceError, Sealing, receipt_for
from maidinh.infrastructure.home import Home
from maidinh.infrastructure.keys.identifiers import KeyNameError, file_stem
from maidinh.infrastructure.translog.merkle import inclusion_proof, leaf_hash
from maidinh.infrastructure.translog.note import unchecked_tree
from maidinh.infrastructure.translog.proof import Proof
from maidinh.infrastructure.translog.published import PublishedLog
from maidinh.infrastructure.translog.tiles import TileError

COLUMNS = "id, x_road_id, record, signatures, salt, log_entry"
BY_OWNER = f"""
SELECT {COLUMNS} FROM evidence_exchange WHERE x_road_id = %(asked)s OR id = %(id)s ORDER BY started_at, id LIMIT 100
"""  # noqa: S608 - names of our own columns
BY_SYSTEM = f"SELECT {COLUMNS} FROM evidence_asked(%(asked)s, %(asker)s)"  # noqa: S608 - the same
# The first state of the log that holds the entry and was stamped; before there is one, the newest state that holds it.
STATE = """
SELECT checkpoint.note, stamp.response FROM translog_checkpoint AS checkpoint
LEFT JOIN translog_timestamp AS stamp ON stamp.origin = checkpoint.origin AND stamp.size = checkpoint.size
WHERE checkpoint.origin = %(origin)s AND checkpoint.size > %(index)s
ORDER BY stamp.size, checkpoint.size DESC LIMIT 1
"""


@dataclass(frozen=True)
class Archive:
    """Where the evidence of an installation lies: a connection of the owner or the gateway, its folders, its log."""

    connection: psycopg.Connection[Any]
    home: Home
    origin: str

    def found(self, asked: str) -> list[Evidence]:
        """The exchanges with this X-Road-Id, or the one with this X-Road-Request-Id; for the owner."""
        request_id = None
        with suppress(ValueError):
            request_id = uuid.UUID(asked)
        rows = self.connection.execute(BY_OWNER, {"asked": asked, "id": request_id}).fetchall()
        return [self.evidence_of(row) for row in rows]

    def found_for(self, asker: str, asked: str) -> list[Evidence]:
        """The exchanges with this X-Road-Id in which the system (instance/class/member/subsystem) took part."""
        rows = self.connection.execute(BY_SYSTEM, {"asked": asked, "asker": asker}).fetchall()
        return [self.evidence_of(row) for row in rows]

    def evidence_of(self, row: tuple[Any, ...]) -> Evidence:
        """Everything that belongs to a row with these columns: id, x_road_id, record, signatures, salt, log_entry."""
        number, x_road_id, text, signatures, salt, entry = row
        record = json.loads(text)
        directory = self._directory(record["directory"]["serial"])
        kids = [str(json.loads(jws.from_base64url(each["protected"]))["kid"]) for each in signatures]
        keys, certificates = self._keys(kids, directory)
        receipt, checkpoint, stamp = None, "", b""
        if entry is not None:
            leaf, index = self._one("SELECT leaf, index FROM translog_entry WHERE id = %s", entry)
            proof, checkpoint, stamp = self._proof(index, bytes(leaf))
            receipt = receipt_for(record, signatures, bytes(salt), bytes(leaf), proof)
        return Evidence(
            str(number), x_road_id, text.encode(), signatures, receipt, checkpoint, stamp, directory, keys, certificates
        )

    def _proof(self, index: int | None, leaf: bytes) -> tuple[str | None, str, bytes]:
        if index is None:
            return None, "", b""
        state = self.connection.execute(STATE, {"origin": self.origin, "index": index}).fetchone()
        if state is None:
            return None, "", b""
        note, stamp = str(state[0]), bytes(state[1] or b"")
        tree = unchecked_tree(note)
        try:
            steps = inclusion_proof(index, tree.size, PublishedLog(self.home.log).subtree(tree.size))
        except TileError as error:
            raise EvidenceError(f"the published log cannot be read ({error}); see maidinh log audit") from error
        proof = Proof(index, steps, note)
        if not proof.includes(leaf_hash(leaf), tree.size, tree.root):
            raise EvidenceError(f"entry {index} is not what the log published; see maidinh log audit")
        return proof.text, note, stamp

    def _directory(self, serial: int) -> str:
        found = self.connection.execute(
            "SELECT jws FROM directory_publisheddirectory WHERE serial = %s", [serial]
        ).fetchone()
        return "" if found is None else str(found[0])

    def _keys(self, kids: list[str], directory: str) -> tuple[dict[str, str], dict[str, str]]:
        """Public keys and certificates of those who signed, from the directory and from the published files."""
        keys = _declared(directory)
        keys = {kid: keys[kid] for kid in kids if kid in keys}
        certificates: dict[str, str] = {}
        for kid in kids:
            with suppress(KeyNameError, FileNotFoundError):
                keys.setdefault(kid, (self.home.public_keys / f"{file_stem(kid)}.pem").read_text("ascii"))
            with suppress(KeyNameError, FileNotFoundError):
                certificates[kid] = (self.home.public_keys / f"{file_stem(kid)}.crt").read_text("ascii")
        return keys, certificates

    def _one(self, statement: str, *values: Any) -> tuple[Any, ...]:
        found = self.connection.execute(statement, values).fetchone()
        if found is None:
            raise EvidenceError("the entry of the log that the exchange names is not in the database")
        return tuple(found)


def sealing_for(
    home: Home, province: str, sign: Callable[[str, bytes], bytes], *, stamp: Callable[[bytes], bytes] | None = None
) -> Sealing:
    """Seal with the exchange's own key, which the signer holds: `sign` takes the key's name and a message."""
    key = f"exchange:{province}"
    path = home.public_keys / f"{file_stem(key)}.crt"
    try:
        chain = path.read_text("ascii")
    except FileNotFoundError:
        raise EvidenceError(
            f"the exchange's seal has no certificate: have one issued for the public key {key} and put it, with its "
            f"issuer's, at {path}"
        ) from None
    return Sealing(chain, lambda message: sign(key, message), stamp)


def _declared(directory: str) -> dict[str, str]:
    """The keys of the members that the directory declares."""
    if not directory:
        return {}
    declared = Directory.model_validate_json(jws.parse(directory, KIND).payload)
    return {key.kid: key.public_key_pem for member in declared.members for key in member.keys}
