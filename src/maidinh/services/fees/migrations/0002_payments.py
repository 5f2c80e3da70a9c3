# ruff: noqa: S608 - conditions of our own making, no input
"""Payments online, refunds, notices of a provider, reconciliation; and that the worker may take a payment."""

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import (
    AGENCIES_OVERLAP,
    AGENCY_OF,
    ALL_OF,
    ANY_OF,
    EVERY_ROW,
    PERSON_IS,
    VISIBLE_WITH,
    grant,
    protect,
)

APPLICANT, OFFICIAL = PERSON_IS("applicant"), AGENCIES_OVERLAP("agencies")
OF_AGENCY = VISIBLE_WITH("fees_charge", "dossier_id", "dossiers_dossier", where=OFFICIAL)
OF_EITHER = VISIBLE_WITH("fees_charge", "dossier_id", "dossiers_dossier", where=ANY_OF(OFFICIAL, APPLICANT))
# An applicant begins to pay what is charged, no other amount; what becomes of it is the worker's to write.
BEGUN_BY_APPLICANT = (
    "state = 'created' AND EXISTS (SELECT 1 FROM fees_charge AS whole"
    " JOIN dossiers_dossier AS dossier ON dossier.id = whole.dossier_id WHERE whole.id = fees_payment.charge_id"
    f" AND whole.amount = fees_payment.amount AND whole.currency = fees_payment.currency AND {APPLICANT})"
)
REFUND_OF_AGENCY = (
    "EXISTS (SELECT 1 FROM fees_payment AS payment JOIN fees_charge AS whole ON whole.id = payment.charge_id"
    " JOIN dossiers_dossier AS dossier ON dossier.id = whole.dossier_id"
    f" WHERE payment.id = fees_refund.payment_id AND {OFFICIAL})"
)
NOT_THE_ASKER = "asked_by <> coalesce(current_setting('maidinh.official', true), '')"
ANY_OFFICIAL = "coalesce(current_setting('maidinh.agencies', true), '') <> ''"
FOUND = ANY_OF(AGENCY_OF("agency"), ALL_OF("agency = ''", ANY_OFFICIAL))
# Who pays online pays at any hour: the worker lets the dossier go on, and writes that into its history.
GOES_ON = [
    "CREATE POLICY worker_update ON dossiers_dossier FOR UPDATE TO maidinh_worker USING (true)",
    "CREATE POLICY worker_insert ON dossiers_dossierevent FOR INSERT TO maidinh_worker WITH CHECK (true)",
    "CREATE POLICY worker_update ON fees_charge FOR UPDATE TO maidinh_worker USING (true)",
    "DROP POLICY web_insert ON fees_charge",
    f"CREATE POLICY web_insert ON fees_charge FOR INSERT TO maidinh_web WITH CHECK ({OF_EITHER})",
]
BACK = [
    "DROP POLICY worker_update ON dossiers_dossier",
    "DROP POLICY worker_insert ON dossiers_dossierevent",
    "DROP POLICY worker_update ON fees_charge",
    "DROP POLICY web_insert ON fees_charge",
    f"CREATE POLICY web_insert ON fees_charge FOR INSERT TO maidinh_web WITH CHECK ({OF_AGENCY})",
]


