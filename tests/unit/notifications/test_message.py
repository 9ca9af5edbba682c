"""One message: composed once, tried with growing waits, given up at last, read by those it is for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest

from services.notifications.domain.commands import ComposeMessage, MarkRead, Reader, RecordFailure, RecordSent
from services.notifications.domain.errors import NoSuchNotice, NotByMail, NotInApp
from services.notifications.domain.events import (
    DeliveryFailed,
    MessageComposed,
    MessageFact,
    MessageRead,
    MessageSent,
    Recipient,
)
from services.notifications.domain.message import (
    TEXT_LIMIT,
    WAITS,
    Message,
    concerns,
    decide,
    evolve,
    message_id,
    shortened,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
FIRM = Recipient("示范服务有限公司", "653100", organisation="91650100MA00000120")
QUEUE = Recipient("", "653101", role="reviewer")
NOTICE = ComposeMessage("m-1", "1", "case:1/9", "Scored", "in_app", ("email",), FIRM, "标题", "Title", "正文", "Body")
MAIL = replace(NOTICE, message_id="m-2", channel="email", also_by=("in_app",))
PERSON = Reader("p-1", "applicant", FIRM.organisation)


def after(*commands: ComposeMessage | RecordSent | RecordFailure | MarkRead) -> Message:
    message = Message()
    for command in commands:
        message = reduce(evolve, decide(command, message, NOW), message)
    return message


def only(facts: tuple[MessageFact, ...]) -> MessageFact:
    (fact,) = facts
    return fact


def test_a_message_is_composed_once() -> None:
    fact = only(decide(NOTICE, Message(), NOW))
    assert isinstance(fact, MessageComposed)
    assert (fact.recipient, fact.composed_at, fact.body_zh) == (FIRM, NOW, "正文")
    assert decide(NOTICE, after(NOTICE), NOW) == ()


def test_an_in_app_notice_is_delivered_by_being_composed_and_a_mail_is_due() -> None:
    assert (after(NOTICE).outcome, after(NOTICE).due(NOW)) == ("delivered", False)
    assert (after(MAIL).outcome, after(MAIL).due(NOW)) == ("waiting", True)


def test_the_same_event_recipient_and_channel_are_the_same_message() -> None:
    one = message_id("case:1/9", FIRM, "in_app")
    assert one == message_id("case:1/9", replace(FIRM, name="新名称"), "in_app")
    others = {
        message_id("case:1/8", FIRM, "in_app"),
        message_id("case:1/9", FIRM, "email"),
        message_id("case:1/9", QUEUE, "in_app"),
        message_id("case:1/9", replace(QUEUE, role="officer"), "in_app"),
    }
    assert len(others | {one}) == 5


def test_a_mail_that_was_taken_is_delivered_and_its_address_shortened() -> None:
    fact = only(decide(RecordSent("office@example.org", "250 ok"), after(MAIL), NOW))
    assert fact == MessageSent("m-2", "1", 1, "o…@example.org", "250 ok", NOW)
    assert evolve(after(MAIL), fact).outcome == "delivered"


def test_a_failed_mail_is_tried_again_later_and_later_and_at_last_given_up() -> None:
    message, waits = after(MAIL), []
    for attempt in range(1, len(WAITS) + 2):
        fact = only(decide(RecordFailure("451 later"), message, NOW))
        assert isinstance(fact, DeliveryFailed)
        assert fact.attempt == attempt
        waits.append(fact.retry_at and fact.retry_at - NOW)
        message = evolve(message, fact)
    assert waits == [*WAITS, None]
    assert list(WAITS) == sorted(WAITS)
    assert (message.outcome, message.due(NOW + timedelta(days=30))) == ("given_up", False)
    assert decide(RecordFailure("451 later"), message, NOW) == ()


def test_a_failed_mail_is_not_due_before_its_wait_has_passed() -> None:
    message = after(MAIL, RecordFailure("451 later"))
    assert not message.due(NOW + WAITS[0] - timedelta(seconds=1))
    assert message.due(NOW + WAITS[0])


def test_a_final_answer_is_not_tried_again() -> None:
    fact = only(decide(RecordFailure("550 unknown", permanent=True), after(MAIL), NOW))
    assert isinstance(fact, DeliveryFailed)
    assert fact.retry_at is None


def test_what_is_over_stays_over() -> None:
    assert decide(RecordFailure("late news"), after(MAIL, RecordSent("a@b", "250")), NOW) == ()
    assert decide(RecordSent("a@b", "250"), after(MAIL, RecordSent("a@b", "250")), NOW) == ()


def test_a_servers_flood_of_words_is_cut() -> None:
    fact = only(decide(RecordFailure("x" * 10_000), after(MAIL), NOW))
    assert isinstance(fact, DeliveryFailed)
    assert len(fact.reason) == TEXT_LIMIT


@pytest.mark.parametrize("command", [RecordSent("a@b", "250"), RecordFailure("x")])
def test_deliveries_are_recorded_of_mails_only(command: RecordSent | RecordFailure) -> None:
    with pytest.raises(NotByMail):
        decide(command, after(NOTICE), NOW)
    with pytest.raises(NoSuchNotice):
        decide(command, Message(), NOW)


def test_a_person_reads_a_notice_once_and_a_colleague_for_himself() -> None:
    assert only(decide(MarkRead(PERSON), after(NOTICE), NOW)) == MessageRead("m-1", "1", "p-1", NOW)
    read = after(NOTICE, MarkRead(PERSON))
    assert decide(MarkRead(PERSON), read, NOW) == ()
    assert only(decide(MarkRead(replace(PERSON, id="p-2")), read, NOW)) == MessageRead("m-1", "1", "p-2", NOW)


def test_a_mail_is_not_marked_as_read() -> None:
    with pytest.raises(NotInApp):
        decide(MarkRead(PERSON), after(MAIL), NOW)


def test_a_notice_of_somebody_else_is_not_there() -> None:
    with pytest.raises(NoSuchNotice):
        decide(MarkRead(replace(PERSON, organisation="91350100M000100Y43")), after(NOTICE), NOW)


@pytest.mark.parametrize(
    ("recipient", "reader", "expected"),
    [
        (FIRM, PERSON, True),
        (FIRM, replace(PERSON, organisation=""), False),
        (FIRM, replace(PERSON, role="reviewer"), False),
        (QUEUE, Reader("p", "reviewer", region="653101"), True),
        (QUEUE, Reader("p", "reviewer", region="653100"), True),
        (QUEUE, Reader("p", "reviewer", region="650000"), True),
        (QUEUE, Reader("p", "reviewer", region="653200"), False),
        (QUEUE, Reader("p", "reviewer", region="320000"), False),
        (QUEUE, Reader("p", "reviewer", region=""), False),
        (QUEUE, Reader("p", "officer", region="653100"), False),
        (QUEUE, Reader("p", "inspector", region="650000"), False),
    ],
)
def test_whom_a_notice_concerns(recipient: Recipient, reader: Reader, expected: bool) -> None:
    assert concerns(recipient, reader) is expected


def test_an_address_is_shortened() -> None:
    assert shortened("office@example.org") == "o…@example.org"
