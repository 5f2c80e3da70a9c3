"""By which protocol, what the checks said, what was cut, when it was sent on and answered, whom it was about. Layer 6."""

from __future__ import annotations

from django.db import migrations, models

FIELDS = {
    "protocol": (models.CharField, {"max_length": 10}, "rest"),
    "represented": (models.CharField, {"max_length": 255, "blank": True}, ""),
    "request_verdict": (models.CharField, {"max_length": 100, "blank": True}, ""),
    "response_verdict": (models.CharField, {"max_length": 100, "blank": True}, ""),
    "cut": (models.IntegerField, {}, 0),
}


class Migration(migrations.Migration):
    """Columns, and the index by which a person finds what was read."""

    dependencies = (("evidence", "0002_zone"),)

    operations = (
        *(
            operation
            for name, (kind, options, default) in FIELDS.items()
            for operation in (
                migrations.AddField("exchange", name, kind(**options, default=default)),
                migrations.AlterField("exchange", name, kind(**options)),
            )
        ),
        migrations.AddField("exchange", "subject", models.BinaryField(null=True)),
        migrations.AddField("exchange", "forwarded_at", models.DateTimeField(null=True)),
        migrations.AddField("exchange", "answered_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "exchange",
            models.Index(
                fields=["subject"], name="evidence_exchange_subject", condition=models.Q(subject__isnull=False)
            ),
        ),
    )
