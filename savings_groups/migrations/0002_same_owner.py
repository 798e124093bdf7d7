"""A group and all that belongs to it stay with one organisation, and with one group."""

from django.db import migrations

from core.migration_operations import refers_within

GROUP = "savings_groups_group"
OF_ONE_GROUP = [
    "groupproject",
    "rules",
    "member",
    "office",
    "loan",
    "renewal",
    "meeting",
    "sheetrow",
    "split",
    "groupline",
    "cashcount",
    "finewaived",
    "book",
    "journal",
    "closing",
    "closingresult",
]
WITHIN = {
    "member_id": ("member", ["office", "loan", "sheetrow", "groupline", "finewaived", "journal", "closingresult"]),
    "loan_id": ("loan", ["renewal"]),
    "loan_paid_id": ("loan", ["split"]),
    "loan_recovered_id": ("loan", ["groupline"]),
    "meeting_id": ("meeting", ["sheetrow", "split", "groupline", "cashcount", "loan", "journal"]),
    "rules_id": ("rules", ["meeting", "loan", "journal", "closing"]),
    "witness_one_id": ("member", ["meeting"]),
    "witness_two_id": ("member", ["meeting"]),
    "closing_id": ("closing", ["closingresult", "journal"]),
}


class Migration(migrations.Migration):
    dependencies = [("savings_groups", "0001_savings_groups"), ("registry", "0002_same_owner")]
    operations = [
        *[refers_within(f"savings_groups_{table}", "group_id", GROUP) for table in OF_ONE_GROUP],
        refers_within("savings_groups_groupproject", "project_id", "registry_project"),
        refers_within("savings_groups_member", "person_id", "registry_person"),
        *[
            refers_within(
                f"savings_groups_{table}", column, f"savings_groups_{target}", shared="group_id"
            )
            for column, (target, tables) in WITHIN.items()
            for table in tables
        ],
    ]
