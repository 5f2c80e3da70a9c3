"""Results that get their time stamp after they were signed: the second file, its leaf, its public digest."""

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import EVERY_ROW, VISIBLE_WITH, append_only, grant, protect

OF_RESULT = VISIBLE_WITH("results_stamping", "result_id", "results_result")
BEFORE = ["revoked_at", "revocation_reason", "replaced_by"]
STAMPED = ["stamped_digest", "stamped_entry"]
# The table is append-only but for what comes later; the columns are the trigger's arguments.
MENDED = """
DROP TRIGGER maidinh_refuse_change_rows ON results_publishedresult;
CREATE TRIGGER maidinh_refuse_change_rows BEFORE UPDATE OR DELETE ON results_publishedresult
    FOR EACH ROW EXECUTE FUNCTION maidinh_refuse_change({columns});
ALTER TABLE results_publishedresult ENABLE ALWAYS TRIGGER maidinh_refuse_change_rows;
"""


def columns(names: list[str]) -> str:
    """The names as arguments of the trigger."""
    return ", ".join(f"'{name}'" for name in names)


class Migration(migrations.Migration):
    dependencies = [("results", "0002_forms"), ("files", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="result",
            name="level",
            field=models.CharField(blank=True, default="", max_length=3),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="publishedresult",
            name="stamped_digest",
            field=models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="publishedresult", name="stamped_entry", field=models.BigIntegerField(null=True)
        ),
        migrations.AddIndex(
            model_name="publishedresult",
            index=models.Index(
                condition=models.Q(("stamped_digest", ""), _negated=True),
                fields=["stamped_digest"],
                name="results_stamped",
            ),
        ),
        migrations.CreateModel(
            name="Stamping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stamped_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("receipt", models.JSONField()),
                ("entry", models.BigIntegerField()),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.document"
                    ),
                ),
                (
                    "result",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stamping", to="results.result"
                    ),
                ),
            ],
        ),
        protect("results_stamping", web={"SELECT": OF_RESULT}, worker=EVERY_ROW),
        grant("results_stamping", "web", "SELECT"),
        grant("results_stamping", "worker", "SELECT, INSERT"),
        append_only("results_stamping"),
        migrations.RunSQL(MENDED.format(columns=columns([*BEFORE, *STAMPED])), MENDED.format(columns=columns(BEFORE))),
        migrations.RunSQL(
            "CREATE POLICY worker_update ON results_publishedresult FOR UPDATE TO maidinh_worker"
            " USING (stamped_digest = '') WITH CHECK (true)",
            "DROP POLICY worker_update ON results_publishedresult",
        ),
        grant("results_publishedresult", "worker", "UPDATE", columns=STAMPED),
    ]
