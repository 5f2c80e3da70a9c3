"""What an agency's own system may ask the gateway for: the evidence of exchanges that it took part in. Layer 6."""

from __future__ import annotations

from django.db import migrations

# Runs as its owner, whose policy sees every row; a system gets those in which it called or was called, and no others.
ASKED = """
CREATE FUNCTION evidence_asked(asked text, asker text)
RETURNS TABLE (id uuid, x_road_id varchar, record text, signatures jsonb, salt bytea, log_entry bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT e.id, e.x_road_id, e.record, e.signatures, e.salt, e.log_entry FROM public.evidence_exchange AS e
    WHERE e.x_road_id = asked AND e.authenticated AND asker <> ''
        AND (e.client = asker OR regexp_replace(e.service, '/[^/]*$', '') = asker)
    ORDER BY e.started_at, e.id LIMIT 100
$$;
REVOKE ALL ON FUNCTION evidence_asked(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION evidence_asked(text, text) TO maidinh_gateway;
"""


class Migration(migrations.Migration):
    """One function."""

    dependencies = (("evidence", "0003_checks"), ("translog", "0002_timestamp"))

    operations = (migrations.RunSQL(ASKED, "DROP FUNCTION evidence_asked(text, text);"),)
