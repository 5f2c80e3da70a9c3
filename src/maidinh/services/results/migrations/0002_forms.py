"""Numbers of forms without gaps, what each form said; results revoked and replaced."""

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import (
    AGENCIES_OVERLAP,
    AGENCY_OF,
    ALL_OF,
    EVERY_ROW,
    VISIBLE_WITH,
    append_only,
    grant,
    protect,
)

REVOKED_OF = VISIBLE_WITH("results_revocation", "result_id", "results_result")
MENDABLE = ["revoked_at", "revocation_reason", "replaced_by"]
# The table is append-only but for what a revocation fills in; the columns are the trigger's arguments.
MENDED = """
DROP TRIGGER maidinh_refuse_change_rows ON results_publishedresult;
CREATE TRIGGER maidinh_refuse_change_rows BEFORE UPDATE OR DELETE ON results_publishedresult
    FOR EACH ROW EXECUTE FUNCTION maidinh_refuse_change({columns});
ALTER TABLE results_publishedresult ENABLE ALWAYS TRIGGER maidinh_refuse_change_rows;
"""
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
        migrations.AlterField(
            model_name="result",
            name="dossier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dossiers.dossier"
            ),
        ),
        migrations.AddField(
            model_name="result",
            name="replaces",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="results.result",
            ),
        ),
        migrations.AddField(model_name="result", name="corrections", field=models.JSONField(default=dict)),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaces__isnull", True)), fields=("dossier",), name="results_first_once"
            ),
        ),
        migrations.AddField(
            model_name="publishedresult",
            name="revocation_reason",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="publishedresult",
            name="replaced_by",
            field=models.CharField(blank=True, max_length=60, default=""),
            preserve_default=False,
        ),
        migrations.RunSQL(
            MENDED.format(columns=", ".join(f"'{name}'" for name in MENDABLE)), MENDED.format(columns="'revoked_at'")
        ),
        grant("results_publishedresult", "web", "UPDATE", columns=MENDABLE[1:]),
        migrations.CreateModel(
            name="Revocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agency", models.CharField(max_length=35)),
                ("reason", models.TextField()),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("receipt", models.JSONField()),
                ("entry", models.BigIntegerField()),
                (
                    "result",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="revocation", to="results.result"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="results_revocation_has_reason"
                    )
                ],
            },
        ),
        protect(
            "results_revocation",
            web={"SELECT": REVOKED_OF, "INSERT": ALL_OF(AGENCY_OF("agency"), REVOKED_OF)},
            worker={"SELECT": EVERY_ROW},
        ),
        grant("results_revocation", "web", "SELECT, INSERT"),
        grant("results_revocation", "worker", "SELECT"),
        append_only("results_revocation"),
    ]
