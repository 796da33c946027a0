"""A wish from green key, telephone or desk: a queue, an assignee and a due time of its own, beside the emergencies."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path

import pytest

from firmware_contracts.vocabulary import CallAction, ServiceCategory
from hub.core.alerts import Role
from hub.core.context import Context
from hub.core.events import AcceptRequest, Actor, ActorRole, MoveRequest, OpenRequest, SetProfile
from hub.core.home import Membership
from hub.core.journal import EntryKind
from hub.core.notifications import NotifyReason, Template
from hub.core.opening import Opening, after_open_hours
from hub.core.outcome import Done, RefusalCode, Refused, Result
from hub.core.service_requests import CancelReason, RequestCategory, RequestState, ServiceRequest
from hub.core.shifts import Cover, Leave, LeaveKind
from hub.notify import phrases
from hub.notify.texts import alert_text
from tests.story import SHANGHAI, SYSTEM, TUESDAY_MORNING, Story, actor, done, quiet_street, street

DESK = Actor("operator-chen", ActorRole.OPERATOR)
STATION_HOURS = Opening(frozenset(range(6)), time(8), time(18))
ASSIGNED, OVERDUE, TAKEN_BACK = (
    Template.REQUEST_ASSIGNED,
    Template.REQUEST_OVERDUE,
    Template.REQUEST_TAKEN_BACK,
)


@pytest.fixture
def story(quiet_story: Story) -> Story:
    """No device is ever missed here: these stories take days."""
    return quiet_story


def with_hours(context: Context) -> Context:
    """The small centre is open from Monday to Saturday, 8 to 18."""
    small = replace(context.centres["small-1"], openings=(STATION_HOURS,))
    return replace(context, centres={**context.centres, "small-1": small})


def ask(
    story: Story, category: ServiceCategory = ServiceCategory.MEALS, home: str = "h1", key: str = "button"
) -> ServiceRequest:
    """The green key is pressed; the newest request of the home."""
    story.press(home, key, CallAction.SERVICE, category)
    return list(story.home(home).requests.values())[-1]


def the_request(story: Story, home: str = "h1") -> ServiceRequest:
    (request,) = story.home(home).requests.values()
    return request


def move(
    story: Story, request: ServiceRequest, state: RequestState, by: Actor = DESK, **more: object
) -> Result:
    return story.command(MoveRequest(request.home_id, request.id, by, state, **more))  # type: ignore[arg-type]


def refused(result: Result) -> RefusalCode:
    assert isinstance(result, Refused), result
    return result.code


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


# --- opening ----------------------------------------------------------------------------------------------------------


def test_a_wish_for_a_service_stands_in_a_queue_of_its_own(story: Story) -> None:
    request = ask(story)
    assert story.alerts() == []
    assert story.phone.sent == [], "nobody is called out of bed for a meal"
    assert story.said() == [phrases.HEARD_REQUEST]
    assert (request.category, request.state, request.resident_ids) == (
        RequestCategory.MEALS,
        RequestState.NEW,
        ("li",),
    )
    ask(story, ServiceCategory.CLEANING)
    assert len(story.home().requests) == 2


def test_a_green_key_pressed_again_joins_the_wish_until_somebody_takes_it_on(story: Story) -> None:
    first = ask(story)
    assert ask(story).id == first.id, "asked again is the same wish"
    assert (the_request(story).times_asked, the_request(story).version) == (2, 2)
    assert len(story.entries(EntryKind.REQUEST_ASKED_AGAIN)) == 1
    done(move(story, first, RequestState.ASSIGNED, assignee_id="butler-wang"))
    ask(story)
    assert len(story.home().requests) == 2, "the butler is on it already: this is another meal"


def test_two_elders_of_one_flat_wish_for_themselves(tmp_path: Path) -> None:
    flat = street()["h2"]
    cord = flat.devices["cord"]
    devices = {one: replace(cord, id=one, wearer_id=who) for one, who in (("p1", "zhao"), ("p2", "qian"))}
    story = Story(tmp_path / "two.sqlite", homes={"h2": replace(flat, devices=devices)})
    ask(story, home="h2", key="p1")
    ask(story, home="h2", key="p2")
    assert [one.resident_ids for one in story.home("h2").requests.values()] == [("zhao",), ("qian",)]


def test_a_request_by_telephone_is_opened_once_however_often_it_is_sent(story: Story) -> None:
    command = OpenRequest("h1", DESK, "chen|key-1", RequestCategory.MEDICAL, "li", "复诊挂号")
    first = done(story.command(command))
    assert done(story.command(command)).id == first.id
    story.crash()
    assert done(story.command(command)).id == first.id
    request = the_request(story)
    assert (request.note, request.opened_by, request.resident_ids) == ("复诊挂号", "operator-chen", ("li",))
    (opened,) = story.entries(EntryKind.REQUEST_OPENED)
    assert (opened.by, opened.data["category"]) == ("operator-chen", "medical")


def test_a_key_of_repetitions_means_the_same_request_even_when_it_has_ended(story: Story) -> None:
    command = OpenRequest("h1", DESK, "chen|key-1", RequestCategory.SHOPPING)
    first = done(story.command(command))
    done(move(story, the_request(story), RequestState.DONE))
    assert done(story.command(command)).id == first.id
    assert story.home().requests == {}


def test_nobody_opens_the_hubs_own_task_or_a_wish_of_a_stranger(story: Story) -> None:
    task = OpenRequest("h1", DESK, "k1", RequestCategory.MISTAKEN_PRESSES)
    assert refused(story.command(task)) is RefusalCode.INVALID
    stranger = OpenRequest("h1", DESK, "k2", RequestCategory.MEALS, "nobody")
    assert refused(story.command(stranger)) is RefusalCode.NOT_FOUND
    assert story.home().requests == {}


# --- the way of a request ---------------------------------------------------------------------------------------------


def test_a_service_goes_its_way_until_it_is_done(story: Story) -> None:
    request = ask(story)
    done(move(story, request, RequestState.ASSIGNED, assignee_id="butler-wang"))
    stale = move(story, request, RequestState.DONE, expected_version=request.version)
    assert refused(stale) is RefusalCode.STALE
    butler = actor("butler-wang")
    done(story.command(AcceptRequest("h1", request.id, butler)))
    assert the_request(story).accepted_at is not None
    done(move(story, request, RequestState.IN_PROGRESS, butler))
    done(move(story, request, RequestState.DONE, butler, note="送到了"))
    assert story.home().requests == {}
    moved = [(one.by, one.data["state"]) for one in story.entries(EntryKind.REQUEST_MOVED)]
    assert moved == [("operator-chen", "assigned"), ("butler-wang", "in_progress"), ("butler-wang", "done")]
    assert [one.by for one in story.entries(EntryKind.REQUEST_ACCEPTED)] == ["butler-wang"]
    assert story.rows("select state, done_at is not null from service_request") == [("done", 1)]


def test_the_assignee_is_told_with_all_that_is_needed_to_go(story: Story) -> None:
    request = ask(story)
    done(move(story, request, RequestState.ASSIGNED, assignee_id="deputy-zhou", note="少盐"))
    (told,) = story.phone.sent
    assert (told.person_id, told.template, told.request_id) == ("deputy-zhou", ASSIGNED, request.id)
    zh, en = alert_text(told)
    assert zh == "【派单】助餐：李桂英，槐荫街1号院3号楼2单元501，请在12:00前完成，备注：少盐。"
    assert "please do it before 12:00" in en
    (sent,) = story.entries(EntryKind.NOTIFICATION_SENT)
    assert (sent.request_id, sent.alert_id) == (request.id, None)


def test_assigned_to_nobody_in_particular_it_goes_to_the_butler_or_the_cover(tmp_path: Path) -> None:
    cover = Cover(
        "c1",
        "butler-wang",
        "deputy-zhou",
        TUESDAY_MORNING,
        TUESDAY_MORNING + timedelta(days=5),
        by_confirmed_at=TUESDAY_MORNING,
        covered_confirmed_at=TUESDAY_MORNING,
    )
    for covers, who in (((), "butler-wang"), ((cover,), "deputy-zhou")):
        change = partial(replace, covers=covers)
        story = Story(tmp_path / f"{who}.sqlite", change=change)
        done(move(story, ask(story), RequestState.ASSIGNED))
        assert the_request(story).assignee_id == who


def test_who_declines_gives_it_back_and_nobody_else_can_do_that_for_them(story: Story) -> None:
    request = ask(story)
    done(move(story, request, RequestState.ASSIGNED, assignee_id="butler-wang"))
    assert refused(move(story, request, RequestState.NEW, actor("deputy-zhou"))) is RefusalCode.HELD_BY_OTHER
    done(move(story, request, RequestState.NEW, actor("butler-wang"), note="在医院陪诊"))
    waiting = the_request(story)
    assert (waiting.state, waiting.assignee_id, waiting.accepted_at) == (RequestState.NEW, None, None)
    assert waiting.due_at == request.due_at, "for the elder nothing has changed"
    assert story.asked(TAKEN_BACK) == [], "who gave it back knows"
    late = story.command(AcceptRequest("h1", request.id, actor("butler-wang")))
    assert refused(late) is RefusalCode.HELD_BY_OTHER


def test_given_to_another_the_first_one_is_told_not_to_go(story: Story) -> None:
    request = ask(story)
    done(move(story, request, RequestState.ASSIGNED, assignee_id="butler-wang"))
    done(move(story, request, RequestState.ASSIGNED, assignee_id="deputy-zhou"))
    assert story.asked(ASSIGNED) == ["butler-wang", "deputy-zhou"]
    (told,) = (one for one in story.phone.sent if one.template is TAKEN_BACK)
    assert told.person_id == "butler-wang"
    assert alert_text(told)[0].endswith("已改派，您不用再去。")


def test_what_has_not_gone_out_to_the_first_one_never_does(story: Story) -> None:
    story.phone.broken = True
    request = ask(story)
    done(move(story, request, RequestState.ASSIGNED, assignee_id="butler-wang"))
    done(move(story, request, RequestState.ASSIGNED, assignee_id="deputy-zhou"))
    story.phone.broken = False
    story.advance(minutes=5)
    assert story.asked(ASSIGNED) == ["deputy-zhou"]


def test_the_elder_withdraws_and_the_reason_is_kept(story: Story) -> None:
    request = ask(story)
    done(move(story, request, RequestState.ASSIGNED, assignee_id="butler-wang"))
    assert refused(move(story, request, RequestState.CANCELLED)) is RefusalCode.INVALID, "why?"
    done(move(story, request, RequestState.CANCELLED, cancel_reason=CancelReason.WITHDRAWN))
    assert story.home().requests == {}
    assert story.asked(TAKEN_BACK) == ["butler-wang"]
    assert story.entries(EntryKind.REQUEST_MOVED)[-1].data["cancel_reason"] == "withdrawn"
    assert refused(move(story, request, RequestState.DONE)) is RefusalCode.NOT_FOUND, "over is over"


def test_the_same_move_twice_changes_nothing(story: Story) -> None:
    request = ask(story)
    for state in (RequestState.ASSIGNED, RequestState.IN_PROGRESS, RequestState.NEW):
        first = done(move(story, request, state))
        lines = len(story.journal)
        assert done(move(story, request, state)) == first
        assert len(story.journal) == lines


def test_a_request_outlives_a_crash_at_every_state(story: Story) -> None:
    request = ask(story)
    for state in (RequestState.ASSIGNED, RequestState.IN_PROGRESS):
        done(move(story, request, state))
        before = the_request(story)
        story.crash()
        assert the_request(story) == before


# --- due times --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "asked", "due"),
    [
        (ServiceCategory.MEALS, local(3, 10), local(3, 12)),
        (ServiceCategory.MEALS, local(3, 17, 30), local(4, 9, 30)),
        (ServiceCategory.MEALS, local(3, 22), local(4, 10)),
        (ServiceCategory.MEALS, local(7, 17), local(9, 9)),  # Saturday evening: Sunday is closed
        (ServiceCategory.SHOPPING, local(3, 13), local(4, 11)),
        (ServiceCategory.MEDICAL, local(3, 22), local(4, 22)),
        (ServiceCategory.CLEANING, local(3, 10), local(5, 10)),
    ],
)
def test_when_it_is_due(tmp_path: Path, category: ServiceCategory, asked: datetime, due: datetime) -> None:
    story = Story(tmp_path / "due.sqlite", at=asked, change=with_hours)
    due_at = ask(story, category).due_at
    assert due_at is not None
    assert timedelta() <= due_at - due < timedelta(seconds=1)


def test_late_and_nobody_has_it_the_centres_desk_is_told_once(story: Story) -> None:
    request = ask(story)
    story.advance(hours=2, minutes=-1)
    assert story.phone.sent == []
    story.advance(minutes=1)
    (told,) = story.phone.sent
    assert (told.person_id, told.template, told.reason) == ("desk-small", OVERDUE, NotifyReason.OVERDUE)
    assert told.data["severity"] == "routine"
    assert "还没有派单" in alert_text(told)[0]
    late = the_request(story)
    assert late.overdue_at is not None
    assert late.version > request.version
    assert len(story.entries(EntryKind.REQUEST_OVERDUE)) == 1
    story.crash()
    story.advance(hours=20)
    assert len(story.phone.sent) == 1, "said once, not every hour"
    assert story.alerts() == [], "a late meal is no alert"


def test_late_and_somebody_has_it_that_one_is_told_and_a_day_later_the_desk_too(story: Story) -> None:
    request = ask(story)
    done(move(story, request, RequestState.ASSIGNED, assignee_id="butler-wang"))
    story.advance(hours=2)
    assert story.asked(OVERDUE) == ["butler-wang"]
    story.advance(days=1)
    assert story.asked(OVERDUE) == ["butler-wang", "butler-wang", "desk-small"]
    assert len(story.entries(EntryKind.REQUEST_OVERDUE)) == 1


def test_done_in_time_nobody_hears_of_it_again(story: Story) -> None:
    request = ask(story)
    done(move(story, request, RequestState.DONE))
    story.advance(days=3)
    assert story.phone.sent == []


def test_late_and_who_has_it_is_on_leave_the_desk_is_told_at_once(tmp_path: Path) -> None:
    story = Story(tmp_path / "away.sqlite", homes=quiet_street())
    request = ask(story)
    done(move(story, request, RequestState.ASSIGNED, assignee_id="butler-wang"))
    ill = Leave("l", "butler-wang", story.now, story.now + timedelta(days=4), LeaveKind.ILL)
    story.engine._committed.context = replace(story.engine.context(), leaves=(ill,))
    story.advance(hours=3)
    assert story.asked(OVERDUE) == ["desk-small"]


def test_late_and_who_has_it_cannot_be_told_the_desk_is_told_and_it_is_written_down_once(
    tmp_path: Path,
) -> None:
    def without_telephone(context: Context) -> Context:
        silent = replace(context.people["butler-wang"], methods=())
        return replace(context, people={**context.people, "butler-wang": silent})

    story = Story(tmp_path / "silent.sqlite", change=without_telephone, homes=quiet_street())
    request = ask(story)
    done(move(story, request, RequestState.ASSIGNED))
    story.advance(hours=2)
    assert story.asked(OVERDUE) == ["desk-small"]
    story.advance(days=2)
    held = [one.data for one in story.entries(EntryKind.NOTIFICATION_HELD) if one.request_id]
    assert [one["person_id"] for one in held] == ["butler-wang", "butler-wang"], (
        "when assigned, and when late"
    )


def test_nobody_begins_what_nobody_has(story: Story) -> None:
    request = ask(story)
    stranger = Actor("chen", ActorRole.OPERATOR)
    assert refused(move(story, request, RequestState.IN_PROGRESS, stranger)) is RefusalCode.INVALID
    done(move(story, request, RequestState.IN_PROGRESS, Actor("desk-small", ActorRole.CENTRE_DUTY)))
    assert the_request(story).assignee_id == "desk-small", "who is a person of the directory has it now"


def test_late_at_an_hour_when_no_desk_is_open_it_is_told_when_one_is(tmp_path: Path) -> None:
    def only_the_small_desk(context: Context) -> Context:
        shifts = tuple(shift for shift in context.shifts if shift.person_id != "desk-large")
        return replace(context, shifts=shifts)

    story = Story(
        tmp_path / "night.sqlite", at=local(3, 22, 30), change=only_the_small_desk, homes=quiet_street()
    )
    ask(story, ServiceCategory.MEDICAL)
    story.advance(days=1, hours=9)
    assert story.asked(OVERDUE) == []
    held = [one.data for one in story.entries(EntryKind.NOTIFICATION_HELD) if one.request_id]
    assert [(one["reason"], one["role"]) for one in held] == [("nobody_on_duty", "centre_duty")]
    story.advance(hours=1, minutes=1)
    assert story.asked(OVERDUE) == ["desk-small"]


def test_after_an_outage_what_became_late_meanwhile_is_told_at_once(story: Story) -> None:
    ask(story)
    story.crash(down=timedelta(hours=5))
    story.advance()
    assert story.asked(OVERDUE) == ["desk-small"]


def test_what_ends_at_the_minute_of_closing_is_due_then() -> None:
    due_at = after_open_hours(local(3, 16), timedelta(hours=2), [STATION_HOURS], SHANGHAI)
    assert due_at == local(3, 18)
    never_open = after_open_hours(local(3, 16), timedelta(hours=2), [], SHANGHAI)
    assert never_open == local(3, 18), "without hours in the ledger every hour counts"


# --- beside the emergencies -------------------------------------------------------------------------------------------


def test_a_request_never_holds_up_an_emergency_of_the_same_home(story: Story) -> None:
    request = ask(story)
    story.press()
    story.expect_asked("butler-wang", "daughter-li")
    done(move(story, request, RequestState.ASSIGNED, assignee_id="butler-wang"))
    assert story.engine.context().load == {} or story.alert().open
    story.advance(hours=2)
    sent = [one.template for one in story.phone.sent]
    assert sent.index(Template.ALERT) < sent.index(ASSIGNED)
    assert the_request(story).state is RequestState.ASSIGNED, "and the other way round: it is not lost either"


def test_waiting_in_one_queue_to_the_same_person_the_emergency_goes_out_first(story: Story) -> None:
    request = ask(story)
    move_command = MoveRequest("h1", request.id, DESK, RequestState.ASSIGNED, "butler-wang")
    story.engine.submit(move_command)
    story.press(run=False)
    story.engine.turn()
    story.run()
    to_the_butler = [one.template for one in story.phone.sent if one.person_id == "butler-wang"]
    assert to_the_butler == [Template.ALERT, ASSIGNED]


def test_a_butler_with_errands_is_not_busy_for_an_emergency(story: Story) -> None:
    for category in (ServiceCategory.MEALS, ServiceCategory.SHOPPING):
        request = ask(story, category)
        done(move(story, request, RequestState.ASSIGNED, assignee_id="butler-wang"))
    story.press()
    held_back = [one.data["reason"] for one in story.entries(EntryKind.NOTIFICATION_QUEUED)]
    assert "busy_butler" not in held_back


def test_a_home_that_goes_to_another_centre_takes_its_open_requests_along(story: Story) -> None:
    ask(story)
    moved = replace(story.home().profile, centre_id="large")
    done(story.command(SetProfile("h1", SYSTEM, moved)))
    assert story.rows("select centre_id from service_request") == [("large",)]
    story.advance(hours=2)
    assert story.asked(OVERDUE) == ["desk-large"]


def test_a_home_without_a_butler_says_so(tmp_path: Path) -> None:
    alone = replace(street()["h1"], people={Role.CONTACT: ("daughter-li",)})
    story = Story(tmp_path / "alone.sqlite", homes={"h1": alone})
    request = ask(story)
    assert refused(move(story, request, RequestState.ASSIGNED)) is RefusalCode.INVALID
    unknown = move(story, request, RequestState.ASSIGNED, assignee_id="nobody-known")
    assert refused(unknown) is RefusalCode.NOT_FOUND
    assert isinstance(move(story, request, RequestState.ASSIGNED, assignee_id="desk-small"), Done)


def test_an_elder_leaves_and_who_would_have_gone_there_hears_it(story: Story) -> None:
    request = ask(story)
    done(move(story, request, RequestState.ASSIGNED, assignee_id="butler-wang"))
    profile = story.home().profile
    left = replace(profile.residents[0], membership=Membership.LEFT)
    done(story.command(SetProfile("h1", SYSTEM, replace(profile, residents=(left,)))))
    assert story.home().requests == {}
    assert story.asked(TAKEN_BACK) == ["butler-wang"]
    story.advance(days=2)
    assert story.asked(OVERDUE) == []
