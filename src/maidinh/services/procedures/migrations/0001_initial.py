"""The tables of procedures, and who may read or write them."""

from django.db import migrations, models

from maidinh.infrastructure.database.policies import append_only, grant


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ProcedureVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hash", models.CharField(max_length=64, unique=True)),
                ("code", models.CharField(max_length=8)),
                ("version", models.CharField(max_length=40)),
                ("content", models.JSONField()),
                ("search", models.TextField()),
                ("effective_from", models.DateField()),
                ("effective_to", models.DateField(null=True)),
                ("current", models.BooleanField(default=True)),
                ("loaded_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="procedures_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("current", True)), fields=("code",), name="procedures_one_current"
                    ),
                ],
            },
        ),
        grant("procedures_procedureversion", "web", "SELECT"),
        grant("procedures_procedureversion", "worker", "SELECT"),
        append_only("procedures_procedureversion", except_columns=["current"]),
    ]
