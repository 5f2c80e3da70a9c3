"""Evidence: added by the gateway alone, seen by the agencies that took part, counted for everyone. Layer 6."""

from __future__ import annotations

from django.db import migrations, models

from maidinh.infrastructure.database.policies import AGENCY_OF, ANY_OF, EVERY_ROW, append_only, grant, protect

INTENT, EXCHANGE = "evidence_intent", "evidence_exchange"
OUTCOMES = ("allowed", "refused", "failed")
TOOK_PART = ANY_OF(AGENCY_OF("consumer_agency"), AGENCY_OF("provider_agency"))

# These run as their owner, whose policy sees every row, and give numbers only.
COUNTS = """
CREATE FUNCTION evidence_observed(since timestamptz)
RETURNS TABLE (client varchar, service varchar, outcome varchar, authenticated boolean, count bigint, last_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT e.client, e.service, e.outcome, e.authenticated, count(*), max(e.finished_at)
    FROM public.evidence_exchange AS e WHERE e.finished_at >= since
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
$$;
CREATE FUNCTION evidence_open_intents(before timestamptz)
RETURNS TABLE (count bigint, oldest_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*), min(i.received_at) FROM public.evidence_intent AS i
    WHERE i.received_at < before AND NOT EXISTS (SELECT 1 FROM public.evidence_exchange AS e WHERE e.id = i.id)
$$;
REVOKE ALL ON FUNCTION evidence_observed(timestamptz), evidence_open_intents(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION evidence_observed(timestamptz), evidence_open_intents(timestamptz)
    TO maidinh_web, maidinh_worker;
"""
NO_COUNTS = "DROP FUNCTION evidence_observed(timestamptz); DROP FUNCTION evidence_open_intents(timestamptz);"


class Migration(migrations.Migration):
    """First tables."""

    initial = True
    dependencies = (("translog", "0001_initial"),)

    operations = (
        migrations.CreateModel(
            name="Intent",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("client", models.CharField(max_length=410)),
                ("jti", models.CharField(max_length=128)),
                ("x_road_id", models.CharField(max_length=255)),
                ("service", models.CharField(max_length=511)),
                ("contract", models.CharField(max_length=255)),
                ("serial", models.BigIntegerField()),
                ("request_hash", models.CharField(max_length=88)),
                ("consumer_agency", models.CharField(max_length=100)),
                ("provider_agency", models.CharField(max_length=100)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("client", "jti"), name="evidence_intent_once")],
            },
        ),
        migrations.CreateModel(
            name="Exchange",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("x_road_id", models.CharField(max_length=255)),
                ("client", models.CharField(blank=True, max_length=410)),
                ("authenticated", models.BooleanField()),
                ("service", models.CharField(blank=True, max_length=511)),
                ("method", models.CharField(max_length=16)),
                ("path", models.CharField(blank=True, max_length=500)),
                ("outcome", models.CharField(choices=[(each, each) for each in OUTCOMES], max_length=10)),
                ("reason", models.CharField(blank=True, max_length=100)),
                ("contract", models.CharField(blank=True, max_length=255)),
                ("serial", models.BigIntegerField()),
                ("status", models.IntegerField(null=True)),
                ("request_hash", models.CharField(blank=True, max_length=88)),
                ("response_hash", models.CharField(blank=True, max_length=88)),
                ("request_size", models.BigIntegerField()),
                ("response_size", models.BigIntegerField()),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField()),
                ("consumer_agency", models.CharField(blank=True, max_length=100)),
                ("provider_agency", models.CharField(blank=True, max_length=100)),
                ("record", models.TextField()),
                ("signatures", models.JSONField()),
                ("salt", models.BinaryField()),
                ("log_entry", models.BigIntegerField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["finished_at"], name="evidence_exchange_finished"),
                    models.Index(fields=["x_road_id"], name="evidence_exchange_x_road_id"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("outcome__in", OUTCOMES)), name="evidence_outcome_known")
                ],
            },
        ),
        protect(
            INTENT,
            gateway={"SELECT": EVERY_ROW, "INSERT": EVERY_ROW},
            web={"SELECT": TOOK_PART},
            owner={"SELECT": EVERY_ROW},
        ),
        protect(
            EXCHANGE,
            gateway={"INSERT": EVERY_ROW},
            web={"SELECT": TOOK_PART},
            worker={"SELECT": TOOK_PART},
            owner={"SELECT": EVERY_ROW},
        ),
        grant(INTENT, "gateway", "INSERT"),
        grant(INTENT, "gateway", "SELECT", columns=["id"]),
        grant(INTENT, "web", "SELECT"),
        grant(EXCHANGE, "gateway", "INSERT"),
        grant(EXCHANGE, "web", "SELECT"),
        grant(EXCHANGE, "worker", "SELECT"),
        append_only(INTENT),
        append_only(EXCHANGE),
        migrations.RunSQL(COUNTS, NO_COUNTS),
    )
