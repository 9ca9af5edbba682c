"""The published language: what the four services tell each other, and nothing else.

Six events mark a case's way to a title and its end; the others complete them. A field is never renamed, removed or
given another meaning: a change makes a new version beside the old one. A part may gain a field that is left out where
it has nothing to say: what was published before reads the same. JSON Schemas and the AsyncAPI document under
``shared/schemas`` are generated from this language; its words stand in ``shared/language`` by what they are about, and
everybody reads them from here. Numbers that a regulation judges travel as decimal strings.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.language.applications import (
    ApplicationSubmitted,
    ApplicationWithdrawn,
    CorrectionDueMoved,
    CorrectionRequested,
    RoundOpened,
)
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
from shared.language.duties import ObligationIncurred, TitleReminded
from shared.language.filings import (
    FilingAwaited,
    FilingLapsed,
    FilingRefused,
    FilingSubmitted,
    FilingTaken,
    FilingTimeClosed,
    FilingTimePassed,
    FilingWithdrawn,
    Replaced,
)
from shared.language.parts import Applicant, CaseRef, Document, Filer, Instant, Objection, ProgrammeRef, Region, Uscc
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
    "BETWEEN_SERVICES",
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
    "CorrectionDueMoved",
    "CorrectionRequested",
    "Document",
    "Filer",
    "FilingAwaited",
    "FilingLapsed",
    "FilingRefused",
    "FilingSubmitted",
    "FilingTaken",
    "FilingTimeClosed",
    "FilingTimePassed",
    "FilingWithdrawn",
    "FundsPaid",
    "Instant",
    "Lapsed",
    "Objection",
    "ObligationIncurred",
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
    "Replaced",
    "RevocationOrdered",
    "Revoked",
    "RoundOpened",
    "Scored",
    "SumDecided",
    "TitleLapsed",
    "TitleReminded",
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
    | FilingTimePassed
    | FilingTimeClosed
    | FilingLapsed
    | CorrectionRequested
    | CorrectionDueMoved
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
    | ObligationIncurred
    | TitleReminded
    | ObligationMissed
    | RectificationOrdered
    | TitleLapsed
    | TitleRenewed
    | Lapsed
    | Renewed
)
"""Every event of the published language, in the order of a case's life."""

SPEAKERS: Mapping[str, tuple[type, ...]] = {
    "intake": (ApplicationSubmitted, ApplicationWithdrawn, FilingSubmitted, FilingWithdrawn, FilingTimeClosed),
    "review": (
        RoundOpened,
        CaseTakenOver,
        FilingAwaited,
        FilingTaken,
        FilingRefused,
        FilingTimePassed,
        FilingLapsed,
        CorrectionRequested,
        CorrectionDueMoved,
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
        ObligationIncurred,
        TitleReminded,
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

BETWEEN_SERVICES: tuple[type, ...] = (FilingTimePassed, FilingTimeClosed)
"""What services ask and answer each other about their own work: nobody outside has to be told of it."""
