"""What of free texts a funder may see. Every field that takes a text has its decision here.

Whatever somebody can type may name a person, so a text is personal data until a person has read
it and released it. Names of things are shown: figures tell nothing without them, and whoever
enters a name knows that it stands on lists, invitations and certificates. Everything else stays
inside. A field that is not in this list reaches nobody outside, and fails a test.
"""

from __future__ import annotations

from enum import Enum

from django.db.models import Model


class Outside(Enum):
    """Whether a text may reach somebody who sees figures only."""

    NAME = "the name of a thing"
    RELEASED = "when somebody released it"
    NEVER = "never"


N, R, X = Outside.NAME, Outside.RELEASED, Outside.NEVER

DECISIONS: dict[str, dict[str, Outside]] = {
    "registry.User": dict.fromkeys(["username", "first_name", "last_name", "email"], X),
    "registry.Organisation": {"name_km": N, "name_latin": N, "short_name": N},
    "registry.Project": {"code": N, "name_km": N, "name_en": N},
    "registry.Position": {"code": X, "name_km": X, "name_en": X},
    "registry.Person": dict.fromkeys(["name_km", "name_latin", "also_known_as", "phone"], X),
    "registry.Consent": {"guardian": X},
    "registry.PairDecision": {"reason": X},
    # The official list, and how its names are written elsewhere.
    "registry.Place": {"code": N, "name_km": N, "name_latin": N},
    "registry.PlaceAlias": {"name": N, "source": X},
    "registry.AccessLog": {"subject": X},
    "registry.Submission": {"path": X, "location": X, "digest": X},
    "registry.GuessCount": {"subject": X, "browser": X},
    "registry.SpentCode": {"digest": X},
    "registry.Document": dict.fromkeys(
        ["kind", "asked_as", "media_type", "file_name", "location", "failure"], X
    ),
    "trainings.Training": {
        # Shown with trainings in which enough people took part; see trainings.hooks.quarter.
        "title_km": N,
        "title_en": N,
        "venue": X,
        "description_km": X,
        "description_en": X,
        "source": X,
    },
    "trainings.Reopening": {"reason": X},
    "trainings.FollowUp": {"not_done_because": X},
    "trainings.FollowUpAnswer": {"what": X},
    "trainings.AgeBandScheme": {"name_km": X, "name_en": X},
    "trainings.Session": {"title_km": X, "title_en": X, "notes": X},
    "trainings.DiscussionGroup": {"topic": X, "outcome": X},
    "trainings.Topic": {"name_km": X, "name_en": X},
    "trainings.Goal": {"name_km": X, "name_en": X},
    "trainings.Curriculum": {"name_km": X, "name_en": X},
    "trainings.CurriculumVersion": {"label": X, "label_km": X, "what_changed": X},
    "trainings.ChangeFound": {"statement_km": R, "statement_en": R, "observed_by": X},
    "trainings.IndirectCount": {"basis": X},
    "trainings.Evidence": {"caption": X, "sha256": X},
    "trainings.Certificate": {"token": X, "withdrawn_because": X},
    # The name of a group is that of its entry in the directory of organisations.
    "savings_groups.Group": {"notes": X, "source": X},
    "savings_groups.Rules": {"decision": X},
    "savings_groups.Member": {"left_because": X},
    "savings_groups.Loan": {"purpose": X, "written_off_because": X},
    "savings_groups.Renewal": {"reason": X},
    "savings_groups.InterestWaived": {"reason": X},
    "savings_groups.Meeting": {"minutes": X, "difference_reason": X},
    "savings_groups.SheetRow": {"loan_purpose": X},
    "savings_groups.GroupLine": {"payee": X, "minute_number": X, "note": X},
    "savings_groups.FineWaived": {"reason": X},
    "savings_groups.Account": {"name_km": X, "name_en": X},
    "savings_groups.JournalEntry": {"memo": X},
    "savings_groups.Closing": {"reopened_because": X},
    "savings_groups.GradingScheme": dict.fromkeys(["code", "name_km", "name_en", "source"], X),
    "savings_groups.Criterion": {"figure": X},
    "cascades.Programme": {
        "name_km": N,
        "name_en": N,
        "description_km": X,
        "description_en": X,
        "source": X,
    },
    "cascades.Iteration": {"name_km": N, "name_en": N, "notes": X, "source": X},
    "cascades.Tier": dict.fromkeys(["name_km", "name_en", "audience_km", "audience_en"], X),
    "cascades.TypedLink": {"reason": X, "source": X},
    "cascades.TeachBack": {"assessed_by": X, "notes": X},
    "cascades.CertificationDecision": {"reason": X},
    "cascades.Checklist": {"name_km": X, "name_en": X},
    "cascades.ChecklistItem": {"text_km": X, "text_en": X},
    "cascades.Observation": {"observer": X, "notes": X},
    "cascades.PublishedFigure": {"source": X, "notes": X},
    "cascades.Snapshot": {"seen": X},
    # Figures of indicators reach funders as files that a coordinator hands over.
    "reports.Indicator": {"code": X, "name_km": X, "name_en": X, "template": X},
    "reports.IndicatorVersion": {"reason": X},
    "reports.Target": {"reason": X},
    # What is written for a donor stays inside until somebody submits the report. Then all of it
    # is written down once more, and that is what a funder reads.
    "reports.DonorForm": dict.fromkeys(
        [
            "name_km",
            "name_en",
            "period_name_km",
            "period_name_en",
            "acronyms",
            "visibility",
            "iati_organisation",
            "iati_activity",
            "iati_sector",
        ],
        X,
    ),
    "reports.WordTemplate": {"file_name": X, "sha256": X},
    "reports.FormSection": dict.fromkeys(["title_km", "title_en", "guidance"], X),
    "reports.Report": {"contract_number": X, "signatory": X},
    "reports.Narrative": {"text": X},
    "reports.Letter": {"problem": X},
    # The donor reads captions as soon as the report is sent.
    "reports.ReportPhoto": dict.fromkeys(["caption_km", "caption_en"], X),
    "reports.FrozenPhoto": dict.fromkeys(["caption_km", "caption_en"], R) | {"picture_sha256": X},
    "reports.ReportLine": {"reason_km": X, "reason_en": X},
    # Why the donor returned it is theirs; why it was taken back from check stays inside.
    "reports.Step": {"reason": X},
    # Whoever comments on a report that was sent writes to the donor, unless it says "inside only".
    "reports.Comment": {"text": R},
    "reports.FrozenReport": dict.fromkeys(
        [
            "contract_number",
            "signatory",
            "period_km",
            "period_en",
            "organisation_km",
            "organisation_en",
            "project_code",
            "project_km",
            "project_en",
            "donor_km",
            "donor_en",
            "form_km",
            "form_en",
            "acronyms",
            "visibility",
            "reason",
            # In the manifest of a pack.
            "sha256",
        ],
        R,
    )
    | {"code_version": X, "submitted_by": X},
    "reports.FrozenSection": dict.fromkeys(["title_km", "title_en", "text_km", "text_en"], R),
    "reports.FrozenLine": dict.fromkeys(
        ["code", "name_km", "name_en", "unit_km", "unit_en", "source", "reason_km", "reason_en"],
        R,
    ),
    "reports.FrozenCell": {"reference": N},
}


def may_reach_funders(model: type[Model], field: str) -> bool:
    """Whether a text may be shown to somebody who sees figures only, if it is released where
    it has to be.
    """
    return DECISIONS.get(model._meta.label, {}).get(field, X) is not X
