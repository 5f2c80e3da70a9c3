"""From which network zone a call came, and what was seen operation by operation, for everyone as numbers. Layer 6."""

from __future__ import annotations

from django.db import migrations, models

# Runs as its owner, whose policy sees every row, and gives numbers only: no row, no digest, no person.
OPERATIONS = """
CREATE FUNCTION evidence_operations(since timestamptz)
RETURNS TABLE (
    client varchar, service varchar, method varchar, path varchar, outcome varchar, reason varchar, zone varchar,
    authenticated boolean, contract varchar, count bigint, first_at timestamptz, last_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT e.client, e.service, e.method, e.path, e.outcome, e.reason, e.zone, e.authenticated, e.contract,
        count(*), min(e.finished_at), max(e.finished_at)
    FROM public.evidence_exchange AS e WHERE e.finished_at >= since
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
$$;
REVOKE ALL ON FUNCTION evidence_operations(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION evidence_operations(timestamptz) TO maidinh_web, maidinh_worker;
"""


class Migration(migrations.Migration):
    """One column, one function."""

    dependencies = (("evidence", "0001_initial"),)

    operations = (
        migrations.AddField("exchange", "zone", models.CharField(max_length=60, blank=True, default="")),
        migrations.AlterField("exchange", "zone", models.CharField(max_length=60, blank=True)),
        migrations.RunSQL(OPERATIONS, "DROP FUNCTION evidence_operations(timestamptz);"),
    )
