"""Who may have the signer do what: the table that stands between a caller and the private keys.

Layer 7, pure. A caller is a process of the platform and shows a token of its own.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from maidinh.infrastructure.keys.identifiers import ALGORITHM_OF_KIND, CERTIFIED_KINDS, kind_of

ANY_KIND = frozenset(ALGORITHM_OF_KIND)
NO_PRIVATE_USE = {"public": ANY_KIND, "certificate": ANY_KIND}

# caller -> operation -> the kinds of key it may be used with; `kind:pattern` stands for the owners that fit it
PERMISSIONS: dict[str, dict[str, frozenset[str]]] = {
    "web": NO_PRIVATE_USE
    | {
        # architecture: whoever publishes a version does it on a page. The signer notes each of these signatures.
        "sign": frozenset({"promise", "architecture", "exchange", "caller:*/one-stop"}),
        "sign_digest": frozenset({"person"}),
    },
    "gateway": NO_PRIVATE_USE | {"sign": frozenset({"member", "exchange"})},
    "worker": NO_PRIVATE_USE | {"sign": frozenset({"log"}), "sign_digest": frozenset({"timestamp"})},
    "operator": NO_PRIVATE_USE
    | {
        "create": ANY_KIND,
        "certify": CERTIFIED_KINDS,
        "revoke": ANY_KIND - {"authority"},
        "sign": frozenset({"architecture", "promise", "caller", "exchange"}),
    },
}
NOTED = frozenset({"architecture"})  # rare and far-reaching: each signature is written to the signer's output

CALLERS = tuple(PERMISSIONS)


def allowed(caller: str, operation: str, key: str) -> bool:
    """Tell whether this caller may use this operation on this key."""
    kind = kind_of(key)
    permitted = PERMISSIONS.get(caller, {}).get(operation, frozenset())
    return kind in permitted or any(":" in each and fnmatchcase(key, each) for each in permitted)
