"""Who may have the signer do what: the table that stands between a caller and the private keys.

Layer 7, pure. A caller is a process of the platform and shows a token of its own.
"""

from __future__ import annotations

from maidinh.infrastructure.keys.identifiers import ALGORITHM_OF_KIND, kind_of

ANY_KIND = frozenset(ALGORITHM_OF_KIND)
NO_PRIVATE_USE = {"public": ANY_KIND, "certificate": ANY_KIND}

# caller -> operation -> the kinds of key it may be used with
PERMISSIONS: dict[str, dict[str, frozenset[str]]] = {
    "web": NO_PRIVATE_USE
    | {
        "sign": frozenset({"promise", "seal", "person", "architecture", "caller"}),
        "sign_digest": frozenset({"person", "seal"}),
    },
    "gateway": NO_PRIVATE_USE | {"sign": frozenset({"member", "promise"})},
    "worker": NO_PRIVATE_USE | {"sign": frozenset({"log", "promise", "caller"})},
    "operator": NO_PRIVATE_USE
    | {
        "create": ANY_KIND,
        "certify": frozenset({"person", "seal", "caller"}),
        "revoke": ANY_KIND - {"authority"},
        "sign": frozenset({"architecture", "promise", "caller"}),
    },
}

CALLERS = tuple(PERMISSIONS)


def allowed(caller: str, operation: str, key: str) -> bool:
    """Tell whether this caller may use this operation on this key."""
    return kind_of(key) in PERMISSIONS.get(caller, {}).get(operation, frozenset())
