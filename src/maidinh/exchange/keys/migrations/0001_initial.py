"""The keys of the exchange: added, ended earlier or revoked once, never taken away. Layer 6."""

from __future__ import annotations

from django.db import migrations, models

from maidinh.infrastructure.database.policies import EVERY_ROW, grant, protect

TABLE = "keys_registeredkey"
FOR_AN_AGENCY = "(SELECT coalesce(current_setting('maidinh.agencies', true), '')) <> ''"
FIRST_OF_THE_PLATFORM = "custody = 'platform' AND registered_by = '' AND revoked_at IS NULL"
KEPT = """
CREATE FUNCTION keys_registeredkey_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ended text[] := ARRAY['valid_to'];
    revoked text[] := ARRAY['revoked_at', 'revoked_by', 'reason'];
BEGIN
    IF TG_OP = 'INSERT' AND NEW.revoked_at IS NULL THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' AND OLD.revoked_at IS NULL THEN
        IF NEW.revoked_at IS NOT NULL AND (to_jsonb(OLD) - revoked)::text = (to_jsonb(NEW) - revoked)::text THEN
            RETURN NEW;
        END IF;
        IF NEW.valid_to IS NOT NULL AND (OLD.valid_to IS NULL OR NEW.valid_to <= OLD.valid_to)
            AND (to_jsonb(OLD) - ended)::text = (to_jsonb(NEW) - ended)::text THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'keys_registeredkey: a key is added, ends earlier or is revoked once; it is never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON keys_registeredkey
    FOR EACH ROW EXECUTE FUNCTION keys_registeredkey_kept();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON keys_registeredkey
    FOR EACH STATEMENT EXECUTE FUNCTION keys_registeredkey_kept();
ALTER TABLE keys_registeredkey ENABLE ALWAYS TRIGGER kept;
ALTER TABLE keys_registeredkey ENABLE ALWAYS TRIGGER never_emptied;
"""
UNDO = """
DROP TRIGGER kept ON keys_registeredkey;
DROP TRIGGER never_emptied ON keys_registeredkey;
DROP FUNCTION keys_registeredkey_kept();
"""


class Migration(migrations.Migration):
    """One table."""

    initial = True
    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="RegisteredKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kid", models.CharField(max_length=255, unique=True)),
                ("holder", models.CharField(max_length=250)),
                ("custody", models.CharField(max_length=10)),
                ("public_key_pem", models.TextField()),
                ("thumbprint", models.CharField(max_length=64, unique=True)),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField(null=True)),
                ("registered_by", models.CharField(blank=True, max_length=60)),
                ("registered_at", models.DateTimeField()),
                ("revoked_by", models.CharField(blank=True, max_length=60)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True)),
            ],
            options={
                "indexes": [models.Index(fields=["holder", "valid_from"], name="keys_of_holder")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("custody__in", ("platform", "agency"))), name="keys_custody_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="keys_end_after_beginning",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), ("revoked_at__isnull", True)),
                            models.Q(("revoked_at__isnull", False), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="keys_revocation_says_why",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEPT, UNDO),
        protect(
            TABLE,
            web={
                "SELECT": EVERY_ROW,
                # what the signer has made itself is taken over before anybody acts; all else an official does
                "INSERT": f"{FOR_AN_AGENCY} OR ({FIRST_OF_THE_PLATFORM})",
                "UPDATE": FOR_AN_AGENCY,
            },
            worker={"SELECT": EVERY_ROW},
            owner={"SELECT": EVERY_ROW},
        ),
        grant(TABLE, "web", "SELECT, INSERT"),
        grant(TABLE, "web", "UPDATE", ["valid_to", "revoked_at", "revoked_by", "reason"]),
        grant(TABLE, "worker", "SELECT"),
    ]