class Migration(migrations.Migration):
    dependencies = [
        ("fees", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.CharField(max_length=40, unique=True)),
                ("amount", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("state", models.CharField(default="created", max_length=10)),
                ("provider", models.CharField(max_length=60)),
                ("reference", models.CharField(max_length=80, null=True)),
                ("address", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField()),
                ("paid_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("why", models.CharField(blank=True, max_length=40)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                ("receipt", models.JSONField(null=True)),
                ("entry", models.BigIntegerField(null=True)),
                (
                    "charge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="fees.charge"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PaymentNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=60)),
                ("number", models.CharField(max_length=80)),
                ("statement", models.JSONField()),
                ("received_at", models.DateTimeField()),
                ("handled_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("handled_at__isnull", True)), fields=["id"], name="fees_notices_waiting"
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("provider", "number"), name="fees_notice_once")],
            },
        ),
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=60)),
                ("day", models.DateField()),
                ("at", models.DateTimeField()),
                ("lines", models.PositiveIntegerField()),
                ("paid", models.PositiveBigIntegerField()),
                ("given_back", models.PositiveBigIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("provider", "day"), name="fees_day_once")],
            },
        ),
        migrations.CreateModel(
            name="ReconciliationFinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("provider", models.CharField(max_length=60)),
                ("reference", models.CharField(max_length=80)),
                ("order", models.CharField(max_length=80)),
                ("agency", models.CharField(blank=True, max_length=35)),
                ("dossier", models.CharField(blank=True, max_length=60)),
                ("told", models.BigIntegerField()),
                ("expected", models.BigIntegerField(null=True)),
                ("currency", models.CharField(max_length=10)),
                ("day", models.DateField()),
                ("found_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.CharField(blank=True, max_length=60)),
                ("note", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "provider", "order", "reference"), name="fees_found_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("closed_by", ""), ("note", "")),
                            models.Q(
                                ("closed_at__isnull", False),
                                models.Q(("closed_by", ""), _negated=True),
                                models.Q(("note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="fees_closed_with_a_note",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True)),
                ("provider", models.CharField(max_length=60)),
                ("reference", models.CharField(max_length=80)),
                ("amount", models.PositiveBigIntegerField()),
                ("automatic", models.BooleanField(default=False)),
                ("reason", models.CharField(max_length=500)),
                ("state", models.CharField(default="asked", max_length=10)),
                ("asked_by", models.CharField(max_length=60)),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, max_length=60)),
                ("decided_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="fees.payment"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("state__in", ["created", "pending"])), fields=["next_try_at"], name="fees_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["created", "pending", "paid"])),
                fields=("charge",),
                name="fees_one_payment_open_or_paid",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(fields=("provider", "reference"), name="fees_reference_pays_once"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["created", "pending", "paid", "failed", "refunded"])),
                name="fees_payment_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("currency", "VND")), name="fees_payment_whole_dong"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["paid", "refunded"]), _negated=True),
                    models.Q(
                        ("entry__isnull", False),
                        ("paid_at__isnull", False),
                        ("receipt__isnull", False),
                        ("reference__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="fees_paid_payment_has_reference",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "declined"), _negated=True),
                fields=("provider", "reference"),
                name="fees_reference_goes_back_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["asked", "approved", "declined", "refused", "done"])),
                name="fees_refund_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="fees_refund_whole_dong"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "asked"),
                    ("automatic", True),
                    models.Q(
                        models.Q(("decided_by", ""), _negated=True),
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                        ("decided_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="fees_refund_four_eyes",
            ),
        ),
        migrations.RunSQL(GOES_ON, BACK),
        grant("dossiers_dossier", "worker", "UPDATE", columns=["status"]),
        grant("dossiers_dossierevent", "worker", "INSERT"),
        grant("fees_charge", "worker", "UPDATE", columns=["paid_at", "recorded_by", "receipt_number"]),
        protect(
            "fees_payment",
            web={"SELECT": VISIBLE_WITH("fees_payment", "charge_id", "fees_charge"), "INSERT": BEGUN_BY_APPLICANT},
            worker={"SELECT": EVERY_ROW, "UPDATE": EVERY_ROW},
        ),
        grant("fees_payment", "web", "SELECT, INSERT"),
        grant("fees_payment", "worker", "SELECT, UPDATE"),
        protect(
            "fees_paymentnotice",
            web={"INSERT": "handled_at IS NULL"},
            worker={"SELECT": EVERY_ROW, "UPDATE": EVERY_ROW},
        ),
        grant("fees_paymentnotice", "web", "INSERT"),
        grant("fees_paymentnotice", "worker", "SELECT"),
        grant("fees_paymentnotice", "worker", "UPDATE", columns=["handled_at"]),
        protect(
            "fees_refund",
            web={
                "SELECT": VISIBLE_WITH("fees_refund", "payment_id", "fees_payment"),
                "INSERT": ALL_OF("state = 'asked'", "NOT automatic", REFUND_OF_AGENCY),
                "UPDATE": ALL_OF(REFUND_OF_AGENCY, NOT_THE_ASKER),
            },
            worker={"SELECT": EVERY_ROW, "INSERT": "automatic", "UPDATE": EVERY_ROW},
        ),
        grant("fees_refund", "web", "SELECT, INSERT"),
        grant("fees_refund", "web", "UPDATE", columns=["state", "decided_by", "decided_at"]),
        grant("fees_refund", "worker", "SELECT, INSERT, UPDATE"),
        protect("fees_reconciliation", web={"SELECT": ANY_OFFICIAL}, worker=EVERY_ROW),
        grant("fees_reconciliation", "web", "SELECT"),
        grant("fees_reconciliation", "worker", "SELECT, INSERT, UPDATE"),
        protect("fees_reconciliationfinding", web={"SELECT": FOUND, "UPDATE": FOUND}, worker=EVERY_ROW),
        grant("fees_reconciliationfinding", "web", "SELECT"),
        grant("fees_reconciliationfinding", "web", "UPDATE", columns=["closed_at", "closed_by", "note"]),
        grant("fees_reconciliationfinding", "worker", "SELECT, INSERT, UPDATE"),
    ]
