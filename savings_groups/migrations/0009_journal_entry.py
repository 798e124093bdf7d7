"""A balanced entry is called a journal entry, as accountants call it. Its table keeps its name."""

from typing import Any

from django.db import migrations

OLD, NEW = "_journal", "_journalentry"
WORDS = {OLD: ("journal", "journal entry"), NEW: ("journal entry", "journal")}


def rename_permissions(apps: Any, editor: Any, was: str = OLD, now: str = NEW) -> None:
    """Whoever was given a permission keeps it; the row of the content type is renamed by Django."""
    permissions = apps.get_model("auth", "Permission").objects.using(editor.connection.alias)
    for permission in permissions.filter(
        content_type__app_label="savings_groups", codename__endswith=was
    ):
        permission.codename = permission.codename.removesuffix(was) + now
        permission.name = permission.name.replace(*WORDS[was])
        permission.save()


def rename_back(apps: Any, editor: Any) -> None:
    rename_permissions(apps, editor, NEW, OLD)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("savings_groups", "0008_project_links"),
    ]

    operations = [
        migrations.AlterModelTable("journal", "savings_groups_journal"),
        migrations.RenameModel("Journal", "JournalEntry"),
        migrations.AlterModelOptions(
            "journalentry",
            {
                "ordering": ["group", "sequence"],
                "verbose_name": "journal entry",
                "verbose_name_plural": "journal entries",
            },
        ),
        migrations.RunPython(rename_permissions, rename_back),
    ]
