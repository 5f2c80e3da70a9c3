"""The tables of commands, and who may read or write them. Layer 7 guards the rows."""

from django.db import migrations, models

from maidinh.infrastructure.database.policies import EVERY_ROW, Rows, append_only, grant, protect

# Written once, read by whoever sends the same command again; what came of it is noted once.
ONCE = {"SELECT": EVERY_ROW, "INSERT": "outcome = ''", "UPDATE": Rows("outcome = ''", "outcome <> ''")}


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Command",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.CharField(max_length=120)),
                ("key", models.CharField(max_length=80)),
                ("request_hash", models.CharField(max_length=64)),
                ("outcome", models.CharField(blank=True, max_length=80)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("scope", "key"), name="commands_command_once")],
            },
        ),
        protect("commands_command", web=ONCE, worker=ONCE),
        append_only("commands_command", except_columns=["outcome"]),
        grant("commands_command", "web", "SELECT, INSERT"),
        grant("commands_command", "web", "UPDATE", columns=["outcome"]),
        grant("commands_command", "worker", "SELECT, INSERT"),
        grant("commands_command", "worker", "UPDATE", columns=["outcome"]),
    ]
