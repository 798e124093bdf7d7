"""Addresses of savings groups. Names follow the pages: groups:sheet is sheet.html."""

from django.urls import path

from savings_groups.views import (
    closings,
    exports,
    figures,
    groups,
    ledger,
    lending,
    meetings,
    members,
    opening,
    statements,
)

app_name = "groups"
urlpatterns = [
    # Groups, rules, members
    path("", groups.group_list, name="list"),
    path("new/", groups.group_new, name="new"),
    path("<uuid:pk>/", groups.group_detail, name="detail"),
    path("<uuid:pk>/edit/", groups.group_edit, name="edit"),
    path("<uuid:pk>/rules/", groups.rules, name="rules"),
    path("<uuid:pk>/rules/new/", groups.rules_new, name="rules-new"),
    path("<uuid:pk>/go-live/", groups.go_live, name="go-live"),
    path("<uuid:pk>/cut-off/", groups.cut_off, name="cut-off"),
    path("import/template.xlsx", opening.import_template, name="import-template"),
    path("<uuid:pk>/import/", opening.opening_import, name="import"),
    path("<uuid:pk>/members/", members.members, name="members"),
    path("<uuid:pk>/members/add/", members.member_add, name="member-add"),
    path("<uuid:pk>/members/entry/", members.member_entry, name="member-entry"),
    path("<uuid:pk>/offices/give/", members.office_give, name="office-give"),
    path("members/<uuid:pk>/edit/", members.member_edit, name="member-edit"),
    path("members/<uuid:pk>/leave/", members.member_leave, name="member-leave"),
    path("members/<uuid:pk>/fine/", lending.fine_waive, name="fine-waive"),
    path("offices/<uuid:pk>/end/", members.office_end, name="office-end"),
    # Meetings
    path("<uuid:pk>/meetings/", meetings.meetings, name="meetings"),
    path("<uuid:pk>/meetings/new/", meetings.meeting_new, name="meeting-new"),
    path("meetings/<uuid:pk>/", meetings.meeting_detail, name="meeting"),
    path("meetings/<uuid:pk>/sheet/", meetings.sheet, name="sheet"),
    path("meetings/<uuid:pk>/count/", meetings.count, name="count"),
    path("meetings/<uuid:pk>/seal/", meetings.seal, name="seal"),
    path("meetings/<uuid:pk>/move/", meetings.meeting_move, name="meeting-move"),
    path("meetings/<uuid:pk>/remove/", meetings.meeting_remove, name="meeting-remove"),
    path("meetings/<uuid:pk>/correct/<uuid:member_pk>/", ledger.row_correct, name="row-correct"),
    # The ledger
    path("<uuid:pk>/ledger/", ledger.ledger, name="ledger"),
    path("<uuid:pk>/ledger/export/<slug:form>/", exports.ledger_export, name="ledger-export"),
    path("journals/<uuid:pk>/", ledger.journal, name="journal"),
    path("journals/<uuid:pk>/reverse/", ledger.journal_reverse, name="journal-reverse"),
    # Loans
    path("<uuid:pk>/loans/", lending.loans, name="loans"),
    path("<uuid:pk>/loans/new/", lending.loan_new, name="loan-new"),
    path("loans/<uuid:pk>/", lending.loan, name="loan"),
    path("loans/<uuid:pk>/renew/", lending.loan_renew, name="loan-renew"),
    path("loans/<uuid:pk>/write-off/", lending.loan_write_off, name="loan-write-off"),
    path(
        "loans/<uuid:pk>/let-off-interest/",
        lending.loan_waive_interest,
        name="loan-waive-interest",
    ),
    # Reading and printing
    path("<uuid:pk>/statement/", statements.statement, name="statement"),
    path("<uuid:pk>/papers/", statements.papers, name="papers"),
    path("members/<uuid:pk>/passbook/", statements.passbook, name="passbook"),
    # Figures
    path("compare/", figures.comparison, name="compare"),
    path("compare/xlsx/", figures.comparison_xlsx, name="compare-xlsx"),
    path("<uuid:pk>/figures/", figures.figures, name="figures"),
    path("<uuid:pk>/figures/<slug:name>/", figures.figure, name="figure"),
    # Closing a year
    path("<uuid:pk>/closings/", closings.closings, name="closings"),
    path("<uuid:pk>/closings/close/", closings.close_year, name="close-year"),
    path("closings/<uuid:pk>/", closings.closing, name="closing"),
    path("closings/<uuid:pk>/reopen/", closings.reopen_year, name="reopen-year"),
]
