"""What the portal took long ago may go, and answers about dossiers that we don't have wait like all others."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from maidinh.infrastructure.database.policies import grant

MESSAGE = "nationalportal_message"
# Beside the worker's policy for every row: whatever the code does, nothing that waits is taken out.
ONLY_DELIVERED = (
    f"CREATE POLICY worker_prunes ON {MESSAGE} AS RESTRICTIVE FOR DELETE TO maidinh_worker"
    " USING (state = 'delivered' AND kind <> 'result')"
)


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0005_many_dossiers"),
        ("nationalportal", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="link",
            name="unknown_code",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AlterField(
            model_name="link",
            name="dossier",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dossiers.dossier"
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(
                condition=Q(("unknown_code", ""), _negated=True),
                fields=("unknown_code",),
                name="nationalportal_unknown_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=Q(
                    Q(("dossier__isnull", False), ("unknown_code", "")),
                    Q(
                        ("dossier__isnull", True),
                        ("national_code", ""),
                        Q(("unknown_code", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="nationalportal_of_one_thing",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=Q(("state", "delivered"), Q(("kind", "result"), _negated=True)),
                fields=["answered_at"],
                name="nationalportal_prunable",
            ),
        ),
        migrations.AddIndex(
            model_name="inbound",
            index=models.Index(
                condition=Q(Q(("state", "waiting"), _negated=True), Q(("content", {}), _negated=True)),
                fields=["handled_at"],
                name="nationalportal_to_empty",
            ),
        ),
        grant(MESSAGE, "worker", "DELETE"),
        migrations.RunSQL(ONLY_DELIVERED, f"DROP POLICY worker_prunes ON {MESSAGE}"),
    ]
