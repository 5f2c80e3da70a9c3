"""Time stamps over checkpoints: the worker adds them, everyone may read them, nobody changes them. Layer 7."""

from __future__ import annotations

from django.db import migrations, models

from maidinh.infrastructure.database.policies import EVERY_ROW, append_only, grant, protect

TABLE = "translog_timestamp"


class Migration(migrations.Migration):
    """One table."""

    dependencies = [("translog", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Timestamp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("origin", models.TextField()),
                ("size", models.BigIntegerField()),
                ("authority", models.TextField()),
                ("response", models.BinaryField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("origin", "size", "authority"), name="translog_one_stamp_of_an_authority"
                    ),
                ],
            },
        ),
        protect(
            TABLE,
            worker={"SELECT": EVERY_ROW, "INSERT": EVERY_ROW},
            **{role: {"SELECT": EVERY_ROW} for role in ("web", "gateway", "owner")},
        ),
        grant(TABLE, "worker", "SELECT, INSERT"),
        *(grant(TABLE, role, "SELECT") for role in ("web", "gateway")),
        append_only(TABLE),
    ]
