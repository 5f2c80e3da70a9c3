"""The tables of inbox, and who may read or write them."""

from django.db import migrations, models

from maidinh.infrastructure.database.policies import EVERY_ROW, PERSON_IS, grant, protect


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.CharField(max_length=12)),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=40)),
                ("dossier", models.CharField(max_length=60)),
                ("status", models.PositiveSmallIntegerField()),
                ("read_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["person", "-at"], name="inbox_notic_person_9aec38_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "dossier", "kind", "status", "at"), name="inbox_notice_once"
                    )
                ],
            },
        ),
        protect(
            "inbox_notice",
            web={"SELECT": PERSON_IS("person"), "UPDATE": PERSON_IS("person")},
            worker={"SELECT": EVERY_ROW, "INSERT": EVERY_ROW},
        ),
        grant("inbox_notice", "web", "SELECT"),
        grant("inbox_notice", "web", "UPDATE", columns=["read_at"]),
        grant("inbox_notice", "worker", "SELECT, INSERT"),
    ]
