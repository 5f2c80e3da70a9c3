"""The tables of audit, and who may read or write them. Layer 7 guards the rows."""

from django.db import migrations, models

from maidinh.infrastructure.database.policies import AGENCY_OF, EVERY_ROW, append_only, grant, protect


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("actor_kind", models.CharField(max_length=20)),
                ("actor", models.CharField(max_length=80)),
                ("agency", models.CharField(blank=True, max_length=35)),
                ("action", models.CharField(max_length=60)),
                ("subject", models.CharField(max_length=120)),
                ("details", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject", "at"], name="audit_audit_subject_26511c_idx"),
                    models.Index(fields=["agency", "at"], name="audit_audit_agency_377ec1_idx"),
                ],
            },
        ),
        protect(
            "audit_auditentry",
            web={"INSERT": EVERY_ROW, "SELECT": AGENCY_OF("agency")},
            worker={"INSERT": EVERY_ROW, "SELECT": EVERY_ROW},
        ),
        grant("audit_auditentry", "web", "SELECT, INSERT"),
        grant("audit_auditentry", "worker", "SELECT, INSERT"),
        append_only("audit_auditentry"),
    ]
