"""Published directories: added by whoever publishes, read by all, changed by nobody. Layer 6."""

from __future__ import annotations

from django.db import migrations, models

from maidinh.infrastructure.database.policies import EVERY_ROW, append_only, grant, protect

TABLE = "directory_publisheddirectory"
ADDED = {"SELECT": EVERY_ROW, "INSERT": EVERY_ROW}


class Migration(migrations.Migration):
    """First tables."""

    initial = True
    dependencies = ()

    operations = (
        migrations.CreateModel(
            name="PublishedDirectory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.BigIntegerField(unique=True)),
                ("hash", models.CharField(max_length=64)),
                ("jws", models.TextField()),
                ("architecture_version", models.CharField(max_length=100)),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("serial__gt", 0)), name="directory_serial_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("issued_at"))),
                        name="directory_expires_after_issue",
                    ),
                ],
            },
        ),
        protect(TABLE, web=ADDED, worker=ADDED, owner=ADDED, gateway={"SELECT": EVERY_ROW}),
        grant(TABLE, "web", "SELECT, INSERT"),
        grant(TABLE, "worker", "SELECT, INSERT"),
        grant(TABLE, "gateway", "SELECT"),
        append_only(TABLE),
    )
