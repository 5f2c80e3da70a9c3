"""The tables that a rule may read, each with its columns, in plain words: shown beside the form of a rule. Layer 2."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from maidinh.governance.querying.schema import ELEMENT_COLUMNS, KINDS_OF_TABLE, RELATION_KIND_TABLES, TABLES

COMMON = len(ELEMENT_COLUMNS)


@dataclass(frozen=True)
class TableHelp:
    """A table: what it holds and what each column says. `like_element`: it begins with the columns of `element`."""

    name: str
    meaning: str
    columns: tuple[tuple[str, str], ...]
    like_element: bool


def tables() -> list[TableHelp]:
    """Every table there is, `element` and `relation` first."""
    columns, meanings = _columns(), _meanings()
    first = ("element", "relation", "depends", "contract")
    names = [*first, *(name for name in TABLES if name not in first)]
    found = []
    for name in names:
        own = TABLES[name].names
        like = name in KINDS_OF_TABLE
        shown = own[COMMON:] if like else own
        said = tuple((each, _said(columns, name, each)) for each in shown)
        found.append(TableHelp(name, meanings.get(name, ""), said, like))
    return found


def _said(columns: dict[str, str], table: str, column: str) -> str:
    if column == "source" and table in (*RELATION_KIND_TABLES, "contract"):
        table = "relation"
    return columns.get(f"{table}.{column}") or columns.get(column, "")


def _meanings() -> dict[str, str]:
    return {
        "model": _("the architecture itself, one row"),
        "element": _("every component, whatever its kind"),
        "relation": _("every relation, whatever its kind"),
        "depends": _("what breaks when what stops; made from relations and fields"),
        "contract": _("the contracts of connections"),
        "system": _("information systems and platforms"),
        "platform": _("platforms, shared ones included"),
        "shared_platform": _("shared platforms"),
        "shared_service": _("shared services"),
        "database": _("databases"),
        "data_entity": _("data entities"),
        "interface": _("sharing services and interfaces"),
        "procedure": _("administrative procedures"),
        "public_service": _("public services"),
        "portal_service": _("services of the portal"),
        "channel": _("channels by which people come"),
        "user_group": _("groups of users"),
        "agency": _("agencies that stand in the architecture"),
        "zone": _("network zones"),
        "network": _("networks"),
        "data_centre": _("data centres"),
        "infrastructure_service": _("infrastructure services"),
        "technology_product": _("products of technology"),
        "requirement": _("requirements"),
        "gap": _("gaps between what is and what shall be"),
        "plateau": _("states of the architecture on the way"),
        "work_package": _("projects and tasks"),
        "assessment": _("assessments"),
        "document": _("documents"),
        "target": _("targets"),
        "goal": _("goals and visions"),
        "flow": _("who sends data to whom, or calls whom"),
        "access": _("who reads or writes which data"),
        "serving": _("who serves whom"),
        "realization": _("what makes what real"),
        "assignment": _("what runs on what, who does what"),
        "composition": _("what is a part of what"),
        "aggregation": _("what belongs to what"),
        "association": _("what has to do with what"),
        "triggering": _("what sets off what"),
        "specialization": _("what is a special case of what"),
        "influence": _("what bears on what"),
        "master": _("which component is the master of which data entity"),
        "reference": _("which component stands for which component of the national framework"),
        "classification": _("the codes of components in the reference models"),
        "technology": _("which component uses which product"),
        "cost": _("what components cost, by year"),
        "property": _("further properties of components and relations"),
        "principle": _("the principles of the architecture"),
        "view": _("the views"),
        "shown": _("which view shows which component"),
        "component": _("the components that the national framework names"),
        "framework": _("the national framework that is asked for, one row"),
        "framework_principle": _("the principles of the national framework"),
        "shared_component": _("the shared components that the national framework names"),
        "national_platform": _("the national platforms"),
        "code": _("the codes of the reference models"),
        "product": _("the products of the technology catalogues"),
        "known_agency": _("the agencies of the province"),
        "known_zone": _("the network zones that have a code"),
    }


def _columns() -> dict[str, str]:
    return _element_columns() | _other_columns()


def _element_columns() -> dict[str, str]:
    day, yes = _("a day, as 2026-01-31"), _("1 for yes, 0 for no")
    return {
        "id": _("its id"),
        "kind": _("its kind, as in the definitions"),
        "type": _("its type in ArchiMate"),
        "layer": _("its layer, 1 to 7"),
        "name": _("its name"),
        "folded": _("its name in small letters without diacritics"),
        "description": _("its description"),
        "documentation": _("its documentation"),
        "owner": _("the code of the agency in charge"),
        "operator": _("the code of the agency that runs it"),
        "state": _("its state on the day of the check: planned, live, retiring, retired"),
        "declared_state": _("its state as written, whatever its days say"),
        "since": _("since when, as written"),
        "planned_on": day,
        "live_on": day,
        "retiring_on": day,
        "retired_on": day,
        "subsystem": _("its name on the exchange"),
        "zone": _("the network zone in which it stands"),
        "security_level": _("its security level, 1 to 5"),
        "security_basis": _("the decision on its security level"),
        "personal_data": yes,
        "national_code": _("its national code"),
        "local_code": _("its local code"),
        "source_code": _("its code at its source"),
        "source": _("where it comes from"),
        "relation.source": _("the id of the component it begins at"),
        "sample": yes,
        "checked": yes,
        "island": _("0 where it hangs together with most others, else the number of its island"),
    }


def _other_columns() -> dict[str, str]:
    day, yes = _("a day, as 2026-01-31"), _("1 for yes, 0 for no")
    return {
        "target": _("the id of the component it leads to"),
        "access": _("read, write or both"),
        "directed": yes,
        "contract": _("the id of its contract"),
        "mode": _("read, write or both"),
        "direct": _("1 where the data are reached without an interface or a shared service"),
        "relation": _("the id of the relation"),
        "purpose": _("its purpose"),
        "methods": _("how many calls it allows"),
        "interface.methods": _("how many calls it offers"),
        "fields": _("how many fields it names"),
        "legal_basis": _("how many articles it rests on"),
        "valid_from": day,
        "valid_to": day,
        "element": _("the id of the component"),
        "needs": _("the id of what it needs"),
        "via": _("by which relation or field"),
        "entity": _("the id of the data entity"),
        "component": _("the id of the framework's component"),
        "model": _("which reference model"),
        "code": _("the code"),
        "known": _("1 where a catalogue has it"),
        "product": _("the id of the product"),
        "year": _("the year"),
        "amount": _("how much, in đồng"),
        "cost.kind": _("build or run"),
        "item": _("the id of the component or relation"),
        "number": _("a number"),
        "key": _("which property"),
        "value": _("its value"),
        "language": _("the language of the value"),
        "vi": _("its Vietnamese text"),
        "en": _("its English text"),
        "viewpoint": _("from which viewpoint it is drawn"),
        "view": _("the id of the view"),
        "tier": _("its tier"),
        "component.layer": _("its layer in the framework"),
        "optional": yes,
        "legal": _("the document that issued it"),
        "group": _("its group; write it as [group]"),
        "stage": _("its stage on the day of the check: adopt, keep, retire"),
        "adopt_on": day,
        "keep_on": day,
        "retire_on": day,
        "category": _("its category"),
        "replaced_by": _("the products that replace it"),
        "province": _("the province"),
        "version": _("the version"),
        "model.framework": _("the framework that it names"),
        "effective_from": day,
        "as_of": _("the day of the check"),
        "system": _("the id of the system that offers it"),
        "service": _("the name of the service on the exchange"),
        "endpoint": _("where it is reached"),
        "known_agency.code": _("the code of the agency"),
        "known_agency.name": _("the name of the agency"),
    }
