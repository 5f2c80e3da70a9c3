"""When the same content came again: bytes are not forgotten for one holder while another has just brought them."""

from django.db import migrations, models

from maidinh.infrastructure.database.policies import append_only, grant

KEPT = append_only("files_document")


class Migration(migrations.Migration):
    dependencies = [("files", "0001_initial")]

    operations = [
        migrations.RunSQL(KEPT.reverse_sql, KEPT.sql),
        migrations.AddField(model_name="document", name="came_at", field=models.DateTimeField(null=True)),
        grant("files_document", "web", "UPDATE", columns=["came_at"]),
        grant("files_document", "worker", "UPDATE", columns=["came_at"]),
        append_only("files_document", except_columns=["came_at"]),
    ]
