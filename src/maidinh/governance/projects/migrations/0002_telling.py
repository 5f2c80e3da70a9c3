"""What is told of a project is what has just happened to it, and a version in force holds it. Layer 4, governance.

An event belongs to the official who acts, comes from who takes that step, and fits the state that the project has; a
step is told once, with the step. A project is in force only with a version that has what it adds and changes and lacks
what it retires, but for what was decided otherwise when it was merged.
"""

from __future__ import annotations

from django.db import migrations

TOLD = """
CREATE FUNCTION projects_event_fits(kind text, state text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN kind IN ('opened', 'reopened') THEN state = 'preparing'
        WHEN kind = 'revised' THEN state IN ('preparing', 'returned')
        WHEN kind IN ('handed-in', 'supplement-answered', 'checked-again') THEN state = 'appraising'
        WHEN kind IN ('taken-up', 'forwarded', 'checked', 'moved-to-version') THEN state IN ('appraising', 'returned')
        WHEN kind IN ('opinion-asked', 'opinion-given', 'meeting-held') THEN state IN ('appraising', 'returned')
        WHEN kind = 'supplement-asked' THEN state = 'returned'
        WHEN kind IN ('verdict-given', 'exception-asked') THEN state = 'appraised'
        WHEN kind = 'recheck-needed' THEN state IN ('appraising', 'returned', 'appraised')
        WHEN kind IN ('exception-decided', 'exception-ending', 'exception-ended') THEN true
        WHEN kind IN ('approved', 'refused', 'completed', 'accepted', 'merged', 'in-force', 'withdrawn')
            THEN state = kind
        WHEN kind IN ('building-begun', 'completion-refused') THEN state = 'building'
        WHEN kind = 'condition-met' THEN state IN ('appraised', 'approved', 'building', 'completed', 'accepted',
            'merged', 'in-force')
        WHEN kind = 'component-reported' THEN state IN ('approved', 'building', 'completed', 'accepted', 'merged',
            'in-force')
        WHEN kind IN ('milestone-reported', 'money-paid', 'contract-entered', 'report-written',
            'condition-overdue', 'report-due') THEN state IN ('approved', 'building', 'completed',
            'accepted', 'merged', 'in-force')
        WHEN kind IN ('taken-back', 'given-back') THEN state = 'accepted'
        WHEN kind = 'not-carried' THEN state = 'merged'
        ELSE false END
$$;
CREATE FUNCTION projects_leads_to(kind text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN kind IN ('opened', 'reopened') THEN 'preparing'
        WHEN kind IN ('handed-in', 'supplement-answered', 'checked-again') THEN 'appraising'
        WHEN kind = 'supplement-asked' THEN 'returned'
        WHEN kind = 'verdict-given' THEN 'appraised'
        WHEN kind IN ('building-begun', 'completion-refused') THEN 'building'
        WHEN kind IN ('accepted', 'taken-back', 'given-back') THEN 'accepted'
        WHEN kind IN ('approved', 'refused', 'completed', 'merged', 'in-force', 'withdrawn') THEN kind END
$$;
CREATE FUNCTION projects_event_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    acting text[] := string_to_array(nullif(current_setting('maidinh.agencies', true), ''), ',');
    p projects_project;
    owners text[] := ARRAY['opened', 'revised', 'handed-in', 'supplement-answered', 'reopened', 'building-begun',
        'completed', 'withdrawn', 'exception-asked', 'milestone-reported', 'money-paid', 'contract-entered'];
    inside text[] := ARRAY['opened', 'revised', 'taken-up', 'checked', 'opinion-asked', 'opinion-given',
        'meeting-held', 'exception-asked'];
    itself text[] := ARRAY['in-force', 'given-back', 'not-carried', 'recheck-needed', 'exception-ending',
        'exception-ended', 'condition-overdue', 'report-due'];
    guests text[] := ARRAY['opinion-given', 'component-reported', 'condition-met', 'exception-decided',
        'report-written'];
BEGIN
    SELECT * INTO p FROM projects_project WHERE id = NEW.project_id;
    IF p.id IS NULL OR NOT projects_event_fits(NEW.kind, p.state) THEN
        PERFORM projects_refuse('projects_event: what is told does not fit the state of the project');
    ELSIF NEW.public AND NEW.kind = ANY (inside) THEN
        PERFORM projects_refuse('projects_event: this is not for the public');
    ELSIF projects_leads_to(NEW.kind) IS NOT NULL AND (NEW.at IS DISTINCT FROM p.updated_at OR p.state = (
        SELECT projects_leads_to(e.kind) FROM projects_event e
        WHERE e.project_id = p.id AND projects_leads_to(e.kind) IS NOT NULL ORDER BY e.id DESC LIMIT 1)) THEN
        PERFORM projects_refuse('projects_event: a step is told once, with the step');
    END IF;
    IF acting IS NULL THEN
        RETURN NEW;  -- the worker's own; nobody else writes who acts for no agency
    END IF;
    IF NEW."by" = 'system' AND NEW.kind = ANY (itself)
        AND coalesce(current_setting('maidinh.official', true), '') IN ('', 'system') THEN
        RETURN NEW;
    ELSIF NEW.kind = ANY (itself) THEN
        PERFORM projects_refuse('projects_event: this happens by itself, nobody tells it');
    ELSIF NEW."by" <> coalesce(current_setting('maidinh.official', true), '') THEN
        PERFORM projects_refuse('projects_event: it is told by the official who acts');
    ELSIF NEW.kind = ANY (owners) AND p.owner <> ALL (acting) THEN
        PERFORM projects_refuse('projects_event: this is its owner''s to tell');
    ELSIF NEW.kind <> ALL (owners || guests) AND NOT acting && array_remove(p.parties, p.owner)::text[]
        AND p.holder <> ALL (acting) THEN
        PERFORM projects_refuse('projects_event: this is not its owner''s to tell, nor that of who has no part in it');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER told BEFORE INSERT ON projects_event FOR EACH ROW EXECUTE FUNCTION projects_event_told();
ALTER TABLE projects_event ENABLE ALWAYS TRIGGER told;
"""
CARRIED = """
CREATE FUNCTION projects_carried() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    made jsonb;
    decided jsonb;
    missing text;
BEGIN
    SELECT v.content INTO made FROM architecture_version v WHERE v.id = NEW.carried_in_id;
    SELECT coalesce(e.details -> 'differs', '[]') INTO decided FROM projects_event e
        WHERE e.project_id = NEW.id AND e.kind = 'merged' AND e.details -> 'draft' = to_jsonb(NEW.draft)
        ORDER BY e.id DESC LIMIT 1;
    WITH asked AS (
        SELECT c ->> 'action' AS action, (c ->> 'section') || '/' || (c ->> 'item') AS address,
            coalesce(nullif(c -> 'set', 'null'), nullif(c -> 'value', 'null'), '{}') AS fields,
            (SELECT x FROM jsonb_array_elements(CASE jsonb_typeof(made -> (c ->> 'section'))
                WHEN 'array' THEN made -> (c ->> 'section') ELSE '[]' END) x WHERE x ->> 'id' = c ->> 'item') AS found
        FROM jsonb_array_elements(coalesce(NEW.content -> 'changes', '[]')) c
    )
    SELECT a.address INTO missing FROM asked a
    WHERE NOT coalesce(decided, '[]') @> to_jsonb(a.address) AND (
        (a.action IN ('add', 'change')) <> (a.found IS NOT NULL)
        OR EXISTS (SELECT 1 FROM jsonb_each(a.fields) f
            WHERE f.key IN ('kind', 'owner', 'operator', 'zone', 'layer', 'security_level', 'lifecycle')
            AND jsonb_typeof(f.value) IN ('string', 'number') AND a.found ? f.key AND a.found -> f.key <> f.value
            AND NOT coalesce(decided, '[]') @> to_jsonb(a.address || '/' || f.key)))
    LIMIT 1;
    IF missing IS NOT NULL THEN
        PERFORM projects_refuse('projects_project: the version does not carry ' || missing);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER carried BEFORE UPDATE ON projects_project FOR EACH ROW
    WHEN (OLD.state = 'merged' AND NEW.state = 'in-force') EXECUTE FUNCTION projects_carried();
ALTER TABLE projects_project ENABLE ALWAYS TRIGGER carried;
"""
UNDONE = """
DROP TRIGGER carried ON projects_project; DROP FUNCTION projects_carried();
DROP TRIGGER told ON projects_event; DROP FUNCTION projects_event_told(); DROP FUNCTION projects_event_fits(text, text);
DROP FUNCTION projects_leads_to(text);
"""


class Migration(migrations.Migration):
    """Two more triggers."""

    dependencies = [("projects", "0001_initial"), ("architecture", "0003_withdrawal")]

    operations = [migrations.RunSQL([TOLD, CARRIED], UNDONE)]
