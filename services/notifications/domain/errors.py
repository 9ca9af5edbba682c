"""Understands why notifications refuses, and what to do next. Codes are permanent: retired, never reused."""

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


class NoSuchNotice(Refusal):
    code = "notice_not_found"
    status = 404
    zh = "没有这条通知，或通知不是发给您的；请从通知列表中打开。"
    en = "There is no such notice, or it is not addressed to you; open it from your list of notices."


class TooManyHeld(Refusal):
    code = "too_many_notices_held"
    zh = "该案件的申报单位仍不明，待发通知已达上限；请检查申报事件是否滞留，处理后重试。"
    en = "The case's applicant is still unknown and too much waits; look for its parked submission, then retry."


class NotByMail(Refusal):
    code = "message_not_by_mail"
    zh = "该消息不是电子邮件；请核对消息编号。"
    en = "This message is not an e-mail; check the message's id."


class NotInApp(Refusal):
    code = "message_not_in_app"
    zh = "电子邮件不能标为已读；请改用同一事项的站内通知。"
    en = "An e-mail cannot be marked as read; use the in-app notice of the same matter."


class AddressUnreadable(Refusal):
    code = "contact_address_unreadable"
    status = 422
    zh = "邮箱地址不合规范；请填写一个机构办公邮箱，如 office@example.org。"
    en = "This is no e-mail address; give one office address such as office@example.org."


class ContactUnclear(Refusal):
    code = "contact_unclear"
    status = 422
    zh = "请只填写机构（统一社会信用代码），或角色和行政区划两项。"
    en = "Name either an organisation (its USCC), or a role together with a region."


class NoSuchContact(Refusal):
    code = "contact_not_found"
    status = 404
    zh = "没有登记该联系邮箱；请先登记。"
    en = "No such contact is kept; name it first."


REFUSALS: tuple[type[Refusal], ...] = (
    NoSuchNotice,
    TooManyHeld,
    NotByMail,
    NotInApp,
    AddressUnreadable,
    ContactUnclear,
    NoSuchContact,
)
