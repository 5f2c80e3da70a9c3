"""A draft may take in a newer version of its procedure: by a revision, while it is edited, and only a newer one."""

from importlib import import_module

from django.db import migrations

KEPT: str = import_module("maidinh.services.authoring.migrations.0001_initial").KEPT
BEFORE = KEPT[KEPT.index("CREATE FUNCTION authoring_draft_kept") : KEPT.index("CREATE TRIGGER kept BEFORE")].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
BEGINNING = """(NEW.code, NEW.agency, NEW.author, NEW.created_at, NEW.seen, NEW.base_id)
        IS DISTINCT FROM (OLD.code, OLD.agency, OLD.author, OLD.created_at, OLD.seen, OLD.base_id) THEN
        PERFORM authoring_refuse('authoring_draft: procedure, agency, author and beginning are not changed');
    END IF;"""
TAKING_IN = """(NEW.code, NEW.agency, NEW.author, NEW.created_at)
        IS DISTINCT FROM (OLD.code, OLD.agency, OLD.author, OLD.created_at) THEN
        PERFORM authoring_refuse('authoring_draft: procedure, agency, author and beginning are not changed');
    END IF;
    IF (NEW.seen, NEW.base_id) IS DISTINCT FROM (OLD.seen, OLD.base_id) AND (
        step <> 'editing editing' OR NEW.seen <= OLD.seen OR NEW.revision <> OLD.revision + 1 OR NOT EXISTS (
            SELECT 1 FROM procedures_procedureversion v WHERE v.id = NEW.seen AND v.code = NEW.code
        ) OR NOT EXISTS (
            SELECT 1 FROM procedures_procedureversion v
            WHERE v.id = NEW.base_id AND v.code = NEW.code AND v.id <= NEW.seen
        )
    ) THEN
        PERFORM authoring_refuse('authoring_draft: a newer version is taken in by a revision');
    END IF;"""
FILES, FILES_OR_SEEN = (
    "IF NEW.files IS DISTINCT FROM OLD.files THEN",
    "IF NEW.files IS DISTINCT FROM OLD.files OR NEW.seen <> OLD.seen THEN",
)
AFTER = BEFORE.replace(BEGINNING, TAKING_IN).replace(FILES, FILES_OR_SEEN)


class Migration(migrations.Migration):
    dependencies = [("authoring", "0001_initial")]

    operations = [migrations.RunSQL(AFTER, BEFORE)]
