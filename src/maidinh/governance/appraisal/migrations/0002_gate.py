"""The gate: what the database itself holds of appraisals, whoever asks it. Layer 4, governance.

No project is approved without a passing verdict on exactly what it says now, against the version in force, or without
an exception that was granted for it and still holds. Who wrote a project neither appraises nor approves it. Who decides
is the person of the transaction (`scope.acting`). `docs/explanation/the-gate.md` says the same for people.
"""

from __future__ import annotations

from django.db import migrations

WAYS = """
CREATE FUNCTION appraisal_refuse(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', what USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION appraisal_acts(agency text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(agency = ANY (string_to_array(nullif(current_setting('maidinh.agencies', true), ''), ',')), false)
$$;
CREATE FUNCTION appraisal_is(person text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT person <> '' AND person = coalesce(current_setting('maidinh.person', true), '')
$$;
CREATE FUNCTION appraisal_wrote(project bigint, person text) RETURNS boolean LANGUAGE sql VOLATILE AS $$
    SELECT EXISTS (SELECT 1 FROM projects_project p WHERE p.id = project
            AND (p.author = person OR person = ANY (p.authors)))
        OR EXISTS (SELECT 1 FROM projects_revision r WHERE r.project_id = project AND r.by = person)
$$;
CREATE FUNCTION appraisal_in_force(held bigint, digest text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    -- Locked, so that no other version comes into force before what stands on this one is written.
    PERFORM 1 FROM architecture_version v WHERE v.id = held AND v.state = 'published' AND v.hash = digest FOR SHARE;
    RETURN FOUND;
END $$;
CREATE FUNCTION appraisal_unmet(project bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT count(*) FROM appraisal_approval a JOIN appraisal_verdict v ON v.id = a.verdict_id,
        jsonb_array_elements(v.conditions) AS c(condition)
    WHERE a.project_id = project AND NOT EXISTS (
        SELECT 1 FROM appraisal_conditionmet m WHERE m.verdict_id = v.id AND m.condition = c.condition ->> 'id')
$$;
"""
COURSE = """
CREATE FUNCTION appraisal_appraisal_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    p projects_project;
    step text;
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
        PERFORM appraisal_refuse('appraisal_appraisal: an appraisal ends, it is not removed');
    END IF;
    SELECT * INTO p FROM projects_project WHERE id = NEW.project_id;
    IF NEW.appraiser <> '' AND (TG_OP = 'INSERT' OR NEW.appraiser <> OLD.appraiser) THEN
        IF appraisal_wrote(NEW.project_id, NEW.appraiser) THEN
            PERFORM appraisal_refuse('appraisal_appraisal: who wrote in the project does not appraise it');
        ELSIF NOT appraisal_acts(NEW.agency) OR appraisal_acts(NEW.owner) THEN
            PERFORM appraisal_refuse('appraisal_appraisal: an appraiser is of the body that appraises, not of the owner');
        END IF;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.revision_id <> OLD.revision_id THEN
        IF NOT EXISTS (SELECT 1 FROM projects_revision r WHERE r.id = NEW.revision_id AND r.project_id = p.id
            AND r.number = p.revision AND r.hash = p.hash) THEN
            PERFORM appraisal_refuse('appraisal_appraisal: what is appraised is what the project says now');
        END IF;
    END IF;
    IF TG_OP = 'INSERT' OR (NEW.version_id, NEW.version_hash) IS DISTINCT FROM (OLD.version_id, OLD.version_hash) THEN
        IF NOT appraisal_in_force(NEW.version_id, NEW.version_hash) THEN
            PERFORM appraisal_refuse('appraisal_appraisal: it is made against the version in force');
        END IF;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF p.id IS NULL OR p.state NOT IN ('preparing', 'appraised') OR NEW.owner <> p.owner OR NEW.pack <> p.pack
            OR NEW.pack = '' OR NEW.state <> 'open' OR NEW.closed_at IS NOT NULL OR NEW.opened_by = ''
            OR NEW.number <> 1 + (SELECT count(*) FROM appraisal_appraisal a WHERE a.project_id = p.id) THEN
            PERFORM appraisal_refuse('appraisal_appraisal: an appraisal begins open, by the law of its project');
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.closed_at IS NOT NULL THEN
        PERFORM appraisal_refuse('appraisal_appraisal: an appraisal that ended is not changed');
    END IF;
    IF NEW.appraiser <> OLD.appraiser AND NOT appraisal_acts(NEW.agency) THEN
        PERFORM appraisal_refuse('appraisal_appraisal: who appraises it is the appraising body''s to say');
    ELSIF (NEW.assessment, NEW.assessed_at) IS DISTINCT FROM (OLD.assessment, OLD.assessed_at)
        AND NEW.revision_id = OLD.revision_id AND NOT appraisal_acts(NEW.agency) THEN
        PERFORM appraisal_refuse('appraisal_appraisal: what was checked is checked again by the appraising body');
    END IF;
    IF (NEW.project_id, NEW.number, NEW.pack, NEW.owner, NEW.agency, NEW.opened_by, NEW.opened_at)
        IS DISTINCT FROM
        (OLD.project_id, OLD.number, OLD.pack, OLD.owner, OLD.agency, OLD.opened_by, OLD.opened_at) THEN
        PERFORM appraisal_refuse('appraisal_appraisal: what is appraised, by whom and by which law is not changed');
    END IF;
    step := OLD.state || ' ' || NEW.state;
    IF (NEW.closed_at IS NOT NULL) <> (NEW.state IN ('concluded', 'stopped')) OR NOT (CASE step
        WHEN 'open open' THEN true
        WHEN 'waiting waiting' THEN true
        WHEN 'open waiting' THEN EXISTS (
            SELECT 1 FROM appraisal_supplement s WHERE s.appraisal_id = NEW.id AND s.answered_at IS NULL)
        WHEN 'waiting open' THEN NOT EXISTS (
            SELECT 1 FROM appraisal_supplement s WHERE s.appraisal_id = NEW.id AND s.answered_at IS NULL)
        WHEN 'open concluded' THEN EXISTS (SELECT 1 FROM appraisal_verdict v WHERE v.appraisal_id = NEW.id)
        WHEN 'open stopped' THEN p.state = 'withdrawn'
        WHEN 'waiting stopped' THEN p.state = 'withdrawn'
        ELSE false END) THEN
        PERFORM appraisal_refuse('appraisal_appraisal: nothing leads from ' || OLD.state || ' to ' || NEW.state);
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION appraisal_turn_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (
        SELECT 1 FROM appraisal_appraisal a WHERE a.id = NEW.appraisal_id AND a.closed_at IS NOT NULL) THEN
        PERFORM appraisal_refuse('appraisal_turn: no share of the clock begins after the appraisal ended');
    ELSIF TG_OP = 'UPDATE' AND OLD.ended_at IS NOT NULL THEN
        PERFORM appraisal_refuse('appraisal_turn: a share of the clock that ended is not changed');
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION appraisal_supplement_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    a appraisal_appraisal;
    allowed text[] := ARRAY['answered_by', 'answered_at', 'answer_id'];
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
        PERFORM appraisal_refuse('appraisal_supplement: what was asked for is kept');
    END IF;
    SELECT * INTO a FROM appraisal_appraisal WHERE id = NEW.appraisal_id;
    IF TG_OP = 'INSERT' THEN
        IF a.id IS NULL OR a.state <> 'open' OR NEW.asked_agency <> a.agency OR NEW.answered_at IS NOT NULL
            OR NEW.number <> 1 + (SELECT count(*) FROM appraisal_supplement s WHERE s.appraisal_id = a.id)
            OR jsonb_typeof(NEW.defects) <> 'array' OR jsonb_array_length(NEW.defects) = 0
            OR EXISTS (SELECT 1 FROM jsonb_array_elements(NEW.defects) d WHERE coalesce(d ->> 'says', '') = '') THEN
            PERFORM appraisal_refuse('appraisal_supplement: the appraising body says all that is missing');
        ELSIF NEW.number > 1 AND NEW.reason = '' THEN
            PERFORM appraisal_refuse('appraisal_supplement: a further request says why it was not asked at first');
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.answered_at IS NOT NULL OR NEW.answered_at IS NULL OR NEW.answered_by = '' OR NOT appraisal_acts(a.owner)
        OR (to_jsonb(OLD) - allowed)::text <> (to_jsonb(NEW) - allowed)::text
        OR NOT EXISTS (SELECT 1 FROM projects_revision r, projects_revision was
            WHERE r.id = NEW.answer_id AND was.id = a.revision_id AND r.project_id = a.project_id
            AND r.number > was.number AND r.hash <> was.hash) THEN
        PERFORM appraisal_refuse('appraisal_supplement: its owner answers it once, by a revision that changes the project');
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION appraisal_opinion_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    a appraisal_appraisal;
    allowed text[] := ARRAY['stance', 'text', 'given_by', 'given_at'];
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
        PERFORM appraisal_refuse('appraisal_bodyopinion: an opinion is kept');
    END IF;
    SELECT * INTO a FROM appraisal_appraisal WHERE id = NEW.appraisal_id;
    IF a.closed_at IS NOT NULL THEN
        PERFORM appraisal_refuse('appraisal_bodyopinion: the appraisal has ended');
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.given_at IS NOT NULL OR NEW.agency IN (a.owner, a.agency) THEN
            PERFORM appraisal_refuse('appraisal_bodyopinion: another body is asked, and gives its opinion itself');
        END IF;
    ELSIF OLD.given_at IS NOT NULL OR NEW.given_at IS NULL OR NOT appraisal_acts(NEW.agency)
        OR NEW.stance <> 'agree' AND NEW.text = ''
        OR (to_jsonb(OLD) - allowed)::text <> (to_jsonb(NEW) - allowed)::text THEN
        PERFORM appraisal_refuse('appraisal_bodyopinion: the body that was asked gives its opinion once');
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION appraisal_meeting_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.minutes = '' OR NEW.chair = '' OR NOT EXISTS (
        SELECT 1 FROM appraisal_appraisal a WHERE a.id = NEW.appraisal_id AND a.closed_at IS NULL) THEN
        PERFORM appraisal_refuse('appraisal_meeting: a meeting is recorded while its appraisal runs, with what it said');
    END IF;
    RETURN NEW;
END $$;
"""
VERDICTS = """
CREATE FUNCTION appraisal_verdict_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    a appraisal_appraisal;
    p projects_project;
BEGIN
    SELECT * INTO a FROM appraisal_appraisal WHERE id = NEW.appraisal_id FOR UPDATE;
    SELECT * INTO p FROM projects_project WHERE id = NEW.project_id FOR UPDATE;
    IF a.id IS NULL OR a.state <> 'open' OR p.id IS NULL OR p.state <> 'appraising'
        OR (a.project_id, a.revision_id, a.version_id, a.version_hash, a.pack)
        IS DISTINCT FROM (NEW.project_id, NEW.revision_id, NEW.version_id, NEW.version_hash, NEW.pack) THEN
        PERFORM appraisal_refuse('appraisal_verdict: there is no open appraisal of this revision against this version');
    END IF;
    IF p.hash <> NEW.project_hash OR NOT EXISTS (SELECT 1 FROM projects_revision r WHERE r.id = NEW.revision_id
        AND r.project_id = p.id AND r.number = p.revision AND r.hash = NEW.project_hash) THEN
        PERFORM appraisal_refuse('appraisal_verdict: it is about another text of the project than the one there is');
    END IF;
    IF NOT appraisal_in_force(NEW.version_id, NEW.version_hash) THEN
        PERFORM appraisal_refuse('appraisal_verdict: another version of the architecture is in force');
    END IF;
    IF coalesce(a.assessment ->> 'project_hash', '') <> NEW.project_hash
        OR coalesce(a.assessment ->> 'version_hash', '') <> NEW.version_hash THEN
        PERFORM appraisal_refuse('appraisal_verdict: the checks were not made of this revision against this version');
    END IF;
    IF NEW.given_agency <> a.agency OR NEW.given_agency = p.owner OR NOT appraisal_acts(NEW.given_agency)
        OR appraisal_acts(p.owner) THEN
        PERFORM appraisal_refuse('appraisal_verdict: it is given by the body that appraises, never the owner');
    END IF;
    IF NOT appraisal_is(NEW.given_by) OR appraisal_wrote(p.id, NEW.given_by) THEN
        PERFORM appraisal_refuse('appraisal_verdict: it is given by the person who acts and who wrote nothing in it');
    END IF;
    IF EXISTS (SELECT 1 FROM appraisal_supplement s WHERE s.appraisal_id = a.id AND s.answered_at IS NULL) THEN
        PERFORM appraisal_refuse('appraisal_verdict: a supplement is awaited');
    END IF;
    IF jsonb_typeof(NEW.results) <> 'array' OR jsonb_array_length(NEW.results) = 0 OR EXISTS (
        SELECT 1 FROM jsonb_array_elements(NEW.results) r
        WHERE coalesce(r ->> 'result', '') NOT IN ('met', 'not-met', 'undetermined', 'not-applicable')) THEN
        PERFORM appraisal_refuse('appraisal_verdict: every requirement has one of the four results');
    END IF;
    IF NEW.result <> 'fail' AND NEW.results @> '[{"result": "not-met"}]'
        OR NEW.result = 'pass' AND NEW.results @> '[{"result": "undetermined"}]' THEN
        PERFORM appraisal_refuse('appraisal_verdict: it does not pass with what is not met, nor without condition with'
            ' what is open');
    END IF;
    IF (NEW.result = 'pass-with-conditions') <> (jsonb_array_length(NEW.conditions) > 0)
        OR (SELECT count(DISTINCT c ->> 'id') FROM jsonb_array_elements(NEW.conditions) c
            WHERE c ->> 'id' <> '' AND c ->> 'text' <> '' AND c ->> 'until' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$')
        <> jsonb_array_length(NEW.conditions) THEN
        PERFORM appraisal_refuse('appraisal_verdict: conditions stand with a passing verdict, each with text and day');
    END IF;
    IF NEW.entry IS NULL OR jsonb_typeof(NEW.receipt) <> 'object' THEN
        PERFORM appraisal_refuse('appraisal_verdict: it is entered in the log');
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION appraisal_verdict_concludes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM appraisal_appraisal a WHERE a.id = NEW.appraisal_id AND a.state = 'concluded') THEN
        PERFORM appraisal_refuse('appraisal_verdict: a verdict concludes its appraisal');
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION appraisal_condition_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v appraisal_verdict;
BEGIN
    SELECT * INTO v FROM appraisal_verdict WHERE id = NEW.verdict_id;
    IF v.id IS NULL OR NEW.evidence = ''
        OR NOT v.conditions @> jsonb_build_array(jsonb_build_object('id', NEW.condition)) THEN
        PERFORM appraisal_refuse('appraisal_conditionmet: a condition of the verdict is met, by its proof');
    ELSIF NOT EXISTS (SELECT 1 FROM projects_project p, unnest(array_remove(p.parties, p.owner)) AS party
        WHERE p.id = v.project_id AND appraisal_acts(party)) THEN
        PERFORM appraisal_refuse('appraisal_conditionmet: a body that appraises or decides says so, not its owner');
    ELSIF NOT appraisal_is(NEW."by") OR appraisal_wrote(v.project_id, NEW."by") THEN
        PERFORM appraisal_refuse('appraisal_conditionmet: the person who acts says so, and wrote nothing in the project');
    END IF;
    RETURN NEW;
END $$;
"""
EXCEPTIONS = """
ALTER TABLE appraisal_projectexception
    ADD CONSTRAINT appraisal_exception_is_justified CHECK (unmet <> '' AND cause <> '' AND alternatives <> ''
        AND effects <> '' AND controls <> '' AND remedy <> '' AND agency <> ''),
    ADD CONSTRAINT appraisal_exception_ends CHECK (valid_until > (asked_at AT TIME ZONE 'UTC')::date
        AND review_on <= valid_until AND review_on >= (asked_at AT TIME ZONE 'UTC')::date),
    ADD CONSTRAINT appraisal_exception_decided_after CHECK (decided_at >= asked_at),
    ADD CONSTRAINT appraisal_exception_decision_is_whole CHECK (
        state = 'asked' AND decided_at IS NULL AND decided_by IS NULL AND decision_text = '' AND entry IS NULL
        OR state <> 'asked' AND decided_at IS NOT NULL AND decided_by IS NOT NULL AND decision_text <> ''),
    ADD CONSTRAINT appraisal_exception_is_public CHECK (state NOT IN ('granted', 'ended')
        OR decision <> '' AND entry IS NOT NULL AND receipt IS NOT NULL),
    ADD CONSTRAINT appraisal_exception_end_is_told CHECK ((state = 'ended') = (ended_at IS NOT NULL));
CREATE FUNCTION appraisal_exception_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    p projects_project;
    step text;
    allowed text[];
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
        PERFORM appraisal_refuse('appraisal_projectexception: an exception ends, it is not removed');
    ELSIF TG_OP = 'INSERT' THEN
        SELECT * INTO p FROM projects_project WHERE id = NEW.project_id;
        IF p.id IS NULL OR p.state <> 'appraised' OR NEW.project_hash <> p.hash OR NEW.asked_agency <> p.owner
            OR NOT appraisal_is(NEW.asked_by) OR NEW.state <> 'asked' OR NEW.reminded_at IS NOT NULL
            OR NOT EXISTS (SELECT 1 FROM architecture_version v WHERE v.id = NEW.version_id AND v.state = 'published')
        THEN
            PERFORM appraisal_refuse('appraisal_projectexception: the owner asks for it, of what was appraised, against'
                ' the version in force');
        END IF;
        RETURN NEW;
    END IF;
    step := OLD.state || ' ' || NEW.state;
    IF step IN ('asked granted', 'asked refused') THEN
        allowed := ARRAY['state', 'decided_by', 'decided_at', 'decision', 'decision_text', 'entry', 'receipt'];
        IF NOT appraisal_is(NEW.decided_by) OR NEW.decided_by = OLD.asked_by
            OR appraisal_wrote(OLD.project_id, NEW.decided_by) THEN
            PERFORM appraisal_refuse('appraisal_projectexception: another person decides, who wrote nothing in it');
        END IF;
        IF step = 'asked granted' AND (
            NEW.valid_until < (NEW.decided_at AT TIME ZONE 'UTC')::date OR NOT EXISTS (SELECT 1 FROM projects_project q
            WHERE q.id = OLD.project_id AND q.state = 'appraised' AND q.hash = OLD.project_hash)) THEN
            PERFORM appraisal_refuse('appraisal_projectexception: its last day is past, or the project is another now');
        END IF;
    ELSIF step = 'granted ended' THEN
        allowed := ARRAY['state', 'ended_at'];
        IF (NEW.ended_at AT TIME ZONE 'UTC')::date < OLD.valid_until THEN  -- its own midnight is the day before in UTC
            PERFORM appraisal_refuse('appraisal_projectexception: what was granted holds to its last day');
        END IF;
    ELSIF step = 'granted granted' AND OLD.reminded_at IS NULL THEN
        allowed := ARRAY['reminded_at'];
    END IF;
    IF allowed IS NULL OR (to_jsonb(OLD) - allowed)::text <> (to_jsonb(NEW) - allowed)::text THEN
        PERFORM appraisal_refuse('appraisal_projectexception: it is asked for, decided once, ended; never changed');
    END IF;
    RETURN NEW;
END $$;
"""
GATE = """
CREATE FUNCTION appraisal_approval_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    p projects_project;
    v appraisal_verdict;
    e appraisal_projectexception;
BEGIN
    SELECT * INTO p FROM projects_project WHERE id = NEW.project_id FOR UPDATE;
    IF p.id IS NULL OR p.state <> 'appraised' THEN
        PERFORM appraisal_refuse('appraisal_approval: the project does not wait for a decision');
    END IF;
    IF p.hash <> NEW.project_hash OR NOT EXISTS (SELECT 1 FROM projects_revision r WHERE r.id = NEW.revision_id
        AND r.project_id = p.id AND r.number = p.revision AND r.hash = NEW.project_hash) THEN
        PERFORM appraisal_refuse('appraisal_approval: what is approved is what the project says now');
    END IF;
    IF NOT appraisal_in_force(NEW.version_id, NEW.version_hash) THEN
        PERFORM appraisal_refuse('appraisal_approval: another version of the architecture is in force');
    END IF;
    SELECT * INTO v FROM appraisal_verdict WHERE project_id = p.id ORDER BY id DESC LIMIT 1;
    -- Days are those of the country: where it is decided, the day may be one on from the day in UTC.
    IF NEW.approved_at < v.given_at OR NEW.decided_on > (NEW.approved_at AT TIME ZONE 'UTC')::date + 1
        OR NEW.exception_id IS NULL AND NEW.decided_on < (v.given_at AT TIME ZONE 'UTC')::date THEN
        PERFORM appraisal_refuse('appraisal_approval: it is decided after the verdict and not on a day to come');
    END IF;
    IF NEW.exception_id IS NULL THEN
        IF v.id IS DISTINCT FROM NEW.verdict_id OR v.id IS NULL
            OR v.result NOT IN ('pass', 'pass-with-conditions')
            OR (v.project_hash, v.version_id, v.version_hash)
            IS DISTINCT FROM (NEW.project_hash, NEW.version_id, NEW.version_hash) THEN
            PERFORM appraisal_refuse('appraisal_approval: it needs a passing verdict on this text against this version');
        END IF;
    ELSE
        SELECT * INTO e FROM appraisal_projectexception WHERE id = NEW.exception_id FOR SHARE;
        IF e.id IS NULL OR e.state <> 'granted' OR e.project_id <> p.id
            OR e.project_hash <> NEW.project_hash OR e.version_id <> NEW.version_id
            OR e.valid_until < NEW.decided_on OR e.valid_until < (NEW.approved_at AT TIME ZONE 'UTC')::date
            OR NEW.decided_on < (e.decided_at AT TIME ZONE 'UTC')::date THEN
            PERFORM appraisal_refuse('appraisal_approval: no exception was granted for this that holds on its day');
        ELSIF e.asked_by = NEW.approved_by THEN
            PERFORM appraisal_refuse('appraisal_approval: who asked for the exception does not approve');
        END IF;
    END IF;
    IF NOT appraisal_is(NEW.approved_by) OR NOT appraisal_acts(NEW.approved_agency) THEN
        PERFORM appraisal_refuse('appraisal_approval: it is the act of the person who acts, for their agency');
    END IF;
    IF appraisal_wrote(p.id, NEW.approved_by) OR EXISTS (
        SELECT 1 FROM appraisal_verdict o WHERE o.project_id = p.id AND o.given_by = NEW.approved_by) THEN
        PERFORM appraisal_refuse('appraisal_approval: who wrote or appraised the project does not approve it');
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION appraisal_approval_approves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM projects_project p WHERE p.id = NEW.project_id AND p.state <> 'appraised'
        AND p.baseline_id = NEW.revision_id AND p.hash = NEW.project_hash) THEN
        PERFORM appraisal_refuse('appraisal_approval: an approval approves its project');
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION appraisal_gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'approved' AND OLD.state <> 'approved' AND NOT EXISTS (SELECT 1 FROM appraisal_approval a
        WHERE a.project_id = NEW.id AND a.project_hash = NEW.hash AND a.revision_id = NEW.baseline_id) THEN
        PERFORM appraisal_refuse('projects_project: there is no approval of what it says');
    ELSIF NEW.state = 'appraised' AND OLD.state <> 'appraised' AND (
        NOT EXISTS (SELECT 1 FROM appraisal_verdict v WHERE v.project_hash = NEW.hash
            AND v.id = (SELECT max(o.id) FROM appraisal_verdict o WHERE o.project_id = NEW.id))
        OR EXISTS (SELECT 1 FROM appraisal_appraisal a WHERE a.project_id = NEW.id AND a.closed_at IS NULL)) THEN
        PERFORM appraisal_refuse('projects_project: there is no verdict on what it says');
    ELSIF NEW.state = 'appraising' AND OLD.state <> 'appraising' AND NOT EXISTS (
        SELECT 1 FROM appraisal_appraisal a JOIN projects_revision r ON r.id = a.revision_id
        WHERE a.project_id = NEW.id AND a.state = 'open' AND r.number = NEW.revision AND r.hash = NEW.hash) THEN
        PERFORM appraisal_refuse('projects_project: there is no open appraisal of what it says');
    ELSIF NEW.state = 'returned' AND OLD.state <> 'returned' AND NOT EXISTS (
        SELECT 1 FROM appraisal_appraisal a WHERE a.project_id = NEW.id AND a.state = 'waiting') THEN
        PERFORM appraisal_refuse('projects_project: nothing is asked for');
    ELSIF NEW.state = 'accepted' AND OLD.state = 'completed' AND appraisal_unmet(NEW.id) > 0 THEN
        PERFORM appraisal_refuse('projects_project: a condition of its verdict is not met');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE UPDATE ON projects_project FOR EACH ROW EXECUTE FUNCTION appraisal_gate();
ALTER TABLE projects_project ENABLE ALWAYS TRIGGER gate;
"""
KEPT = {  # table: function, and whether it also guards removal
    "appraisal_appraisal": ("appraisal_appraisal_kept", True),
    "appraisal_supplement": ("appraisal_supplement_kept", True),
    "appraisal_bodyopinion": ("appraisal_opinion_kept", True),
    "appraisal_projectexception": ("appraisal_exception_kept", True),
    "appraisal_turn": ("appraisal_turn_kept", False),
    "appraisal_meeting": ("appraisal_meeting_kept", False),
    "appraisal_verdict": ("appraisal_verdict_kept", False),
    "appraisal_conditionmet": ("appraisal_condition_kept", False),
    "appraisal_approval": ("appraisal_approval_kept", False),
}
LATER = {"appraisal_verdict": "appraisal_verdict_concludes", "appraisal_approval": "appraisal_approval_approves"}
JUSTIFIED = ("is_justified", "ends", "decided_after", "decision_is_whole", "is_public", "end_is_told")


