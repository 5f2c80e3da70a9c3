"""What a person ever had in their store is found by the person, also when it was taken out or revoked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("papers", "0001_initial")]

    operations = [
        migrations.AddIndex("keptpaper", models.Index(fields=["person", "kind"], name="papers_kept_of")),
    ]
