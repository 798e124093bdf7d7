"""Addresses of indicators."""

from django.urls import path

from reports.views import indicators, projects, targets

app_name = "reports"

urlpatterns = [
    path("project/<uuid:pk>/", projects.project, name="project"),
    path("project/<uuid:pk>/xlsx/", projects.project_xlsx, name="project-xlsx"),
    path("project/<uuid:pk>/templates/", projects.templates, name="templates"),
    path("project/<uuid:pk>/calendar/", projects.calendar, name="calendar"),
    path("project/<uuid:pk>/targets/", targets.targets, name="targets"),
    path("project/<uuid:pk>/new/", indicators.indicator_new, name="new"),
    path("<uuid:pk>/", indicators.indicator, name="indicator"),
    path("<uuid:pk>/define/", indicators.define, name="define"),
    path("<uuid:pk>/behind/", indicators.behind, name="behind"),
]
