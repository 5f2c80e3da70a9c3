"""The receipt a person takes away: what was entered, the salt, the leaf, the promise and, when it is there, the proof.

Layer 7, pure. The receipt holds what it is about in clear and belongs to that person; only its leaf is public.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maidinh.infrastructure.translog.rules import SALT_BYTES

FORMAT = "maidinh-receipt/1"


class ReceiptError(ValueError):
    """The text is not a receipt."""


@dataclass(frozen=True)
class Receipt:
    """The parts of a receipt."""

    content: Mapping[str, Any]
    salt: bytes
    leaf: bytes
    promise: str | None
    proof: str | None

    def document(self) -> dict[str, Any]:
        """Return the receipt as the JSON object that is handed out."""
        return {
            "format": FORMAT,
            "content": self.content,
            "salt": base64.b64encode(self.salt).decode("ascii"),
            "leaf": self.leaf.decode("utf-8"),
            "promise": self.promise,
            "proof": self.proof,
        }

    def text(self) -> str:
        """Return the receipt as the file that is handed out."""
        return json.dumps(self.document(), ensure_ascii=False, indent=2) + "\n"


def read_receipt(text: str) -> Receipt:
    """Read a receipt from a file. Whether it is true is another question."""
    try:
        document = json.loads(text)
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise ReceiptError(f"a receipt says that its format is {FORMAT}")
        content, leaf = document["content"], document["leaf"]
        salt = base64.b64decode(document["salt"], validate=True)
        promise, proof = document.get("promise"), document.get("proof")
    except (binascii.Error, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ReceiptError(f"the file is not a receipt: {error}") from error
    if base64.b64encode(salt).decode("ascii") != document["salt"]:
        raise ReceiptError("the salt of the receipt is not in its canonical form")  # spare bits of the last character
    if not isinstance(content, dict) or not isinstance(leaf, str) or len(salt) != SALT_BYTES:
        raise ReceiptError("content, leaf or salt of the receipt is not of its kind")
    if not isinstance(promise, str | None) or not isinstance(proof, str | None):
        raise ReceiptError("promise and proof of a receipt are text")
    try:
        return Receipt(content, salt, leaf.encode("utf-8"), promise, proof)
    except UnicodeEncodeError as error:
        raise ReceiptError("the leaf of the receipt is not text") from error
