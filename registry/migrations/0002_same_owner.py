"""People, and what is said about them, stay with one organisation."""

from django.db import migrations

from core.migration_operations import refers_within


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_registry")]
    operations = [
        refers_within("registry_affiliation", "person_id", "registry_person"),
        refers_within("registry_person", "joined_into_id", "registry_person"),
        refers_within("registry_pairdecision", "first_id", "registry_person"),
        refers_within("registry_pairdecision", "second_id", "registry_person"),
    ]
