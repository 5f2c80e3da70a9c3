"""Directories stand in one line, whoever adds one: each has a higher serial than all before it. Layer 6."""

from __future__ import annotations

from django.db import migrations

IN_LINE = """
CREATE FUNCTION directory_payload(token text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT decode(rpad(part, (length(part) + 3) / 4 * 4, '='), 'base64')
    FROM (SELECT translate(split_part(token, '.', 2), '-_', '+/') AS part) AS payload
$$;
CREATE FUNCTION directory_in_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('directory_published'));
    IF EXISTS (SELECT 1 FROM directory_publisheddirectory WHERE serial >= NEW.serial) THEN
        RAISE EXCEPTION 'directory_publisheddirectory: the serial % does not follow those before it', NEW.serial
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER in_line BEFORE INSERT ON directory_publisheddirectory
    FOR EACH ROW EXECUTE FUNCTION directory_in_line();
ALTER TABLE directory_publisheddirectory ENABLE ALWAYS TRIGGER in_line;
"""
UNDO = """
DROP TRIGGER in_line ON directory_publisheddirectory;
DROP FUNCTION directory_in_line();
DROP FUNCTION directory_payload(text);
"""


class Migration(migrations.Migration):
    """One trigger."""

    dependencies = (("directory", "0001_initial"),)

    operations = (migrations.RunSQL(IN_LINE, UNDO),)
