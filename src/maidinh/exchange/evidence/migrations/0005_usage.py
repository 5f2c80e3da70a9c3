"""How much of each contract was used, shared by the gateways; and what was read of a person, for that person. Layer 6."""

from __future__ import annotations

from django.db import migrations, models

from maidinh.infrastructure.database.policies import EVERY_ROW, append_only, grant, protect

USAGE, CONCERNED = "evidence_usage", "evidence_concerned"
# Runs as its owner, whose policy sees every row. Whoever knows the keyed digest of a person may see that person's rows:
# the web process computes it from the number of the person who signed in, and from nothing else.
READ = """
CREATE FUNCTION evidence_read_of(person bytea, until timestamptz, most integer)
RETURNS SETOF evidence_exchange
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT e.* FROM public.evidence_exchange AS e
    WHERE (e.subject = person OR e.id IN (SELECT c.exchange FROM public.evidence_concerned AS c WHERE c.subject = person))
        AND e.outcome = 'allowed' AND e.finished_at <= until
    ORDER BY e.finished_at DESC LIMIT most
$$;
REVOKE ALL ON FUNCTION evidence_read_of(bytea, timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION evidence_read_of(bytea, timestamptz, integer) TO maidinh_web;
"""


class Migration(migrations.Migration):
    """Two tables, one function."""

    dependencies = (("evidence", "0004_asked"),)

    operations = (
        migrations.CreateModel(
            name="Usage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("contract", models.CharField(max_length=255)),
                ("period", models.CharField(choices=[("minute", "minute"), ("day", "day")], max_length=6)),
                ("begins", models.DateTimeField()),
                ("used", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "period", "begins"), name="evidence_usage_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Concerned",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("exchange", models.UUIDField()),
                ("subject", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "exchange"), name="evidence_concerned_once")
                ],
            },
        ),
        protect(CONCERNED, gateway={"INSERT": EVERY_ROW}, owner={"SELECT": EVERY_ROW}),
        grant(CONCERNED, "gateway", "INSERT"),
        append_only(CONCERNED),
        protect(USAGE, gateway=EVERY_ROW, owner={"SELECT": EVERY_ROW}),
        grant(USAGE, "gateway", "SELECT, INSERT, UPDATE, DELETE"),
        migrations.RunSQL(READ, "DROP FUNCTION evidence_read_of(bytea, timestamptz, integer);"),
    )
