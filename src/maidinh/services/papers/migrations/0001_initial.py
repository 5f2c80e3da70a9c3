# ruff: noqa: S608 - conditions of our own making, no input
"""Stores of digitised papers, scans at the counter, what was used again."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from maidinh.infrastructure.database.policies import (
    AGENCIES_OVERLAP,
    AGENCY_OF,
    ALL_OF,
    ANY_OF,
    EVERY_ROW,
    PERSON_IS,
    VISIBLE_WITH,
    Rows,
    append_only,
    grant,
    protect,
)

OWNER, VERIFIER = PERSON_IS("person"), AGENCY_OF("agency")
OFFICIAL, APPLICANT = AGENCIES_OVERLAP("agencies"), PERSON_IS("applicant")
USABLE = "removed_at IS NULL AND revoked_at IS NULL"


def OF_AGENCY(table: str) -> str:  # noqa: N802 - read as SQL
    """The row is of a dossier that one of the actor's agencies takes part in."""
    return VISIBLE_WITH(table, "dossier_id", "dossiers_dossier", where=OFFICIAL)


def OF_FILE(table: str) -> str:  # noqa: N802 - read as SQL
    """The file is one of the dossier's, as this paper."""
    return (
        f"EXISTS (SELECT 1 FROM dossiers_paper AS file WHERE file.dossier_id = {table}.dossier_id"
        f" AND file.paper = {table}.paper AND file.document_id = {table}.document_id)"
    )


# A paper is kept for whoever applied, from a file of that dossier.
FOR_APPLICANT = f"{OFFICIAL} AND whole.applicant = papers_keptpaper.person"
KEPT_FOR_APPLICANT = VISIBLE_WITH("papers_keptpaper", "dossier_id", "dossiers_dossier", where=FOR_APPLICANT)
# What is used again is the applicant's own and usable now, and says who verified it as the store or the result does.
FROM_STORE = (
    "EXISTS (SELECT 1 FROM papers_keptpaper AS kept WHERE kept.id = papers_reuse.kept_id"
    " AND kept.document_id = papers_reuse.document_id AND kept.agency = papers_reuse.agency"
    " AND kept.verified_by = papers_reuse.verified_by AND kept.verified_at = papers_reuse.verified_at"
    f" AND kept.removed_at IS NULL AND kept.revoked_at IS NULL AND {PERSON_IS('person')})"
)
FROM_RESULT = (
    "EXISTS (SELECT 1 FROM results_result AS result WHERE result.number = papers_reuse.result"
    " AND result.document_id = papers_reuse.document_id AND result.agency = papers_reuse.agency"
    " AND result.signed_by = papers_reuse.verified_by AND result.signed_at = papers_reuse.verified_at)"
)
OWN_DOSSIER = VISIBLE_WITH("papers_reuse", "dossier_id", "dossiers_dossier", where=APPLICANT)
FILLED_LATER = ["removed_at", "revoked_at", "revoked_by", "revocation_reason"]
# Taking out is the owner's, revoking the agency's; neither is taken back.
CHANGED = Rows(
    ALL_OF(USABLE, ANY_OF(OWNER, VERIFIER)),
    ANY_OF(ALL_OF(OWNER, "revoked_at IS NULL"), ALL_OF(VERIFIER, "removed_at IS NULL")),
)
ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def to(model: str, name: str = "+", **more: object) -> models.ForeignKey:
    """A row of another table that may not go before this one."""
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=name, to=model, **more)