def kept() -> list[str]:
    """The triggers, of every role, the owner of the tables too."""
    made = []
    for table, (function, guarded) in KEPT.items():
        on = "INSERT OR UPDATE OR DELETE" if guarded else "INSERT OR UPDATE"
        made.append(f"CREATE TRIGGER kept BEFORE {on} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
        made.append(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER kept")
        if guarded:
            each = f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
            made.append(f"{each} EXECUTE FUNCTION {function}()")
            made.append(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER never_emptied")
    for table, function in LATER.items():
        made.append(
            f"CREATE CONSTRAINT TRIGGER finished AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED"
            f" FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
        made.append(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER finished")
    return made


def dropped() -> list[str]:
    """The way back."""
    made = ["DROP TRIGGER gate ON projects_project", "DROP FUNCTION appraisal_gate()"]
    made += [f"DROP TRIGGER finished ON {table}" for table in LATER]
    for table, (_, guarded) in KEPT.items():
        made.append(f"DROP TRIGGER kept ON {table}")
        made += [f"DROP TRIGGER never_emptied ON {table}"] if guarded else []
    made += [f"DROP FUNCTION {function}()" for function in (*LATER.values(), *(each for each, _ in KEPT.values()))]
    table = "appraisal_projectexception"
    made += [f"ALTER TABLE {table} DROP CONSTRAINT appraisal_exception_{each}" for each in JUSTIFIED]
    made += [
        "DROP FUNCTION appraisal_unmet(bigint)",
        "DROP FUNCTION appraisal_in_force(bigint, text)",
        "DROP FUNCTION appraisal_wrote(bigint, text)",
        "DROP FUNCTION appraisal_is(text)",
        "DROP FUNCTION appraisal_acts(text)",
        "DROP FUNCTION appraisal_refuse(text)",
    ]
    return made


class Migration(migrations.Migration):
    """Triggers and checks."""

    dependencies = [("appraisal", "0001_initial")]

    operations = [
        migrations.RunSQL([WAYS, COURSE, VERDICTS, EXCEPTIONS, GATE, *kept()], dropped()),
    ]
