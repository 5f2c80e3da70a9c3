"""Calls without an end, for the worker that enters them into the public log. Layer 6."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations

# Runs as its owner, whose policy sees every row; it gives those alone that have no end and are not in the log yet.
UNENDED = """
CREATE FUNCTION evidence_unended(since timestamptz, before timestamptz)
RETURNS SETOF evidence_intent
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT i.* FROM public.evidence_intent AS i
    WHERE i.received_at >= since AND i.received_at < before
        AND NOT EXISTS (SELECT 1 FROM public.evidence_exchange AS e WHERE e.id = i.id)
        AND NOT EXISTS (SELECT 1 FROM public.translog_entry AS t WHERE t.idempotency = 'unended:' || i.id)
    ORDER BY i.received_at LIMIT 1000
$$;
REVOKE ALL ON FUNCTION evidence_unended(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION evidence_unended(timestamptz, timestamptz) TO maidinh_worker;
"""


class Migration(migrations.Migration):
    """One function, and an index that costs the gateway next to nothing."""

    dependencies = (("evidence", "0005_usage"), ("translog", "0002_timestamp"))

    operations = (
        migrations.AddIndex("intent", BrinIndex(fields=["received_at"], name="evidence_intent_received")),
        migrations.RunSQL(UNENDED, "DROP FUNCTION evidence_unended(timestamptz, timestamptz);"),
    )
