"""How many applications are begun under a version may be counted by the worker: no name and no answer is read."""

from django.db import migrations

from maidinh.infrastructure.database.policies import grant

POLICY = "CREATE POLICY worker_select ON forms_draft FOR SELECT TO maidinh_worker USING (dossier = '')"


class Migration(migrations.Migration):
    dependencies = [("forms", "0001_initial")]

    operations = [
        migrations.RunSQL([POLICY], ["DROP POLICY worker_select ON forms_draft"]),
        grant("forms_draft", "worker", "SELECT", ["id", "procedure_id", "dossier"]),
    ]
