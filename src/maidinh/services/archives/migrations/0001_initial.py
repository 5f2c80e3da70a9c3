# ruff: noqa: S608 - conditions of our own making, no input
"""Archives and disposals; that destroying takes two people and an ended retention; what is emptied when it is done."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from maidinh.infrastructure.database.policies import AGENCY_OF, ALL_OF, EVERY_ROW, Rows, append_only, grant, protect

OF_AGENCY = AGENCY_OF("agency")
ACTING = "coalesce(current_setting('maidinh.official', true), '')"
# Nothing may be asked for that isn't archived and due; what is kept for ever never is.
DUE = (
    "EXISTS (SELECT 1 FROM archives_archive AS kept WHERE kept.dossier_id = archives_disposal.dossier_id)"
    " AND NOT EXISTS (SELECT 1 FROM archives_archive AS kept WHERE kept.dossier_id = archives_disposal.dossier_id"
    " AND (kept.keep_until IS NULL OR kept.keep_until >= archives_disposal.asked_at::date))"
)
UNDECIDED = "granted IS NULL AND decided_by = '' AND destroyed_at IS NULL"
ASKED = ALL_OF(OF_AGENCY, UNDECIDED, f"asked_by = {ACTING}", DUE)
DECIDED = Rows(
    ALL_OF(OF_AGENCY, "granted IS NULL", f"asked_by <> {ACTING}", f"{ACTING} <> ''"),
    ALL_OF(OF_AGENCY, f"decided_by = {ACTING}", "destroyed_at IS NULL"),
)
DECISION = ["granted", "decided_by", "decided_at"]
DEED = ["destroyed_at", "receipt", "entry", "forgotten_at"]
DISPOSING = "current_setting('maidinh.disposing', true)"
# Of whoever acted, officials stay; an applicant's account leads to the person.
NO_ACCOUNT = "{0} = CASE WHEN {0} LIKE 'account:%' THEN '-' ELSE {0} END"
OF_CODE = "(SELECT d.id FROM dossiers_dossier d WHERE d.code = {0}.dossier AND d.code <> '')"
# What of a dossier tells of a person: by table, the column that names the dossier, what is emptied, and with what.
PERSONAL = {
    "dossiers_dossier": (
        "id",
        "applicant = '', applicant_name = '', answers = '{}', facts = '{}', returned_note = '', tracking_secret = '',"
        " tracking_digest = ''",
    ),
    "dossiers_task": (
        "dossier_id",
        f"reason = '', findings = '', facts = '{{}}', {NO_ACCOUNT.format('closed_by')}",
    ),
    "dossiers_paper": ("dossier_id", "name = ''"),
    "dossiers_dossierevent": ("dossier_id", f"reason = '', {NO_ACCOUNT.format('actor')}"),
    "dossiers_defect": ("dossier_id", "text = '-'"),
    "dossiers_extension": ("dossier_id", "reason = '-'"),
    "results_result": ("dossier_id", "corrections = '{}'"),
    "results_issuedform": ("dossier_id", "content = '{}'"),
    "dossiers_clockentry": ("dossier_id", f"reason = '', {NO_ACCOUNT.format('by')}"),
    "papers_reuse": ("dossier_id", "issuer = '', number = ''"),
    "fees_refund": (
        "(SELECT c.dossier_id FROM fees_charge c JOIN fees_payment p ON p.charge_id = c.id WHERE p.id = payment_id)",
        "reason = ''",
    ),
    "inbox_notice": (OF_CODE.format("inbox_notice"), "person = ''"),
    "forms_draft": (OF_CODE.format("forms_draft"), "applicant = '', answers = '{}', papers = '[]'"),
    "forms_supplement": (OF_CODE.format("forms_supplement"), "applicant = '', papers = '[]'"),
    "nationalportal_link": ("dossier_id", "last_error = ''"),
    "nationalportal_message": (
        "(SELECT l.dossier_id FROM nationalportal_link l WHERE l.id = link_id)",
        "content = '{}', answer = '{}', reason = ''",
    ),
    "nationalportal_inbound": (
        "(SELECT l.dossier_id FROM nationalportal_link l WHERE l.national_code = code AND code <> '')",
        "content = '{}', reason = CASE WHEN reason = '' THEN '' ELSE '-' END",
    ),
}
# These are append-only for everyone; for the function below, and the dossier that it empties, some columns are not.
APPEND_ONLY = {
    "dossiers_paper": "'name'",
    "dossiers_dossierevent": "'reason', 'actor'",
    "dossiers_defect": "'text'",
    "dossiers_extension": "'reason'",
    "results_result": "'corrections'",
    "results_issuedform": "'content'",
    "dossiers_clockentry": "'reason', 'by'",
    "papers_reuse": "'issuer', 'number'",
}
READ_ALREADY = ("dossiers_dossier", "dossiers_task", "dossiers_dossierevent", "dossiers_defect", "dossiers_extension")
READ_ONLY = ("papers_keptpaper", "fees_charge", "fees_payment")
REFUSAL = """
CREATE FUNCTION archives_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_user = 'maidinh_owner'
        AND current_setting('maidinh.disposing', true) = OLD.dossier_id::text
        AND (to_jsonb(OLD) - TG_ARGV)::text = (to_jsonb(NEW) - TG_ARGV)::text
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % are kept as they were written', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
BY_STATEMENT = """
DROP TRIGGER maidinh_refuse_change ON {table};
CREATE TRIGGER maidinh_refuse_change BEFORE {at_once} ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION maidinh_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER maidinh_refuse_change;
DROP TRIGGER maidinh_refuse_change_rows ON {table};
CREATE TRIGGER maidinh_refuse_change_rows BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {function};
ALTER TABLE {table} ENABLE ALWAYS TRIGGER maidinh_refuse_change_rows;
"""
EMPTIED = "\n".join(
    f"    UPDATE {table} SET {values} WHERE {column} = what.dossier_id;" for table, (column, values) in PERSONAL.items()
)
# A file goes when no dossier that still has its content, no store of papers and no archive holds it.
DESTROY = f"""
CREATE FUNCTION archives_destroy(disposal bigint) RETURNS text[] LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    what archives_disposal;
    digests text[];
BEGIN
    SELECT * INTO what FROM archives_disposal WHERE id = disposal;
    IF what.id IS NULL OR what.granted IS NOT TRUE OR what.destroyed_at IS NULL OR what.decided_by = what.asked_by
        OR EXISTS (SELECT 1 FROM archives_archive a WHERE a.dossier_id = what.dossier_id
                   AND (a.keep_until IS NULL OR a.keep_until >= what.decided_at::date))
        OR NOT EXISTS (SELECT 1 FROM archives_archive a WHERE a.dossier_id = what.dossier_id)
    THEN
        RAISE EXCEPTION 'a dossier is destroyed by two people once its time is over'
            USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM set_config('maidinh.disposing', what.dossier_id::text, true);
    SELECT array_agg(DISTINCT held.digest) INTO digests FROM (
        SELECT document_id AS digest FROM dossiers_paper WHERE dossier_id = what.dossier_id
        UNION ALL SELECT document_id FROM results_result WHERE dossier_id = what.dossier_id
        UNION ALL SELECT document_id FROM archives_archive WHERE dossier_id = what.dossier_id) AS held
    WHERE NOT EXISTS (SELECT 1 FROM dossiers_paper p WHERE p.document_id = held.digest
                      AND p.dossier_id <> what.dossier_id AND NOT EXISTS (SELECT 1 FROM archives_disposal d
                      WHERE d.dossier_id = p.dossier_id AND d.destroyed_at IS NOT NULL))
        AND NOT EXISTS (SELECT 1 FROM results_result r WHERE r.document_id = held.digest
                        AND r.dossier_id <> what.dossier_id)
        AND NOT EXISTS (SELECT 1 FROM papers_keptpaper k WHERE k.document_id = held.digest
                        AND k.removed_at IS NULL AND k.revoked_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM archives_archive a WHERE a.document_id = held.digest
                        AND a.dossier_id <> what.dossier_id);
{EMPTIED}
    PERFORM set_config('maidinh.disposing', '', true);
    RETURN coalesce(digests, '{{}}');
END $$;
REVOKE ALL ON FUNCTION archives_destroy(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archives_destroy(bigint) TO maidinh_worker;
"""
# The owner, as which the function runs, sees and writes the rows of the dossier that it empties, and no others.
OWNERS = [
    f"CREATE POLICY owner_disposes ON {table} FOR UPDATE TO maidinh_owner USING ({column}::text = {DISPOSING})"
    for table, (column, _) in PERSONAL.items()
]
READERS = [
    f"CREATE POLICY owner_select ON {table} FOR SELECT TO maidinh_owner USING (true)"
    for table in (*(each for each in PERSONAL if each not in READ_ALREADY), *READ_ONLY)
]
NO_OWNERS = [f"DROP POLICY owner_disposes ON {table}" for table in PERSONAL]
NO_READERS = [
    f"DROP POLICY owner_select ON {table}"
    for table in (*(each for each in PERSONAL if each not in READ_ALREADY), *READ_ONLY)
]
OPENED = "".join(
    BY_STATEMENT.format(table=table, at_once="DELETE OR TRUNCATE", function=f"archives_refuse_change({columns})")
    for table, columns in APPEND_ONLY.items()
)
SHUT = "".join(
    BY_STATEMENT.format(table=table, at_once="UPDATE OR DELETE OR TRUNCATE", function="maidinh_refuse_change()")
    for table in APPEND_ONLY
)
ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def to(model: str) -> models.ForeignKey:
    """A row of another table that may not go before this one."""
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model)


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("dossiers", "0004_clock"),
        ("files", "0001_initial"),
        ("results", "0002_forms"),
        ("papers", "0001_initial"),
        ("fees", "0002_payments"),
        ("nationalportal", "0001_initial"),
        ("inbox", "0001_initial"),
        ("forms", "0003_told"),
    ]

    operations = [
        migrations.CreateModel(
            name="Archive",
            fields=[
                ID,
                ("edition", models.PositiveSmallIntegerField()),
                ("code", models.CharField(max_length=60)),
                ("procedure", models.CharField(max_length=8)),
                ("agency", models.CharField(max_length=35)),
                ("ended_on", models.DateField()),
                ("keep_until", models.DateField(null=True)),
                ("archived_at", models.DateTimeField()),
                ("receipt", models.JSONField()),
                ("entry", models.BigIntegerField()),
                ("document", to("files.document")),
                ("dossier", to("dossiers.dossier")),
            ],
            options={
                "indexes": [models.Index(fields=["agency", "keep_until"], name="archives_due")],
                "constraints": [models.UniqueConstraint(fields=("dossier", "edition"), name="archives_edition_once")],
            },
        ),
        migrations.CreateModel(
            name="Disposal",
            fields=[
                ID,
                ("code", models.CharField(max_length=60)),
                ("procedure", models.CharField(max_length=8)),
                ("agency", models.CharField(max_length=35)),
                ("digest", models.CharField(max_length=64)),
                ("decision", models.CharField(max_length=100)),
                ("asked_by", models.CharField(max_length=60)),
                ("asked_at", models.DateTimeField()),
                ("granted", models.BooleanField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=60)),
                ("decided_at", models.DateTimeField(null=True)),
                ("destroyed_at", models.DateTimeField(null=True)),
                ("receipt", models.JSONField(null=True)),
                ("entry", models.BigIntegerField(null=True)),
                ("forgotten_at", models.DateTimeField(null=True)),
                ("dossier", to("dossiers.dossier")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("granted__isnull", True), ("granted", True), _connector="OR"),
                        fields=("dossier",),
                        name="archives_one_disposal_open_or_granted",
                    ),
                    models.CheckConstraint(
                        condition=Q(("decision", ""), _negated=True), name="archives_disposal_names_its_decision"
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            Q(("decided_at__isnull", True), ("decided_by", ""), ("granted__isnull", True)),
                            Q(
                                ("decided_at__isnull", False),
                                ("granted__isnull", False),
                                Q(("decided_by", ""), _negated=True),
                                Q(("decided_by", F("asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="archives_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            Q(("destroyed_at__isnull", True), ("entry__isnull", True), ("receipt__isnull", True)),
                            Q(
                                ("destroyed_at__isnull", False),
                                ("entry__isnull", False),
                                ("granted", True),
                                ("receipt__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="archives_destroyed_as_granted",
                    ),
                ],
            },
        ),
        protect("archives_archive", web={"SELECT": OF_AGENCY}, worker=EVERY_ROW, owner={"SELECT": EVERY_ROW}),
        grant("archives_archive", "web", "SELECT"),
        grant("archives_archive", "worker", "SELECT, INSERT"),
        append_only("archives_archive"),
        protect(
            "archives_disposal",
            web={"SELECT": OF_AGENCY, "INSERT": ASKED, "UPDATE": DECIDED},
            worker={
                "SELECT": EVERY_ROW,
                "INSERT": ALL_OF(UNDECIDED, DUE),
                "UPDATE": Rows("granted AND forgotten_at IS NULL", "granted"),
            },
            owner={"SELECT": EVERY_ROW},
        ),
        grant("archives_disposal", "web", "SELECT, INSERT"),
        grant("archives_disposal", "web", "UPDATE", columns=DECISION),
        grant("archives_disposal", "worker", "SELECT, INSERT"),
        grant("archives_disposal", "worker", "UPDATE", columns=DEED),
        append_only("archives_disposal", except_columns=[*DECISION, *DEED]),
        migrations.RunSQL(REFUSAL, "DROP FUNCTION archives_refuse_change()"),
        migrations.RunSQL(OPENED, SHUT),
        migrations.RunSQL([*OWNERS, *READERS], [*NO_OWNERS, *NO_READERS]),
        migrations.RunSQL(DESTROY, "DROP FUNCTION archives_destroy(bigint)"),
    ]
