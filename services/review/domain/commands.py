"""Understands what may be asked of review: the commands of every step, of rounds and of titles, in one place."""

from __future__ import annotations

from services.review.domain.arising import RecordEvent
from services.review.domain.budgets import PlanBudget
from services.review.domain.duties import RecordReceipt
from services.review.domain.filings import TakeFiling
from services.review.domain.gathering import DrawUpList, LeftOff, PostTogether
from services.review.domain.moves import ConfirmMove, DismissMove, ProposeMove
from services.review.domain.progress import OpenCase
from services.review.domain.proof import RecordFinding
from services.review.domain.rectification import OrderRectification, SettleRectification
from services.review.domain.rounds import OpenRound
from services.review.domain.steps.assess import ConcludeAssessment, ConfirmComputed, RecordVerdict
from services.review.domain.steps.assessors import NameAssessors
from services.review.domain.steps.award import RecordEntry
from services.review.domain.steps.check import AcceptApplication, RefuseAcceptance, RequestCorrection
from services.review.domain.steps.decide import ApproveDecision, ProposeDecision, ReturnProposal
from services.review.domain.steps.endorse import GiveEndorsement
from services.review.domain.steps.file import FileInStep, ReceiveFiling
from services.review.domain.steps.inspect import RecordInspection
from services.review.domain.steps.list import DecideListing
from services.review.domain.steps.notice_acts import (
    AnswerObjection,
    CloseNotice,
    PostNotice,
    ReceiveObjection,
    RecountNotice,
)
from services.review.domain.steps.pay import PayInstalment, StopPayment
from services.review.domain.steps.publish import PublishContent, WithdrawContent
from services.review.domain.steps.rectify import AcceptRectification
from services.review.domain.steps.score_acts import AssignExperts, ClosePanel, DeclareConflict, SealScore
from services.review.domain.steps.visit import RecordVisit, WaiveVisit
from services.review.domain.taking_over import TakeOverCase
from services.review.domain.title import ConfirmRevocation, DismissRevocation, ProposeRevocation
from services.review.domain.years import PublishYear

__all__ = [
    "AcceptApplication",
    "AcceptRectification",
    "AnswerObjection",
    "ApproveDecision",
    "AssignExperts",
    "CloseNotice",
    "ClosePanel",
    "ConcludeAssessment",
    "ConfirmComputed",
    "ConfirmMove",
    "ConfirmRevocation",
    "DecideListing",
    "DeclareConflict",
    "DismissMove",
    "DismissRevocation",
    "DrawUpList",
    "FileInStep",
    "GiveEndorsement",
    "LeftOff",
    "NameAssessors",
    "OpenCase",
    "OpenRound",
    "OrderRectification",
    "PayInstalment",
    "PlanBudget",
    "PostNotice",
    "PostTogether",
    "ProposeDecision",
    "ProposeMove",
    "ProposeRevocation",
    "PublishContent",
    "PublishYear",
    "ReceiveFiling",
    "ReceiveObjection",
    "RecordEntry",
    "RecordEvent",
    "RecordFinding",
    "RecordInspection",
    "RecordReceipt",
    "RecordVerdict",
    "RecordVisit",
    "RecountNotice",
    "RefuseAcceptance",
    "RequestCorrection",
    "ReturnProposal",
    "SealScore",
    "SettleRectification",
    "StopPayment",
    "TakeFiling",
    "TakeOverCase",
    "WaiveVisit",
    "WithdrawContent",
]
