"""Tables of the transparency log and who may touch them. Layer 7.

Web, gateway and worker may enter pending leaves; only the sequencer may give one its place, once; nobody may change or
delete anything else. Leaves and checkpoints are public, so every role may read them.
"""

from __future__ import annotations

from django.db import migrations, models

from maidinh.infrastructure.database.policies import EVERY_ROW, Rows, append_only, grant, protect

WRITERS = ("web", "gateway", "worker")

ONE_PLACE = """
CREATE FUNCTION translog_entry_one_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.index IS NOT NULL OR NEW.index IS NULL OR current_user <> 'maidinh_sequencer' THEN
        RAISE EXCEPTION 'an entry gains its place in the log once, from the sequencer'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER translog_entry_one_place BEFORE UPDATE ON translog_entry
    FOR EACH ROW EXECUTE FUNCTION translog_entry_one_place();
ALTER TABLE translog_entry ENABLE ALWAYS TRIGGER translog_entry_one_place;
"""
NO_ONE_PLACE = """
DROP TRIGGER translog_entry_one_place ON translog_entry;
DROP FUNCTION translog_entry_one_place();
"""


class Migration(migrations.Migration):
    """First tables."""

    initial = True
    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField()),
                ("leaf", models.BinaryField()),
                ("index", models.BigIntegerField(null=True, unique=True)),
                ("idempotency", models.TextField(unique=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("index__isnull", True)), fields=["id"], name="translog_pending")
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("index__gte", 0)), name="translog_index_from_zero")
                ],
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("origin", models.TextField()),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size__gte", 0)), name="translog_size_from_zero"),
                    models.UniqueConstraint(fields=("origin", "size"), name="translog_one_checkpoint_of_a_size"),
                ],
            },
        ),
        protect(
            "translog_entry",
            **{role: {"SELECT": EVERY_ROW, "INSERT": "index IS NULL"} for role in WRITERS},
            sequencer={"SELECT": EVERY_ROW, "UPDATE": Rows("index IS NULL", "index IS NOT NULL")},
            owner={"SELECT": EVERY_ROW},
        ),
        *(grant("translog_entry", role, "SELECT, INSERT") for role in WRITERS),
        grant("translog_entry", "sequencer", "SELECT"),
        grant("translog_entry", "sequencer", "UPDATE", columns=["index"]),
        append_only("translog_entry", except_columns=["index"]),
        migrations.RunSQL(ONE_PLACE, NO_ONE_PLACE),
        protect(
            "translog_checkpoint",
            **{role: {"SELECT": EVERY_ROW} for role in (*WRITERS, "owner")},
            sequencer={"SELECT": EVERY_ROW, "INSERT": EVERY_ROW},
        ),
        *(grant("translog_checkpoint", role, "SELECT") for role in WRITERS),
        grant("translog_checkpoint", "sequencer", "SELECT, INSERT"),
        append_only("translog_checkpoint"),
    ]
