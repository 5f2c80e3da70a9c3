"""What waits for the national portal and what came from it; the worker applies what citizens did there."""

import django.db.models.deletion
from django.db import migrations, models

from maidinh.infrastructure.database.policies import (
    AGENCIES_OVERLAP,
    ANY_OF,
    EVERY_ROW,
    TRACKING_IS,
    VISIBLE_WITH,
    append_only,
    grant,
    protect,
)

LINK, MESSAGE, INBOUND, FEED = (f"nationalportal_{name}" for name in ("link", "message", "inbound", "feed"))
SECTORAL, STATUS = "nationalportal_sectoraldossier", "nationalportal_sectoralstatus"
ANY_OFFICIAL = "coalesce(current_setting('maidinh.agencies', true), '') <> ''"
# A citizen withdraws or supplements on the national portal at any hour; the worker has the same actions do it that the
# citizen's own page has, and the triggers of those tables hold it to what an applicant may do.
CITIZEN_ACTS = [
    "CREATE POLICY worker_reopens ON dossiers_task FOR INSERT TO maidinh_worker"
    " WITH CHECK (closed_at IS NULL AND claimed_by = '')",
    "CREATE POLICY worker_supplements ON dossiers_paper FOR INSERT TO maidinh_worker WITH CHECK (true)",
    "CREATE POLICY worker_goes_on ON dossiers_clockentry FOR INSERT TO maidinh_worker"
    " WITH CHECK (agency = '' AND kind IN ('supplement_received', 'suspended'))",
]
NO_ACTS = [
    "DROP POLICY worker_reopens ON dossiers_task",
    "DROP POLICY worker_supplements ON dossiers_paper",
    "DROP POLICY worker_goes_on ON dossiers_clockentry",
]


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("dossiers", "0004_clock"),
    ]

    operations = [
        migrations.CreateModel(
            name="Feed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=20, unique=True)),
                ("cursor", models.BigIntegerField(default=0)),
                ("polled_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="Inbound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("message", models.CharField(max_length=200, unique=True)),
                ("position", models.BigIntegerField()),
                ("kind", models.CharField(max_length=200)),
                ("code", models.CharField(max_length=200)),
                ("serial", models.PositiveIntegerField()),
                ("content", models.JSONField()),
                ("received_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("applied", "applied"),
                            ("refused", "refused"),
                            ("stale", "stale"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("handled_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["position"], name="nationalportal_unhandled"
                    ),
                    models.Index(fields=["code", "serial"], name="nationalportal_of_code"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state", "waiting"), ("handled_at__isnull", False), _connector="OR"),
                        name="nationalportal_handled_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="nationalportal_refused_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("national_code", models.CharField(blank=True, max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[("idle", "idle"), ("waiting", "waiting"), ("parked", "parked")],
                        default="idle",
                        max_length=8,
                    ),
                ),
                ("next_at", models.DateTimeField(null=True)),
                ("held_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                ("last_serial", models.PositiveIntegerField(default=0)),
                ("last_event", models.BigIntegerField(default=0)),
                ("last_task", models.BigIntegerField(default=0)),
                ("last_paper", models.BigIntegerField(default=0)),
                ("last_status", models.PositiveSmallIntegerField(default=0)),
                ("synced_at", models.DateTimeField(null=True)),
                (
                    "dossier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dossiers.dossier"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=10)),
                ("source", models.CharField(max_length=100)),
                ("message", models.CharField(max_length=36, unique=True)),
                ("content", models.JSONField()),
                ("at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("sent", "sent"),
                            ("delivered", "delivered"),
                            ("refused", "refused"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("intended_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answer", models.JSONField(default=dict)),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="nationalportal.link"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SectoralDossier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=200, unique=True)),
                ("procedure", models.CharField(max_length=200)),
                ("agency", models.CharField(max_length=200)),
                ("agency_name", models.CharField(max_length=200)),
                (
                    "status",
                    models.PositiveSmallIntegerField(),
                ),
                ("serial", models.PositiveIntegerField()),
                ("status_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("tracking_digest", models.CharField(blank=True, max_length=64)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("tracking_digest", ""), _negated=True),
                        fields=["tracking_digest"],
                        name="nationalportal_tracked",
                    ),
                    models.Index(fields=["-status_at", "id"], name="nationalportal_newest"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SectoralStatus",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.PositiveIntegerField()),
                (
                    "status",
                    models.PositiveSmallIntegerField(),
                ),
                ("at", models.DateTimeField()),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="history",
                        to="nationalportal.sectoraldossier",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["next_at", "id"], name="nationalportal_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(
                condition=models.Q(("national_code", ""), _negated=True),
                fields=("national_code",),
                name="nationalportal_code_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "waiting"), _negated=True), ("next_at__isnull", False), _connector="OR"
                ),
                name="nationalportal_waiting_until",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "delivered"), _negated=True),
                fields=["link", "serial"],
                name="nationalportal_undelivered",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(fields=("link", "serial"), name="nationalportal_serial_once"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(fields=("link", "source"), name="nationalportal_source_once"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "delivered"), _negated=True), ("answered_at__isnull", False), _connector="OR"
                ),
                name="nationalportal_delivered_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="sectoralstatus",
            constraint=models.UniqueConstraint(fields=("dossier", "serial"), name="nationalportal_told_once"),
        ),
        protect(
            LINK,
            web={"SELECT": VISIBLE_WITH(LINK, "dossier_id", "dossiers_dossier", where=AGENCIES_OVERLAP("agencies"))},
            worker=EVERY_ROW,
        ),
        protect(MESSAGE, web={"SELECT": VISIBLE_WITH(MESSAGE, "link_id", LINK)}, worker=EVERY_ROW),
        protect(INBOUND, worker=EVERY_ROW),
        protect(FEED, worker=EVERY_ROW),
        protect(SECTORAL, web={"SELECT": ANY_OF(TRACKING_IS("tracking_digest"), ANY_OFFICIAL)}, worker=EVERY_ROW),
        protect(STATUS, web={"SELECT": VISIBLE_WITH(STATUS, "dossier_id", SECTORAL)}, worker=EVERY_ROW),
        *(grant(table, "web", "SELECT") for table in (LINK, MESSAGE, SECTORAL, STATUS)),
        *(grant(table, "worker", "SELECT, INSERT, UPDATE") for table in (LINK, MESSAGE, INBOUND, FEED, SECTORAL)),
        grant(STATUS, "worker", "SELECT, INSERT"),
        append_only(STATUS),
        migrations.RunSQL(CITIZEN_ACTS, NO_ACTS),
        grant("dossiers_dossier", "worker", "UPDATE", columns=["due_at"]),
        grant("dossiers_task", "worker", "INSERT"),
        grant("dossiers_paper", "worker", "INSERT"),
        grant("dossiers_clockentry", "worker", "INSERT"),
    ]
