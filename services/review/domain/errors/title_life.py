"""Understands how the life of a title says no: what it takes to open a procedure on it, to prove, and to put right."""

from __future__ import annotations

from services.review.domain.errors.refusal import Refusal


class TitleNeeded(Refusal):
    """The procedure runs on a title, and the organisation has none of this programme on record."""

    code = "title_required"
    said = (
        "“{zh}”只能对在册有效的称号启动，该单位没有本办法的在册称号。",
        "The procedure {en} runs on a title on record, and the organisation holds none of this programme.",
    )
    do = (
        "请核对单位和称号编号；刚认定的称号请待登记后再办。",
        "Check the organisation and the number; a title just conferred has to be entered first.",
    )


class TitleNotValid(Refusal):
    """The title is on record and not valid today."""

    code = "title_not_valid"
    said = (
        "“{zh}”只能对有效的称号启动，该称号已撤销、失效或尚未生效。",
        "The procedure {en} runs on a valid title, and this one is revoked, lapsed or not valid yet.",
    )
    do = (
        "请在登记簿查看其状态；已失效的请重新申报。",
        "See its status in the registry; a lapsed one is applied for anew.",
    )


class RenewalTooEarly(Refusal):
    """The programme opens renewal later."""

    code = "renewal_too_early"
    said = (
        "该称号有效期至{until}，尚未到可申请延续的时间。",
        "The title is valid to {until}; renewal is not open yet.",
    )
    do = ("请自{opens}起申请。", "Apply from {opens} on.")


class ProofMissing(Refusal):
    """The facts on record do not fulfil the ground."""

    code = "proof_missing"
    said = (
        "该情形须有{count}项已记录并在期限内的事实，现有{found}项。",
        "The ground needs {count} recorded facts within its period; there are {found}.",
    )
    do = (
        "请先在称号记录中登记查实的事实（经办人、理由、日期）。",
        "Record what was established on the title first, with its day and reason.",
    )


class ProofUnknown(Refusal):
    """A proof that the proposal names is not on record, or proves something else."""

    code, status = "proof_unknown", 422
    said = ("所列事实未登记，或不能证明该情形。", "A fact that is named is not on record or does not prove the ground.")
    do = ("请从称号记录中选择。", "Choose from the title's record.")


class FindingImpossible(Refusal):
    """The finding is about a day to come, or does not fit the ground that it names."""

    code, status = "finding_impossible", 422
    said = (
        "事实的日期不能晚于今日，类型须与所列情形一致。",
        "A finding is not of a later day, and fits the ground it names.",
    )
    do = ("请更正日期、类型或情形。", "Correct its day, kind or ground.")


class FindingRecordedAlready(Refusal):
    """The same thing stands on record."""

    code = "finding_recorded_already"
    said = ("同一事实已登记，不重复计算。", "The same finding is on record; it counts once.")
    do = ("请查看称号记录。", "See the title's record.")


class RectificationNotOrdered(Refusal):
    """The text gives time to put it right first."""

    code = "rectification_not_ordered"
    said = ("该情形须先责令限期整改。", "Time to put it right has to be given first.")
    do = ("请先下达整改通知并写明期限。", "Order the rectification with its last day first.")


class RectificationRunning(Refusal):
    """The time to put it right runs."""

    code = "rectification_running"
    said = ("整改期限至{until}，尚未届满。", "The time to put it right runs to {until}.")
    do = ("请待期满或认定整改不合格后再办。", "Wait until it is over, or record that it was not put right.")


class RectificationUnknown(Refusal):
    """Nothing is to be put right on this ground."""

    code = "rectification_unknown"
    said = ("该情形没有待整改的通知。", "No rectification is open on this ground.")
    do = ("请查看称号记录。", "See the title's record.")


class RectificationDayWrong(Refusal):
    """The last day of the time has passed already."""

    code, status = "rectification_day_wrong", 422
    said = ("整改期限须晚于今日，且不超过{days}天。", "The last day lies after today and within {days} days.")
    do = ("请更正期限。", "Correct it.")


class ExcuseUnanswered(Refusal):
    """The text names what excuses it."""

    code, status = "excuse_unanswered", 422
    said = (
        "该情形以“{zh}”为除外，须说明其不成立。",
        "The ground does not hold where there is {en}; say why there is none.",
    )
    do = ("请填写 no_excuse。", "Fill in no_excuse.")


class ObligationUnknown(Refusal):
    """The programme has no such obligation, or nothing of it is owed now."""

    code, status = "obligation_unknown", 422
    said = (
        "该称号现无此项待履行的义务；办法规定：{obligations}。",
        "Nothing of this is owed; there are: {obligations}.",
    )
    do = ("请核对义务和到期日。", "Check the obligation and the day on which it was due.")


class ObligationWithoutEvents(Refusal):
    """The programme has no such obligation, or it is not owed because of an event."""

    code, status = "obligation_without_events", 422
    said = (
        "该办法没有由事件引起的此项义务；由事件引起的有：{obligations}。",
        "The programme has no such obligation that an event begins; these begin with one: {obligations}.",
    )
    do = (
        "请选择其中一项；按期履行的义务无须登记事件。",
        "Choose one of them; what is owed by the calendar needs no event.",
    )


class EventDayMissing(Refusal):
    """Neither a day nor an instant, or both."""

    code, status = "event_day_missing", 422
    said = ("须写明事件发生的日期或时刻，二者择一。", "An event has either its day or its instant.")
    do = ("请填写 happened_on 或 happened_at。", "Fill in happened_on or happened_at, one of them.")


class EventInstantMissing(Refusal):
    """What is owed is counted in hours, and only a day is given."""

    code, status = "event_instant_missing", 422
    said = ("“{zh}”按小时计算期限，须写明发生的时刻。", "What is owed ({en}) is counted in hours from the instant.")
    do = ("请填写 happened_at（含时区）。", "Fill in happened_at, with its offset.")


class EventImpossible(Refusal):
    """The event is to come, or lies before the award."""

    code, status = "event_impossible", 422
    said = (
        "事件须发生在称号授予之日（{since}）以后，且不晚于现在。",
        "An event lies between the day of the award ({since}) and now.",
    )
    do = ("请更正日期。", "Correct its day.")


class EventRecordedAlready(Refusal):
    """The same event stands on record."""

    code = "event_recorded_already"
    said = ("同一事件已登记。", "The same event is on record.")
    do = (
        "请查看称号应履行的义务；另一事件请写明其经过。",
        "See what is owed; say in the reason what is different where it is another.",
    )


class EventNotNamed(Refusal):
    """Several events of this obligation wait for what is owed."""

    code, status = "event_not_named", 422
    said = ("此项义务有多个待履行的事件：{events}。", "Several events of this obligation wait: {events}.")
    do = ("请在 event 中写明是哪一个。", "Say in event which one it is for.")


REFUSALS: tuple[type[Refusal], ...] = (
    TitleNeeded,
    TitleNotValid,
    RenewalTooEarly,
    ProofMissing,
    ProofUnknown,
    FindingImpossible,
    FindingRecordedAlready,
    RectificationNotOrdered,
    RectificationRunning,
    RectificationUnknown,
    RectificationDayWrong,
    ExcuseUnanswered,
    ObligationUnknown,
    ObligationWithoutEvents,
    EventDayMissing,
    EventInstantMissing,
    EventImpossible,
    EventRecordedAlready,
    EventNotNamed,
)
