"""The register of a million dossiers: an agency that received a dossier takes part in it, and counts what it received.

That the receiving agency takes part was so before; now the table says it, and the policy asks it first: the server knows
how common an agency is among those that receive, not how common among those that take part, and so finds a page of the
register by its index instead of reading the whole stretch. The number of lines is counted from that index alone, for
the agency's own officials.
"""

from django.db import migrations, models

from maidinh.infrastructure.database.policies import (
    AGENCIES_OVERLAP,
    AGENCY_OF,
    ANY_OF,
    PERSON_IS,
    TRACKING_IS,
)

SEEN = ANY_OF(AGENCIES_OVERLAP("agencies"), PERSON_IS("applicant"), TRACKING_IS("tracking_digest"))
RECEIVED_FIRST = ANY_OF(
    AGENCY_OF("receiving"),
    AGENCIES_OVERLAP("agencies"),
    PERSON_IS("applicant"),
    TRACKING_IS("tracking_digest"),
)
RECEIVED = """
CREATE FUNCTION dossiers_received(agency text, since timestamptz, until timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*) FROM dossiers_dossier d
    WHERE d.receiving = agency AND d.submitted_at >= since AND d.submitted_at < until
        AND agency = ANY (string_to_array(current_setting('maidinh.agencies', true), ','))
$$;
REVOKE ALL ON FUNCTION dossiers_received(text, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dossiers_received(text, timestamptz, timestamptz) TO maidinh_web;
"""


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0006_officials_first")]

    operations = [
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.CheckConstraint(
                condition=models.Q(agencies__contains=[models.F("receiving")]), name="dossiers_receiving_takes_part"
            ),
        ),
        migrations.RunSQL(
            [f"ALTER POLICY web_select ON dossiers_dossier USING ({RECEIVED_FIRST})"],
            [f"ALTER POLICY web_select ON dossiers_dossier USING ({SEEN})"],
        ),
        migrations.RunSQL(RECEIVED, "DROP FUNCTION dossiers_received(text, timestamptz, timestamptz)"),
    ]
