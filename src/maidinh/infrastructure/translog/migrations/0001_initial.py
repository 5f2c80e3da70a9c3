"""Tables of the transparency log and who may touch them. Layer 7.

Web, gateway and worker may enter pending leaves; only the sequencer may give one its place, once; nobody may change or
delete anything else. Leaves and checkpoints are public, so every role may read them.
"""

from __future__ import annotations

from django.db import migrations, models

PROTECT_ENTRIES = """
ALTER TABLE translog_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE translog_entry FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON translog_entry TO maidinh_web, maidinh_gateway, maidinh_worker;
GRANT SELECT, UPDATE (index) ON translog_entry TO maidinh_sequencer;
CREATE POLICY read_all ON translog_entry FOR SELECT
    TO maidinh_owner, maidinh_web, maidinh_gateway, maidinh_worker, maidinh_sequencer USING (true);
CREATE POLICY enter_pending ON translog_entry FOR INSERT
    TO maidinh_web, maidinh_gateway, maidinh_worker WITH CHECK (index IS NULL);
CREATE POLICY give_place ON translog_entry FOR UPDATE
    TO maidinh_sequencer USING (index IS NULL) WITH CHECK (index IS NOT NULL);

CREATE FUNCTION translog_entry_only_gains_its_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_user = 'maidinh_sequencer' AND OLD.index IS NULL AND NEW.index IS NOT NULL
        AND (NEW.id, NEW.created_at, NEW.leaf, NEW.idempotency)
            IS NOT DISTINCT FROM (OLD.id, OLD.created_at, OLD.leaf, OLD.idempotency)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'translog_entry: an entry only gains its place in the log, from the sequencer, once'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER only_gains_its_place BEFORE UPDATE OR DELETE ON translog_entry
    FOR EACH ROW EXECUTE FUNCTION translog_entry_only_gains_its_place();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON translog_entry
    FOR EACH STATEMENT EXECUTE FUNCTION translog_entry_only_gains_its_place();
"""

PROTECT_CHECKPOINTS = """
ALTER TABLE translog_checkpoint ENABLE ROW LEVEL SECURITY;
ALTER TABLE translog_checkpoint FORCE ROW LEVEL SECURITY;
GRANT SELECT ON translog_checkpoint TO maidinh_web, maidinh_gateway, maidinh_worker;
GRANT SELECT, INSERT ON translog_checkpoint TO maidinh_sequencer;
CREATE POLICY read_all ON translog_checkpoint FOR SELECT
    TO maidinh_owner, maidinh_web, maidinh_gateway, maidinh_worker, maidinh_sequencer USING (true);
CREATE POLICY publish ON translog_checkpoint FOR INSERT TO maidinh_sequencer WITH CHECK (true);

CREATE FUNCTION translog_checkpoint_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'translog_checkpoint: a signed checkpoint is never changed or removed'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON translog_checkpoint
    FOR EACH ROW EXECUTE FUNCTION translog_checkpoint_stays();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON translog_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION translog_checkpoint_stays();
"""


class Migration(migrations.Migration):
    """First tables."""

    initial = True
    dependencies = []

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
                ("size", models.BigIntegerField(unique=True)),
                ("root", models.BinaryField()),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size__gte", 0)), name="translog_size_from_zero")
                ],
            },
        ),
        migrations.RunSQL(PROTECT_ENTRIES, migrations.RunSQL.noop),
        migrations.RunSQL(PROTECT_CHECKPOINTS, migrations.RunSQL.noop),
    ]
