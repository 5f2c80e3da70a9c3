"""Who wrote in a version, what it was made from, the decision that approved it. Layer 4, governance.

A version that went out for opinions is approved before it is published. Nobody who wrote in it approves or publishes
it. A decision is set once. A version made from another is published only while that one is the newest; when it can't
be published any more, its draft may be made anew.
"""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

FOUR_EYES = """
ALTER TABLE architecture_version ADD CONSTRAINT architecture_published_by_no_writer
    CHECK (published_by <> author AND published_by <> ALL (authors));
ALTER TABLE architecture_version ADD CONSTRAINT architecture_approved_by_no_writer
    CHECK (approved_by <> author AND approved_by <> ALL (authors));
"""
NO_FOUR_EYES = """
ALTER TABLE architecture_version DROP CONSTRAINT architecture_published_by_no_writer;
ALTER TABLE architecture_version DROP CONSTRAINT architecture_approved_by_no_writer;
"""
KEEP = """
CREATE OR REPLACE FUNCTION architecture_version_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    approved text[] := ARRAY['decision', 'decided_on', 'approved_by', 'approved_at'];
    published text[] := ARRAY['state', 'published_by', 'published_at', 'jws', 'receipt', 'entry', 'serial'];
    superseded text[] := ARRAY['state', 'superseded_at'];
    outdated boolean := false;
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        outdated := EXISTS (
            SELECT 1 FROM architecture_version base JOIN architecture_version later
                ON later.province = base.province AND later.serial > base.serial AND later.id <> OLD.id
            WHERE base.id = OLD.base_id
        );
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = 'draft' AND NEW.superseded_at IS NULL AND NEW.approved_at IS NULL THEN RETURN NEW; END IF;
    ELSIF TG_OP = 'DELETE' THEN
        IF OLD.state = 'draft' AND (OLD.approved_at IS NULL OR outdated) THEN RETURN OLD; END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF OLD.state = 'draft' AND NEW.state = 'draft' AND OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL
            AND NEW.approved_by <> NEW.author AND NEW.approved_by <> ALL (NEW.authors)
            AND (to_jsonb(OLD) - approved)::text = (to_jsonb(NEW) - approved)::text THEN RETURN NEW; END IF;
        IF OLD.state = 'draft' AND NEW.state = 'published'
            AND NEW.author <> NEW.published_by AND NEW.published_by <> ALL (NEW.authors)
            AND (to_jsonb(OLD) - published)::text = (to_jsonb(NEW) - published)::text
        THEN
            IF NEW.needs_approval AND NEW.approved_at IS NULL THEN
                RAISE EXCEPTION 'architecture_version: a version that needs approval is approved before it is published'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            IF outdated THEN
                RAISE EXCEPTION 'architecture_version: another version was published since the one this is made from'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF OLD.state = 'published' AND NEW.state = 'superseded' AND NEW.superseded_at IS NOT NULL
            AND (to_jsonb(OLD) - superseded)::text = (to_jsonb(NEW) - superseded)::text THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'architecture_version: a version is drafted, published by another person, superseded; never changed'
        USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    """Approval, and four eyes for all who wrote."""

    dependencies = [("architecture", "0001_initial")]

    operations = [
        migrations.AddField(
            "version",
            "authors",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60), default=list, size=None
            ),
        ),
        migrations.AddField(
            "version",
            "base",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="architecture.version",
            ),
        ),
        migrations.AddField("version", "needs_approval", models.BooleanField(default=False)),
        migrations.AddField("version", "decision", models.CharField(blank=True, max_length=120, default="")),
        migrations.AlterField("version", "decision", models.CharField(blank=True, max_length=120)),
        migrations.AddField("version", "decided_on", models.DateField(null=True)),
        migrations.AddField("version", "approved_by", models.CharField(max_length=60, null=True)),
        migrations.AddField("version", "approved_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "version",
            models.CheckConstraint(
                condition=models.Q(
                    ("approved_at__isnull", True),
                    ("approved_by__isnull", True),
                    ("decided_on__isnull", True),
                    ("decision", ""),
                )
                | models.Q(
                    models.Q(("decision", ""), _negated=True),
                    ("approved_at__isnull", False),
                    ("approved_by__isnull", False),
                    ("decided_on__isnull", False),
                ),
                name="architecture_approved_is_whole",
            ),
        ),
        migrations.RunSQL(FOUR_EYES, NO_FOUR_EYES),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
    ]
