"""The grounds of the gate, held closer by the database. Layer 4, governance.

Days are those of the country. A verdict judges just what the checks that are kept judged, and says why where it judges
otherwise; verdict, exception and approval stand in the log, each with an entry of its own about just this text. The
clock of an appraisal is that of the bodies whose time runs; its owner only moves it on by answering a supplement.
"""

from __future__ import annotations

from django.db import migrations

GROUNDS = """
CREATE FUNCTION appraisal_day(moment timestamptz) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT (moment AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
$$;
CREATE FUNCTION appraisal_logged(entry bigint, receipt jsonb, kind text, said jsonb) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce(architecture_entered(entry, receipt, kind, NULL) AND receipt -> 'content' @> said, false)
$$;
CREATE FUNCTION appraisal_turn_strict() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    a appraisal_appraisal;
    acting text := coalesce(current_setting('maidinh.agencies', true), '');
BEGIN
    SELECT * INTO a FROM appraisal_appraisal WHERE id = NEW.appraisal_id;
    IF acting = '' OR appraisal_acts(NEW.agency) OR appraisal_acts(a.agency) THEN
        RETURN NEW;
    END IF;
    IF NEW.ended_at IS DISTINCT FROM OLD.ended_at OR NOT appraisal_acts(a.owner)
        OR NEW.due_at IS DISTINCT FROM OLD.due_at AND (coalesce(NEW.due_at < OLD.due_at, true)
            OR NOT EXISTS (SELECT 1 FROM projects_project p WHERE p.id = a.project_id AND p.state = 'returned')
            OR EXISTS (SELECT 1 FROM appraisal_supplement s WHERE s.appraisal_id = a.id AND s.answered_at IS NULL)) THEN
        PERFORM appraisal_refuse('appraisal_turn: a share of the clock is the body''s whose time runs');
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION appraisal_verdict_strict() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked jsonb;
    said jsonb := jsonb_build_object('project_hash', NEW.project_hash, 'version_hash', NEW.version_hash,
        'result', NEW.result, 'conditions', NEW.conditions);
BEGIN
    SELECT a.assessment INTO checked FROM appraisal_appraisal a WHERE a.id = NEW.appraisal_id;
    IF (checked ->> 'project_hash', checked ->> 'version_hash')
        IS DISTINCT FROM (NEW.project_hash::text, NEW.version_hash::text) THEN
        PERFORM appraisal_refuse('appraisal_verdict: it stands on checks of this text against this version');
    END IF;
    IF (SELECT array_agg(r ->> 'requirement' ORDER BY r ->> 'requirement') FROM jsonb_array_elements(NEW.results) r)
        IS DISTINCT FROM (SELECT array_agg(r ->> 'requirement' ORDER BY r ->> 'requirement')
            FROM jsonb_array_elements(checked -> 'results') r) THEN
        PERFORM appraisal_refuse('appraisal_verdict: it judges what was checked, each requirement once');
    END IF;
    IF EXISTS (SELECT 1 FROM jsonb_array_elements(NEW.results) r JOIN jsonb_array_elements(checked -> 'results') c
        ON c ->> 'requirement' = r ->> 'requirement'
        WHERE r ->> 'result' <> c ->> 'result' AND coalesce(btrim(r ->> 'why'), '') = '') THEN
        PERFORM appraisal_refuse('appraisal_verdict: who judges otherwise than the checks says why');
    END IF;
    IF NOT appraisal_logged(NEW.entry, NEW.receipt, 'project-verdict', said) THEN
        PERFORM appraisal_refuse('appraisal_verdict: it is not entered in the log');
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION appraisal_approval_strict() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := appraisal_day(NEW.approved_at);
    said jsonb := jsonb_build_object('project_hash', NEW.project_hash, 'version_hash', NEW.version_hash,
        'decision', NEW.decision);
BEGIN
    IF NEW.decided_on > today OR NEW.decided_on < (SELECT appraisal_day(v.given_at) FROM appraisal_verdict v
        WHERE v.id = NEW.verdict_id) THEN
        PERFORM appraisal_refuse('appraisal_approval: it is decided after the verdict and not on a day to come');
    ELSIF EXISTS (SELECT 1 FROM appraisal_projectexception e WHERE e.id = NEW.exception_id
        AND (e.valid_until < today OR NEW.decided_on < appraisal_day(e.decided_at))) THEN
        PERFORM appraisal_refuse('appraisal_approval: no exception was granted for this that holds on its day');
    ELSIF NOT EXISTS (SELECT 1 FROM projects_project p WHERE p.id = NEW.project_id
        AND p.holder = NEW.approved_agency) THEN
        PERFORM appraisal_refuse('appraisal_approval: another body decides on this project');
    ELSIF NOT appraisal_logged(NEW.entry, NEW.receipt, 'project-approval', said) THEN
        PERFORM appraisal_refuse('appraisal_approval: it is not entered in the log');
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION appraisal_exception_strict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.valid_until <= appraisal_day(NEW.asked_at) OR NEW.review_on < appraisal_day(NEW.asked_at) THEN
            PERFORM appraisal_refuse('appraisal_projectexception: it ends, after the day on which it is asked for');
        END IF;
    ELSIF OLD.state = 'asked' AND NEW.state = 'granted' THEN
        IF NEW.valid_until < appraisal_day(NEW.decided_at) THEN
            PERFORM appraisal_refuse('appraisal_projectexception: its last day is past');
        ELSIF NOT appraisal_logged(NEW.entry, NEW.receipt, 'project-exception',
            jsonb_build_object('project_hash', NEW.project_hash)) THEN
            PERFORM appraisal_refuse('appraisal_projectexception: it is not entered in the log');
        END IF;
    ELSIF OLD.state = 'granted' AND NEW.state = 'ended' AND appraisal_day(NEW.ended_at) <= OLD.valid_until THEN
        PERFORM appraisal_refuse('appraisal_projectexception: what was granted holds to its last day');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER strict BEFORE UPDATE ON appraisal_turn FOR EACH ROW EXECUTE FUNCTION appraisal_turn_strict();
CREATE TRIGGER strict BEFORE INSERT ON appraisal_verdict FOR EACH ROW EXECUTE FUNCTION appraisal_verdict_strict();
CREATE TRIGGER strict BEFORE INSERT ON appraisal_approval FOR EACH ROW EXECUTE FUNCTION appraisal_approval_strict();
CREATE TRIGGER strict BEFORE INSERT OR UPDATE ON appraisal_projectexception
    FOR EACH ROW EXECUTE FUNCTION appraisal_exception_strict();
ALTER TABLE appraisal_turn ENABLE ALWAYS TRIGGER strict;
ALTER TABLE appraisal_verdict ENABLE ALWAYS TRIGGER strict;
ALTER TABLE appraisal_approval ENABLE ALWAYS TRIGGER strict;
ALTER TABLE appraisal_projectexception ENABLE ALWAYS TRIGGER strict;
CREATE UNIQUE INDEX appraisal_verdict_entry_once ON appraisal_verdict (entry);
CREATE UNIQUE INDEX appraisal_approval_entry_once ON appraisal_approval (entry);
"""
UNDONE = """
DROP INDEX appraisal_verdict_entry_once; DROP INDEX appraisal_approval_entry_once;
DROP TRIGGER strict ON appraisal_turn; DROP TRIGGER strict ON appraisal_verdict;
DROP TRIGGER strict ON appraisal_approval; DROP TRIGGER strict ON appraisal_projectexception;
DROP FUNCTION appraisal_turn_strict(); DROP FUNCTION appraisal_verdict_strict();
DROP FUNCTION appraisal_approval_strict(); DROP FUNCTION appraisal_exception_strict();
DROP FUNCTION appraisal_logged(bigint, jsonb, text, jsonb); DROP FUNCTION appraisal_day(timestamptz);
"""


class Migration(migrations.Migration):
    """Stricter triggers beside those of the gate."""

    dependencies = [("appraisal", "0002_gate"), ("projects", "0002_telling"), ("architecture", "0003_withdrawal")]

    operations = [migrations.RunSQL([GROUNDS], UNDONE)]
