"""What other agencies own is changed with their say: an opinion is about a revision, a passing verdict waits for it.

Layer 4, governance. An agency is asked again once the project was mended. `must_agree` of the kept checks names the
agencies; the appraising body speaks by its verdict.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import grant

OPINIONS = """
CREATE OR REPLACE FUNCTION appraisal_opinion_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    a appraisal_appraisal;
    allowed text[] := ARRAY['stance', 'text', 'given_by', 'given_at', 'revision_id'];
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
        PERFORM appraisal_refuse('appraisal_bodyopinion: an opinion is kept');
    END IF;
    SELECT * INTO a FROM appraisal_appraisal WHERE id = NEW.appraisal_id;
    IF a.closed_at IS NOT NULL THEN
        PERFORM appraisal_refuse('appraisal_bodyopinion: the appraisal has ended');
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.given_at IS NOT NULL OR NEW.revision_id IS NOT NULL OR NEW.agency IN (a.owner, a.agency) THEN
            PERFORM appraisal_refuse('appraisal_bodyopinion: another body is asked, and gives its opinion itself');
        END IF;
    ELSIF OLD.given_at IS NOT NULL OR NEW.given_at IS NULL OR NOT appraisal_acts(NEW.agency)
        OR NEW.stance <> 'agree' AND NEW.text = '' OR NEW.revision_id IS DISTINCT FROM a.revision_id
        OR (to_jsonb(OLD) - allowed)::text <> (to_jsonb(NEW) - allowed)::text THEN
        PERFORM appraisal_refuse('appraisal_bodyopinion: the body that was asked gives its opinion once');
    END IF;
    RETURN NEW;
END $$;
"""
VERDICTS = """
CREATE FUNCTION appraisal_verdict_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.result <> 'fail' AND EXISTS (
        SELECT 1 FROM appraisal_appraisal a,
            jsonb_array_elements_text(coalesce(a.assessment -> 'must_agree', '[]'::jsonb)) AS needed(agency)
        WHERE a.id = NEW.appraisal_id AND needed.agency <> a.agency
            AND NOT EXISTS (SELECT 1 FROM appraisal_bodyopinion o
                JOIN appraisal_appraisal asked ON asked.id = o.appraisal_id
                JOIN projects_revision r ON r.id = o.revision_id
                WHERE asked.project_id = NEW.project_id AND o.agency = needed.agency AND o.stance = 'agree'
                    AND r.hash = NEW.project_hash)) THEN
        PERFORM appraisal_refuse('appraisal_verdict: an agency has not agreed whose components are changed');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreed BEFORE INSERT ON appraisal_verdict FOR EACH ROW EXECUTE FUNCTION appraisal_verdict_agreed();
ALTER TABLE appraisal_verdict ENABLE ALWAYS TRIGGER agreed;
"""
BEFORE = (
    OPINIONS.replace(", 'revision_id']", "]")
    .replace(" OR NEW.revision_id IS NOT NULL", "")
    .replace(" OR NEW.revision_id IS DISTINCT FROM a.revision_id", "")
)  # as it was, without revisions
UNDONE = """
DROP TRIGGER agreed ON appraisal_verdict;
DROP FUNCTION appraisal_verdict_agreed();
"""


class Migration(migrations.Migration):
    """The revision of an opinion, and the trigger that waits for agreement."""

    dependencies = [("appraisal", "0003_grounds")]

    operations = [
        migrations.AddField(
            model_name="bodyopinion",
            name="revision",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.revision"
            ),
        ),
        migrations.RemoveConstraint(model_name="bodyopinion", name="appraisal_opinion_once"),
        migrations.AddConstraint(
            model_name="bodyopinion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("given_at__isnull", True)),
                fields=("appraisal", "agency"),
                name="appraisal_opinion_once",
            ),
        ),
        migrations.RunSQL([OPINIONS, VERDICTS], [UNDONE, BEFORE]),
        grant("appraisal_bodyopinion", "web", "UPDATE", ["revision_id"]),
    ]
