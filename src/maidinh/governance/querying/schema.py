"""The tables that a rule of conformity sees: a model, the framework asked for, catalogues and agencies.

Layer 4, governance. Pure. Physical tables, so that what a rule reads is known column by column. Each keeps its rows in
the order of its key, so that no answer depends on the order in which a file states things.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

ELEMENT_COLUMNS = (
    "id", "kind", "type", "layer INT", "name", "folded", "description", "documentation", "owner", "operator", "state",
    "declared_state", "since", "planned_on", "live_on", "retiring_on", "retired_on", "subsystem", "zone",
    "security_level INT", "security_basis", "personal_data INT", "national_code", "local_code", "source_code", "source",
    "sample INT", "checked INT", "island INT",
)  # fmt: skip
INTERFACE_COLUMNS = ("system", "service", "endpoint", "methods INT")
END_COLUMNS = ("id", "source", "target", "name")


@dataclass(frozen=True)
class Table:
    """A table: its columns as SQL states them, the columns that tell its rows apart, the columns looked up by."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    kinds: frozenset[str] = field(default=frozenset())

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns without their types."""
        return tuple(each.split()[0].strip("[]") for each in self.columns)

    def statement(self) -> str:
        """How it is made."""
        columns = ", ".join(each if " " in each else f"{each} TEXT" for each in self.columns)
        return f"CREATE TABLE {self.name} ({columns}, PRIMARY KEY ({', '.join(self.key)})) WITHOUT ROWID"

    def index_statements(self) -> list[str]:
        """How its indexes are made."""
        return [
            f"CREATE INDEX {self.name}_by_{'_'.join(index)} ON {self.name} ({', '.join(index)})"
            for index in self.indexes
        ]


KINDS_OF_TABLE: dict[str, tuple[str, ...]] = {
    "system": ("information-system", "platform", "shared-platform", "application-component"),
    "platform": ("platform", "shared-platform"),
    "shared_platform": ("shared-platform",),
    "shared_service": ("shared-service",),
    "database": ("database", "data-object"),
    "data_entity": ("data-entity", "business-object"),
    "interface": ("interface", "application-interface"),
    "procedure": ("procedure",),
    "public_service": ("public-service",),
    "portal_service": ("portal-service",),
    "channel": ("channel",),
    "user_group": ("user-group",),
    "agency": ("agency", "business-actor"),
    "zone": ("network-zone",),
    "network": ("network", "communication-network"),
    "data_centre": ("data-centre", "facility"),
    "infrastructure_service": ("infrastructure-service", "technology-service"),
    "technology_product": ("technology-product", "system-software"),
    "requirement": ("requirement",),
    "gap": ("gap",),
    "plateau": ("plateau",),
    "work_package": ("work-package",),
    "assessment": ("assessment",),
    "document": ("document", "representation"),
    "target": ("target", "outcome"),
    "goal": ("goal", "vision"),
}
RELATION_KIND_TABLES = (
    "flow", "access", "serving", "realization", "assignment", "composition", "aggregation", "association", "triggering",
    "specialization", "influence",
)  # fmt: skip


def _of_kind(name: str, kinds: tuple[str, ...]) -> Table:
    extra = INTERFACE_COLUMNS if name == "interface" else ()
    indexes = {"system": (("subsystem",), ("folded",)), "interface": (("system",),)}.get(name, ())
    return Table(name, ELEMENT_COLUMNS + extra, ("id",), indexes, frozenset(kinds))


def _of_relation(kind: str) -> Table:
    extra = {"flow": ("contract",), "access": ("mode", "direct INT")}.get(kind, ())
    return Table(kind, END_COLUMNS + extra, ("id",), (("source",), ("target",)))


TABLES: dict[str, Table] = {
    each.name: each
    for each in (
        Table("model", ("id", "name", "province", "version", "framework", "effective_from", "as_of", "sample INT"),
              ("id",)),
        Table("element", ELEMENT_COLUMNS, ("id",), (("folded", "kind", "state"), ("owner",), ("subsystem",))),
        *(_of_kind(name, kinds) for name, kinds in KINDS_OF_TABLE.items()),
        Table("relation", ("id", "kind", "type", "source", "target", "name", "access", "directed INT", "contract"),
              ("id",), (("source", "target"), ("target",))),
        *(_of_relation(kind) for kind in RELATION_KIND_TABLES),
        Table("contract", ("id", "relation", "source", "target", "purpose", "methods INT", "fields INT",
                           "legal_basis INT", "valid_from", "valid_to"), ("relation",), (("source",), ("target",))),
        Table("master", ("element", "entity"), ("element", "entity"), (("entity",),)),
        Table("reference", ("element", "component"), ("element", "component"), (("component",),)),
        Table("classification", ("element", "model", "code", "known INT"), ("element", "model", "code"), (("code",),)),
        Table("technology", ("element", "product", "known INT"), ("element", "product"), (("product",),)),
        Table("cost", ("element", "kind", "year INT", "amount INT"), ("element", "kind", "year")),
        Table("property", ("item", "number INT", "key", "value", "language"), ("item", "number"), (("key",),)),
        Table("principle", ("id", "kind", "vi", "en", "source"), ("id",)),
        Table("view", ("id", "name", "kind", "viewpoint"), ("id",)),
        Table("shown", ("view", "element"), ("view", "element"), (("element",),)),
        Table("depends", ("element", "needs", "via"), ("element", "needs", "via"), (("needs",),)),
        Table("component", ("id", "vi", "en", "layer", "tier", "optional INT", "folded"), ("id",)),
        Table("framework", ("id", "name", "legal", "valid_from", "valid_to"), ("id",)),
        Table("framework_principle", ("id", "vi", "en", "[group] TEXT"), ("id",)),
        Table("shared_component", ("id", "vi", "en", "folded"), ("id",)),
        Table("national_platform", ("id", "vi", "en", "owner", "folded"), ("id",)),
        Table("code", ("model", "code", "vi"), ("model", "code"), (("code",),)),
        Table("product", ("id", "vi", "stage", "adopt_on", "keep_on", "retire_on", "category", "replaced_by"),
              ("id",)),
        Table("known_agency", ("code", "name"), ("code",)),
        Table("known_zone", ("id",), ("id",)),
    )
}  # fmt: skip
TABLES_OF_KIND: dict[str, tuple[str, ...]] = {
    kind: tuple(name for name, kinds in KINDS_OF_TABLE.items() if kind in kinds)
    for kind in {each for kinds in KINDS_OF_TABLE.values() for each in kinds}
}


USUAL_ROWS, USUAL_FANOUT = 200, 3
ROWS = {  # what a large province has, by table; others have the usual number
    "model": 1, "framework": 1, "zone": 6, "known_zone": 7, "plateau": 5, "goal": 15, "channel": 20, "user_group": 12,
    "portal_service": 20, "data_centre": 12, "network": 40, "target": 40, "shared_platform": 30, "element": 10_000,
    "relation": 20_000, "depends": 30_000, "system": 2_500, "procedure": 1_700, "database": 1_500, "data_entity": 900,
    "interface": 900, "public_service": 700, "serving": 6_000, "realization": 4_500, "access": 3_000, "flow": 3_000,
    "assignment": 2_000, "contract": 2_500, "technology": 5_000, "cost": 5_000, "classification": 2_500,
    "reference": 2_500, "master": 500, "property": 5_000, "shown": 5_000,
}  # fmt: skip
FANOUT = {
    "folded": 1,
    "subsystem": 1,
    "kind": 400,
    "owner": 100,
    "component": 40,
    "product": 50,
    "code": 40,
}  # rows for one value, by column


def statements() -> str:
    """All tables, as one script; indexes come after the rows."""
    return ";\n".join(each.statement() for each in TABLES.values()) + ";"


def index_statements() -> str:
    """All indexes, and how large tables usually are, as one script.

    The database plans by these sizes and never by those of the model at hand: after an edit it must answer as before.
    """
    indexes = "".join(f"{line};\n" for each in TABLES.values() for line in each.index_statements())
    sizes = ", ".join(f"('{table}', '{index}', '{size}')" for table, index, size in _sizes())
    return (
        f"{indexes}ANALYZE known_zone; DELETE FROM sqlite_stat1; INSERT INTO sqlite_stat1 VALUES {sizes}; "  # noqa: S608
        "ANALYZE sqlite_schema;"
    )


def _sizes() -> Iterator[tuple[str, str, str]]:
    for name, table in TABLES.items():
        rows = ROWS.get(name, USUAL_ROWS)
        ends = [str(min(rows, USUAL_FANOUT))] * (len(table.key) - 1)
        yield name, name, " ".join((str(rows), *ends, "1"))
        for index in table.indexes:
            fanout = min(rows, FANOUT.get(index[0], USUAL_FANOUT))
            yield name, f"{name}_by_{'_'.join(index)}", " ".join((f"{rows} {fanout}", *["1"] * (len(index) - 1)))
