"""Where the formulas of figures come from: what a reader can open, or our own definition."""

from django.utils.translation import gettext_lazy as _

SAVIX = _("SAVIX, as calculated in CommCare HQ (github.com/dimagi/commcare-hq, dca/reports.py)")
SAVIX_FIELDS = _(
    "Fields of SAVIX (thesavix.org), which leaves the formula of returns open; the formula is ours"
)
SAVIX_RETURNS = _("SAVIX (thesavix.org/home/about)")
BORROWERS = _("SAVIX counts loans (thesavix.org); we count each borrower once")
SEEP = "SEEP Network: Ratio analysis of community-managed microfinance programs, 2008"
CGAP = "CGAP: Microfinance consensus guidelines, 2003"
INDIKIT = "IndiKit, indicator 308 (indikit.net)"
VILLAGE_BANKS = _("Indicators of village banks: arrears rate, loan losses (scribd.com, 6925774)")
SACCO = _("Manual of SACCO ratios (kimulisiraje.gitbooks.io)")
MEETINGS_OF_NRLM = _(
    "First of the five rules of NRLM, regular meetings (vikaspedia.in, grading of self-help "
    "groups); the counting is ours"
)
SAVINGS_OF_NRLM = _(
    "Second of the five rules of NRLM, regular savings (vikaspedia.in, grading of self-help "
    "groups); the counting is ours"
)
GRADING = _(
    "Annexes for grading self-help groups (vdocuments.mx, annx02-grading-shg); the counting is ours"
)
LEDGER_LINK = _(
    "After Ledger Link (github.com/capitoj/LedgerLink-Mobile-App); what is shared out follows our "
    "closing of the year"
)
