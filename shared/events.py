"""The published language: what the four services tell each other, and nothing else.

Six events mark a case's way to a title and its end; the others complete them. A field is never renamed, removed or
given another meaning: a change makes a new version beside the old one. A part may gain a field that is left out where
it has nothing to say: what was published before reads the same. JSON Schemas and the AsyncAPI document under
``shared/schemas`` are generated from this language; its words stand in ``shared/language`` by what they are about, and
everybody reads them from here. Numbers that a regulation judges travel as decimal strings.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.language.applications import ApplicationSubmitted, ApplicationWithdrawn, CorrectionRequested, RoundOpened
from shared.language.cases import (
    CaseCompleted,
    CaseMoved,
    CaseTakenOver,
    FundsPaid,
    PreliminaryApproved,
    Publicized,
    RecognitionApproved,
    RecognitionRefused,
    Scored,
    SumDecided,
)
from shared.language.filings import (
    FilingAwaited,
    FilingLapsed,
    FilingRefused,
    FilingSubmitted,
    FilingTaken,
    FilingWithdrawn,
)
from shared.language.parts import Applicant, CaseRef, Document, Filer, Instant, ProgrammeRef, Region, Uscc
from shared.language.titles import (
    Certified,
    Lapsed,
    ObligationMissed,
    RectificationOrdered,
    Renewed,
    RevocationOrdered,
    Revoked,
    TitleLapsed,
    TitleRenewed,
)

__all__ = [
    "FOR_PARTNERS",
    "SPEAKERS",
    "Applicant",
    "ApplicationSubmitted",
    "ApplicationWithdrawn",
    "CaseCompleted",
    "CaseMoved",
    "CaseRef",
    "CaseTakenOver",
    "Certified",
    "CorrectionRequested",
    "Document",
    "Filer",
    "FilingAwaited",
    "FilingLapsed",
    "FilingRefused",
    "FilingSubmitted",
    "FilingTaken",
    "FilingWithdrawn",
    "FundsPaid",
    "Instant",
    "Lapsed",
    "ObligationMissed",
    "PreliminaryApproved",
    "ProgrammeRef",
    "PublicEvent",
    "Publicized",
    "RecognitionApproved",
    "RecognitionRefused",
    "RectificationOrdered",
    "Region",
    "Renewed",
    "RevocationOrdered",
    "Revoked",
    "RoundOpened",
    "Scored",
    "SumDecided",
    "TitleLapsed",
    "TitleRenewed",
    "Uscc",
]

PublicEvent = (
    RoundOpened
    | ApplicationSubmitted
    | ApplicationWithdrawn
    | CaseTakenOver
    | FilingAwaited
    | FilingSubmitted
    | FilingWithdrawn
    | FilingTaken
    | FilingRefused
    | FilingLapsed
    | CorrectionRequested
    | CaseMoved
    | PreliminaryApproved
    | Scored
    | Publicized
    | RecognitionApproved
    | RecognitionRefused
    | SumDecided
    | FundsPaid
    | CaseCompleted
    | Certified
    | RevocationOrdered
    | Revoked
    | ObligationMissed
    | RectificationOrdered
    | TitleLapsed
    | TitleRenewed
    | Lapsed
    | Renewed
)
"""Every event of the published language, in the order of a case's life."""

SPEAKERS: Mapping[str, tuple[type, ...]] = {
    "intake": (ApplicationSubmitted, ApplicationWithdrawn, FilingSubmitted, FilingWithdrawn),
    "review": (
        RoundOpened,
        CaseTakenOver,
        FilingAwaited,
        FilingTaken,
        FilingRefused,
        FilingLapsed,
        CorrectionRequested,
        CaseMoved,
        PreliminaryApproved,
        Scored,
        Publicized,
        RecognitionApproved,
        RecognitionRefused,
        SumDecided,
        FundsPaid,
        CaseCompleted,
        RevocationOrdered,
        ObligationMissed,
        RectificationOrdered,
        TitleLapsed,
        TitleRenewed,
    ),
    "registry": (Certified, Revoked, Lapsed, Renewed),
    "notifications": (),
}
"""Who says what: every event has exactly one service that publishes it, on ``<service>.events.v1``."""

FOR_PARTNERS: tuple[type, ...] = (Certified, Revoked, Lapsed, Renewed)
"""What the registry also says on ``certifications.v1`` to other regions: public, no personal data in it."""
