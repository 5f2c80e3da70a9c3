"""Whose application was begun under a version that a newer one followed is known to the worker, to tell them so."""

from django.db import migrations

from maidinh.infrastructure.database.policies import grant


class Migration(migrations.Migration):
    dependencies = [("forms", "0002_counted")]

    operations = [grant("forms_draft", "worker", "SELECT", ["applicant"])]