class Migration(migrations.Migration):
    initial = True
    dependencies = [("dossiers", "0003_people"), ("files", "0001_initial"), ("results", "0002_forms")]

    operations = [
        migrations.CreateModel(
            name="KeptPaper",
            fields=[
                ID,
                ("person", models.CharField(max_length=12)),
                ("kind", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=200)),
                ("paper", models.CharField(max_length=60)),
                ("handed_in_at", models.DateTimeField()),
                ("scanned_by", models.CharField(blank=True, max_length=60)),
                ("agency", models.CharField(max_length=35)),
                ("verified_by", models.CharField(max_length=60)),
                ("verified_at", models.DateTimeField()),
                ("issuer", models.CharField(blank=True, max_length=200)),
                ("number", models.CharField(blank=True, max_length=100)),
                ("valid_until", models.DateField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by", models.CharField(blank=True, max_length=60)),
                ("revocation_reason", models.TextField(blank=True)),
                ("document", to("files.document")),
                ("dossier", to("dossiers.dossier")),
            ],
            options={
                "indexes": [models.Index(fields=["dossier"], name="papers_kept_from")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("removed_at__isnull", True), ("revoked_at__isnull", True)),
                        fields=("person", "kind", "document"),
                        name="papers_kept_once",
                    ),
                    models.CheckConstraint(condition=Q(("kind", ""), _negated=True), name="papers_kept_has_kind"),
                    models.CheckConstraint(
                        condition=Q(
                            Q(("revocation_reason", ""), ("revoked_at__isnull", True), ("revoked_by", "")),
                            Q(
                                ("revoked_at__isnull", False),
                                Q(("revoked_by", ""), _negated=True),
                                Q(("revocation_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="papers_revocation_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Scan",
            fields=[
                ID,
                ("paper", models.CharField(max_length=60)),
                ("agency", models.CharField(max_length=35)),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("document", to("files.document")),
                ("dossier", to("dossiers.dossier")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("dossier", "paper", "document"), name="papers_scanned_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Reuse",
            fields=[
                ID,
                ("paper", models.CharField(max_length=60)),
                ("result", models.CharField(blank=True, max_length=60)),
                ("agency", models.CharField(max_length=35)),
                ("verified_by", models.CharField(max_length=60)),
                ("verified_at", models.DateTimeField()),
                ("issuer", models.CharField(blank=True, max_length=200)),
                ("number", models.CharField(blank=True, max_length=100)),
                ("valid_until", models.DateField(null=True)),
                ("at", models.DateTimeField()),
                ("document", to("files.document")),
                ("dossier", to("dossiers.dossier")),
                ("kept", to("papers.keptpaper", "uses", null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="papers_reused_when")],
                "constraints": [
                    models.UniqueConstraint(fields=("dossier", "paper", "document"), name="papers_reused_once"),
                    models.CheckConstraint(
                        condition=Q(
                            Q(("kept__isnull", False), ("result", "")),
                            Q(("kept__isnull", True), Q(("result", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="papers_reuse_of_one_thing",
                    ),
                ],
            },
        ),
        protect(
            "papers_keptpaper",
            web={
                "SELECT": ANY_OF(OWNER, OF_AGENCY("papers_keptpaper")),
                "INSERT": ALL_OF(VERIFIER, USABLE, KEPT_FOR_APPLICANT, OF_FILE("papers_keptpaper")),
                "UPDATE": CHANGED,
            },
            worker={"SELECT": EVERY_ROW},
        ),
        grant("papers_keptpaper", "web", "SELECT, INSERT"),
        grant("papers_keptpaper", "web", "UPDATE", columns=FILLED_LATER),
        grant("papers_keptpaper", "worker", "SELECT"),
        append_only("papers_keptpaper", except_columns=FILLED_LATER),
        protect(
            "papers_scan",
            web={
                "SELECT": VISIBLE_WITH("papers_scan", "dossier_id", "dossiers_dossier"),
                "INSERT": ALL_OF(VERIFIER, OF_AGENCY("papers_scan"), OF_FILE("papers_scan")),
            },
            worker={"SELECT": EVERY_ROW},
        ),
        protect(
            "papers_reuse",
            web={
                "SELECT": VISIBLE_WITH("papers_reuse", "dossier_id", "dossiers_dossier"),
                "INSERT": ALL_OF(OWN_DOSSIER, OF_FILE("papers_reuse"), ANY_OF(FROM_STORE, FROM_RESULT)),
            },
            worker={"SELECT": EVERY_ROW},
        ),
        *(
            operation
            for table in ("papers_scan", "papers_reuse")
            for operation in (
                grant(table, "web", "SELECT, INSERT"),
                grant(table, "worker", "SELECT"),
                append_only(table),
            )
        ),
    ]
