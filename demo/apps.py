from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "demo"

    def ready(self) -> None:
        # Imported for what it registers: a part of the first page, and the jobs.
        from demo import page_sections  # noqa: F401
