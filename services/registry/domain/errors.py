"""Understands why the registry refuses, and what to do next. Codes are permanent: retired, never reused."""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """The rules said no. ``code`` is stable; ``zh`` and ``en`` say what to do next; ``status`` is the HTTP answer."""

    code: ClassVar[str]
    status: ClassVar[int] = 409
    zh: ClassVar[str]
    en: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.en)


class AlreadyEntered(Refusal):
    code = "title_already_entered"
    zh = "该案件的称号已按另一内容登记；请核对认定决定，更正须另行作出决定。"
    en = "The case's title is on record with other content; compare the decision, a correction needs a new decision."


class NotOnRecord(Refusal):
    code = "title_not_on_record"
    status = 404
    zh = "登记簿中没有该称号；请核对编号，或等待认定决定登记后再试。"
    en = "No such title is on record; check the number, or retry once its recognition has been entered."


class AnotherNumber(Refusal):
    code = "title_number_differs"
    zh = "撤销决定所引编号与登记编号不符；请按登记编号重新作出撤销决定。"
    en = "The revocation cites another number than the one on record; order it again under the recorded number."


class AlreadyRevoked(Refusal):
    code = "title_already_revoked"
    zh = "该称号已依另一决定撤销；无需再次撤销，请查看登记的撤销事由。"
    en = "The title was revoked by another order already; see the recorded ground, nothing more is to be done."


class ValidityReversed(Refusal):
    code = "validity_reversed"
    zh = "有效期止日早于起日；请更正认定决定中的有效期。"
    en = "The validity ends before it begins; correct the dates of the decision."


class NoGround(Refusal):
    code = "revocation_ground_missing"
    zh = "撤销须有事由、条款和理由；请补全撤销决定。"
    en = "A revocation needs its ground, its clause and a reason; complete the order."


class RegionUnreadable(Refusal):
    code = "issuer_region_unreadable"
    zh = "发证机关行政区划代码须为六位数字或大写字母；请更正认定决定。"
    en = "The issuer's region code must be six digits or capital letters; correct the decision."


class NumberTaken(Refusal):
    code = "title_number_taken"
    zh = "编号与另一案件冲突，未作登记；请报告运维人员，案件须以新案件号重新作出决定。"
    en = "The number belongs to another case, nothing was entered; tell the operator, the case must be decided anew."


REFUSALS: tuple[type[Refusal], ...] = (
    AlreadyEntered,
    NotOnRecord,
    AnotherNumber,
    AlreadyRevoked,
    ValidityReversed,
    NoGround,
    RegionUnreadable,
    NumberTaken,
)
