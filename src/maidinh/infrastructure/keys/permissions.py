"""Who may have the signer do what: the table that stands between a caller and the private keys.

Layer 7, pure. A caller is a process of the platform and shows a token of its own.
"""

from __future__ import annotations

import base64
import json
from fnmatch import fnmatchcase

from maidinh.infrastructure.keys.identifiers import ALGORITHM_OF_KIND, CERTIFIED_KINDS, kind_of

ANY_KIND = frozenset(ALGORITHM_OF_KIND)
NO_PRIVATE_USE = {"public": ANY_KIND, "certificate": ANY_KIND}

# caller -> operation -> the kinds of key it may be used with; `kind:pattern` stands for the owners that fit it
PERMISSIONS: dict[str, dict[str, frozenset[str]]] = {
    "web": NO_PRIVATE_USE
    | {
        # architecture: whoever publishes a version does it on a page. The signer notes each of these signatures.
        "sign": frozenset(
            {
                "promise",
                "architecture",
                "exchange",
                "member",  # an agency's signature on a contract, and nothing else (see ONLY)
                "caller:*/one-stop",
                "caller:*/*/*/one-stop/*",
            }
        ),
        "sign_digest": frozenset({"person"}),
        # whoever looks after the exchange's keys does it on a page; what a key may do, the signed directory says
        "create": frozenset({"caller", "member"}),
        "revoke": frozenset({"caller", "member"}),
        "certify": frozenset({"member"}),
        "certify_key": frozenset({"caller"}),
    },
    "gateway": NO_PRIVATE_USE | {"sign": frozenset({"member", "exchange"})},
    "worker": NO_PRIVATE_USE
    | {
        # the one-stop system's calls that nobody waits for at a page: dossiers told to the national portal
        "sign": frozenset({"log", "caller:*/one-stop", "caller:*/*/*/one-stop/*"}),
        "sign_digest": frozenset({"timestamp"}),
    },
    "operator": NO_PRIVATE_USE
    | {
        "create": ANY_KIND,
        "certify": CERTIFIED_KINDS,
        "certify_key": frozenset({"caller"}),
        "revoke": ANY_KIND - {"authority"},
        "sign": frozenset({"architecture", "promise", "member", "caller", "exchange"}),
    },
}
# caller -> the kinds of key with which it may sign one kind of statement only, by the type in the statement's header:
# an agency's evidence of an exchange is signed for the gateway alone.
AGREEMENT = "maidinh-agreement+jws"
ONLY: dict[str, dict[str, str]] = {"web": {"member": AGREEMENT}, "operator": {"member": AGREEMENT}}
NOTED = frozenset({"architecture"})  # rare and far-reaching: each signature is written to the signer's output

CALLERS = tuple(PERMISSIONS)


def allowed(caller: str, operation: str, key: str) -> bool:
    """Tell whether this caller may use this operation on this key."""
    kind = kind_of(key)
    permitted = PERMISSIONS.get(caller, {}).get(operation, frozenset())
    return kind in permitted or any(":" in each and fnmatchcase(key, each) for each in permitted)


def noted(caller: str, key: str) -> bool:
    """Tell whether the signer writes down each signature of this key for this caller."""
    kind = kind_of(key)
    return kind in NOTED or kind in ONLY.get(caller, {})


def may_be_signed(caller: str, key: str, message: bytes) -> bool:
    """Tell whether this caller may have this key sign this: where it may sign one kind of statement, only that one."""
    wanted = ONLY.get(caller, {}).get(kind_of(key))
    return wanted is None or _type_of(message) == wanted


def _type_of(message: bytes) -> str:
    """The type that a statement (the signed part of a JWS) names in its header; empty for anything else."""
    header, dot, _ = message.partition(b".")
    try:
        found = json.loads(base64.b64decode(header + b"=" * (-len(header) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        return ""
    stated = found.get("typ") if dot and isinstance(found, dict) else None
    return stated if isinstance(stated, str) else ""
