"""An entry holds no words of a person: the reason of a withdrawal or a refund stands in its own row, not here too.

Done once, for entries that were written before; see docs/decisions/0017. Nothing is lost: the dossier's history and the
refund have the reason, until a disposal empties them.
"""

from django.db import migrations

TABLE = "audit_auditentry"
TRIGGERS = ("maidinh_refuse_change", "maidinh_refuse_change_rows")
TAKE_OUT = [
    f"ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY",
    *(f"ALTER TABLE {TABLE} DISABLE TRIGGER {name}" for name in TRIGGERS),
    f"UPDATE {TABLE} SET details = details - 'reason'"  # noqa: S608 - a name of ours
    " WHERE action IN ('request withdrawal', 'ask refund') AND details ? 'reason'",
    *(f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {name}" for name in TRIGGERS),
    f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY",
]


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunSQL(TAKE_OUT, migrations.RunSQL.noop)]
