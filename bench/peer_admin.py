"""The peer: the same two tables in the lists that Django's own administration makes, without policies and sessions."""

from __future__ import annotations

import os
import sys
from typing import Any

import django
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict


def configure(dsn: str) -> None:
    """Settings of a project with the administration alone; whoever asks may read."""
    given = conninfo_to_dict(dsn)
    settings.configure(
        ROOT_URLCONF=__name__, SECRET_KEY="bench", ALLOWED_HOSTS=["*"], USE_TZ=True,  # noqa: S106 - nothing is signed
        INSTALLED_APPS=["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
                        "django.contrib.messages", "django.contrib.sessions", "bench"],
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "maidinh", "USER": given["user"],
                               "PASSWORD": given["password"], "HOST": given["host"], "PORT": given["port"],
                               "CONN_MAX_AGE": 600}},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {
            "context_processors": ["django.template.context_processors.request"]}}],
        MIDDLEWARE=[], STATIC_URL="/static/",
    )  # fmt: skip
    django.setup()


if __name__ == "__main__":  # the server loads this module again, in a process of its own
    from granian import Granian
    from granian.constants import Interfaces

    os.environ["BENCH_PEER_DSN"] = sys.argv[1]
    place = {"address": "127.0.0.1", "port": int(sys.argv[2])}
    name = "bench.peer_admin:application"
    Granian(name, interface=Interfaces.WSGI, blocking_threads=8, factory=True, **place).serve()
    sys.exit()

configure(os.environ["BENCH_PEER_DSN"])

from django.contrib import admin  # noqa: E402 - after the settings
from django.db import models  # noqa: E402
from django.urls import path  # noqa: E402


class Reader:
    """Whoever asks."""

    is_active = is_staff = True
    pk = 1

    def has_perm(self, *_: Any) -> bool:
        return True

    def has_module_perms(self, *_: Any) -> bool:
        return True

    def get_username(self) -> str:
        return "bench"

    def has_usable_password(self) -> bool:
        return False


class Dossier(models.Model):
    code = models.CharField(max_length=60)
    applicant_name = models.CharField(max_length=200)
    receiving = models.CharField(max_length=35)
    status = models.PositiveSmallIntegerField()
    submitted_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)

    class Meta:
        app_label, managed, db_table = "bench", False, "dossiers_dossier"


class Task(models.Model):
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT)
    step = models.CharField(max_length=60)
    agency = models.CharField(max_length=35)
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        app_label, managed, db_table = "bench", False, "dossiers_task"


class Dossiers(admin.ModelAdmin):
    list_display = ("code", "applicant_name", "receiving", "status", "submitted_at", "due_at")
    search_fields = ("code", "applicant_name")
    list_per_page = 50
    actions = None


class Tasks(admin.ModelAdmin):
    list_display = ("dossier", "step", "agency", "due_at")
    list_filter = ()
    list_select_related = ("dossier",)
    ordering = ("due_at", "id")
    list_per_page = 50
    actions = None

    def lookup_allowed(self, *_: Any) -> bool:
        return True

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).filter(closed_at__isnull=True)


class Site(admin.AdminSite):
    def has_permission(self, request: Any) -> bool:
        request.user = Reader()
        request._messages = []
        return True


site = Site()
site.register(Dossier, Dossiers)
site.register(Task, Tasks)
urlpatterns = [path("admin/", site.urls)]


def application() -> Any:
    """What the server runs."""
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()
