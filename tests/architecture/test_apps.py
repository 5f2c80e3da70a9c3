"""Apps meet only at their public modules, and no table refers to one of a higher layer."""

from __future__ import annotations

from functools import cache

import grimp
from django.apps import apps
from django.db.models import ForeignKey

LAYERS = (
    "infrastructure",
    "exchange",
    "applications",
    "governance",
    "services",
    "portal",
    "channels",
    "users",
    "config",
)
HEIGHT = {layer: height for height, layer in enumerate(LAYERS)} | {"governance": 3, "services": 3}
PRIVATE = {"models", "handlers", "admin", "apps", "migrations"}


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("maidinh")


def app_of(module: str) -> str:
    return ".".join(module.split(".")[:3])


def test_no_app_reaches_into_another() -> None:
    found = []
    for importer in graph().modules:
        for imported in graph().find_modules_directly_imported_by(importer):
            parts = imported.split(".")
            if len(parts) > 3 and parts[3] in PRIVATE and app_of(importer) != app_of(imported):
                found.append(f"{importer} -> {imported}")
    assert not sorted(found)


def test_migrations_are_what_the_models_say(role) -> None:
    from django.core.management import call_command

    with role("owner"):
        call_command("makemigrations", check=True, dry_run=True, verbosity=0, skip_checks=True)


def test_no_foreign_key_points_up() -> None:
    found = []
    for model in apps.get_models():
        if not model.__module__.startswith("maidinh."):
            continue
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey) and field.related_model.__module__.startswith("maidinh."):
                here, there = (m.__module__.split(".")[1] for m in (model, field.related_model))
                if HEIGHT[there] > HEIGHT[here]:
                    found.append(f"{model.__name__}.{field.name} -> {field.related_model.__name__}")
    assert not found


def test_every_table_is_reached_by_a_grant_and_a_policy_where_it_holds_a_person() -> None:
    """Row-level security is forced on every table with a personal or agency column that decides who may read."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relkind = 'r'")
        secured = {row[0]: row[1] and row[2] for row in cursor.fetchall()}
    deciding = {"applicant", "person", "dossier", "agencies"}
    found = []
    for model in apps.get_models():
        if not model.__module__.startswith("maidinh."):
            continue
        columns = {field.name for field in model._meta.fields}
        if columns & deciding and not secured[model._meta.db_table] and model._meta.label not in OPEN_BY_DESIGN:
            found.append(model._meta.label)
    assert not found


OPEN_BY_DESIGN = {
    "identity.Account",  # who signs in is found by the identity provider's subject, before anyone is known
}
