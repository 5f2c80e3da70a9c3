"""Numbers of forms without gaps, and what each form said."""

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import (
    AGENCIES_OVERLAP,
    EVERY_ROW,
    VISIBLE_WITH,
    append_only,
    grant,
    protect,
)

FORM_OF = VISIBLE_WITH("results_issuedform", "dossier_id", "dossiers_dossier", where=AGENCIES_OVERLAP("agencies"))
AN_AGENCY = "coalesce(current_setting('maidinh.agencies', true), '') <> ''"
# A number follows the one before it, whoever gives it.
COUNTS = """
CREATE FUNCTION results_counter_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.last = 0 OR TG_OP = 'UPDATE' AND NEW.last = OLD.last + 1
        AND (NEW.agency, NEW.form, NEW.year) = (OLD.agency, OLD.form, OLD.year)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'numbers of forms follow one another' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER results_counter_counts BEFORE INSERT OR UPDATE ON results_formcounter
    FOR EACH ROW EXECUTE FUNCTION results_counter_counts();
ALTER TABLE results_formcounter ENABLE ALWAYS TRIGGER results_counter_counts;
"""
NO_COUNTS = """
DROP TRIGGER results_counter_counts ON results_formcounter;
DROP FUNCTION results_counter_counts();
"""


class Migration(migrations.Migration):
    dependencies = [("results", "0001_initial"), ("dossiers", "0002_processes")]

    operations = [
        migrations.CreateModel(
            name="FormCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agency", models.CharField(max_length=35)),
                ("form", models.CharField(max_length=2)),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("agency", "form", "year"), name="results_counter_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="IssuedForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form", models.CharField(max_length=2)),
                ("occasion", models.CharField(max_length=60)),
                ("agency", models.CharField(max_length=35)),
                ("year", models.PositiveSmallIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("issued_at", models.DateTimeField()),
                ("content", models.JSONField()),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="forms", to="dossiers.dossier"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "form", "year", "number"), name="results_form_number_once"
                    ),
                    models.UniqueConstraint(fields=("dossier", "form", "occasion"), name="results_form_once"),
                ],
            },
        ),
        migrations.RunSQL(COUNTS, NO_COUNTS),
        protect(
            "results_formcounter",
            web={"SELECT": EVERY_ROW, "INSERT": AN_AGENCY, "UPDATE": AN_AGENCY},
            worker=EVERY_ROW,
        ),
        grant("results_formcounter", "web", "SELECT, INSERT"),
        grant("results_formcounter", "web", "UPDATE", columns=["last"]),
        grant("results_formcounter", "worker", "SELECT, INSERT"),
        grant("results_formcounter", "worker", "UPDATE", columns=["last"]),
        protect(
            "results_issuedform",
            web={"SELECT": VISIBLE_WITH("results_issuedform", "dossier_id", "dossiers_dossier"), "INSERT": FORM_OF},
            worker=EVERY_ROW,
        ),
        grant("results_issuedform", "web", "SELECT, INSERT"),
        grant("results_issuedform", "worker", "SELECT, INSERT"),
        append_only("results_issuedform"),
    ]
