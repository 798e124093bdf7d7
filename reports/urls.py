"""Addresses of indicators, and of the reports that are made of them."""

from django.urls import path

from reports.papers.files import FILES
from reports.views import (
    donor_forms,
    donor_reports,
    donor_sending,
    donor_thread,
    form_files,
    indicators,
    photos,
    projects,
    sent_files,
    targets,
)

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
    # Reports to donors
    path("reports/", donor_reports.report_list, name="report-list"),
    path("project/<uuid:pk>/reports/", donor_reports.reports_of_project, name="reports"),
    path("project/<uuid:pk>/reports/new/", donor_reports.report_new, name="report-new"),
    path("project/<uuid:pk>/forms/new/", donor_forms.form_new, name="form-new"),
    path("forms/<uuid:pk>/", donor_forms.form_edit, name="form-edit"),
    path("forms/<uuid:pk>/plan/", donor_reports.plan_all, name="plan-all"),
    path("reports/<uuid:pk>/", donor_reports.report, name="report"),
    path("reports/<uuid:pk>/edit/", donor_reports.report_edit, name="report-edit"),
    path("reports/<uuid:pk>/remove/", donor_reports.report_remove, name="report-remove"),
    path(
        "reports/<uuid:pk>/indicators/", donor_reports.report_indicators, name="report-indicators"
    ),
    path("reports/<uuid:pk>/preview/", donor_reports.preview, name="preview"),
    path("reports/<uuid:pk>/sections/<uuid:section_pk>/", donor_reports.section, name="section"),
    path("reports/<uuid:pk>/sections/<uuid:section_pk>/photos/", photos.photos, name="photos"),
    path("photos/<uuid:pk>/", photos.photo_edit, name="photo-edit"),
    path("photos/<uuid:pk>/remove/", photos.photo_remove, name="photo-remove"),
    path("versions/<uuid:pk>/photos/<int:number>/", photos.sent_photo, name="sent-photo"),
    path("reports/<uuid:pk>/lines/<uuid:indicator_pk>/", donor_reports.line, name="line-edit"),
    path("reports/<uuid:pk>/check/", donor_sending.check, name="check"),
    path("reports/<uuid:pk>/step/<slug:verb>/", donor_sending.step, name="step"),
    path("reports/<uuid:pk>/differences/", donor_sending.differences, name="differences"),
    path("reports/<uuid:pk>/thread/", donor_thread.thread, name="thread"),
    path("reports/<uuid:pk>/thread/<uuid:comment_pk>/", donor_thread.comment_act, name="comment"),
    path("versions/<uuid:pk>/", donor_sending.version, name="version"),
    path("figures/<slug:reference>/", donor_sending.figure_by_reference, name="figure"),
    # Files of what was sent
    path("forms/<uuid:pk>/iati/", form_files.form_iati, name="form-iati-edit"),
    path("forms/<uuid:pk>/word/", form_files.form_word, name="form-word"),
    path("forms/<uuid:pk>/word/drop/", form_files.form_word_drop, name="form-word-drop"),
    path("number/", sent_files.number, name="number"),
    *(
        path(f"versions/<uuid:pk>/{each}/", sent_files.sent_file, {"kind": each}, f"sent-{each}")
        for each in FILES
    ),
]
