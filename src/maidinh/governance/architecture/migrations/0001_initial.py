"""The table of architecture versions and what the database itself holds about them. Layer 4, governance.

A version enters as a draft; its content never changes; it is published by another person than its author; nothing but
its being superseded happens to it afterwards. One version of a province is in force.
"""

from __future__ import annotations

from django.db import migrations, models

from maidinh.infrastructure.database.policies import EVERY_ROW, grant, protect

KEEP = """
CREATE FUNCTION architecture_version_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    published text[] := ARRAY['state', 'published_by', 'published_at', 'jws', 'receipt', 'entry', 'serial'];
    superseded text[] := ARRAY['state', 'superseded_at'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = 'draft' AND NEW.superseded_at IS NULL THEN RETURN NEW; END IF;
    ELSIF TG_OP = 'DELETE' THEN
        IF OLD.state = 'draft' THEN RETURN OLD; END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF OLD.state = 'draft' AND NEW.state = 'published' AND NEW.author <> NEW.published_by
            AND (to_jsonb(OLD) - published)::text = (to_jsonb(NEW) - published)::text THEN RETURN NEW; END IF;
        IF OLD.state = 'published' AND NEW.state = 'superseded' AND NEW.superseded_at IS NOT NULL
            AND (to_jsonb(OLD) - superseded)::text = (to_jsonb(NEW) - superseded)::text THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'architecture_version: a version is drafted, published by another person, superseded; never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON architecture_version
    FOR EACH ROW EXECUTE FUNCTION architecture_version_kept();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON architecture_version
    FOR EACH STATEMENT EXECUTE FUNCTION architecture_version_kept();
ALTER TABLE architecture_version ENABLE ALWAYS TRIGGER kept;
ALTER TABLE architecture_version ENABLE ALWAYS TRIGGER never_emptied;
"""
DRAFTS = "state = 'draft'"


class Migration(migrations.Migration):
    """First table."""

    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("province", models.CharField(max_length=60)),
                ("version", models.CharField(max_length=40)),
                ("instance", models.CharField(max_length=40)),
                ("hash", models.CharField(max_length=64)),
                ("content", models.JSONField()),
                ("effective_from", models.DateField()),
                ("state", models.CharField(default="draft", max_length=10)),
                ("author", models.CharField(max_length=60)),
                ("submitted_at", models.DateTimeField()),
                ("published_by", models.CharField(max_length=60, null=True)),
                ("published_at", models.DateTimeField(null=True)),
                ("superseded_at", models.DateTimeField(null=True)),
                ("jws", models.TextField(blank=True)),
                ("receipt", models.JSONField(null=True)),
                ("entry", models.BigIntegerField(null=True)),
                ("serial", models.BigIntegerField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("province", "version"), name="architecture_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")),
                        fields=("province",),
                        name="architecture_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("draft", "published", "superseded"))),
                        name="architecture_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("author", models.F("published_by")), _negated=True),
                        name="architecture_published_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("entry__isnull", True),
                                ("jws", ""),
                                ("published_at__isnull", True),
                                ("published_by__isnull", True),
                                ("state", "draft"),
                            ),
                            models.Q(
                                models.Q(("state", "draft"), _negated=True),
                                models.Q(("jws", ""), _negated=True),
                                ("entry__isnull", False),
                                ("published_at__isnull", False),
                                ("published_by__isnull", False),
                                ("receipt__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="architecture_published_is_whole",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            KEEP,
            "DROP TRIGGER kept ON architecture_version; DROP TRIGGER never_emptied ON architecture_version;"
            "DROP FUNCTION architecture_version_kept();",
        ),
        protect(
            "architecture_version",
            web={"SELECT": EVERY_ROW, "INSERT": DRAFTS, "UPDATE": EVERY_ROW, "DELETE": DRAFTS},
            worker={"SELECT": EVERY_ROW},
            owner=EVERY_ROW,
        ),
        grant("architecture_version", "web", "SELECT, INSERT, UPDATE, DELETE"),
        grant("architecture_version", "worker", "SELECT"),
    ]
