"""What the elder's room shows is true now: said again when a device is back, when a hold falls, when the elder presses again."""

from firmware_contracts.vocabulary import CallAction, Kind
from tests.story import Story


def test_a_device_that_comes_back_hears_where_its_call_stands(story: Story) -> None:
    story.press()
    story.take("butler-wang")
    story.forget_calls()
    story.reboot("h1", "button")
    story.status("h1", "button", online=True, boot=2, retained=False)
    assert story.shown() == ["taken"]
    assert "王管家接到了" in story.said()[0]


def test_a_device_that_comes_back_before_anybody_answered_hears_that_help_is_looked_for(story: Story) -> None:
    story.press()
    story.forget_calls()
    story.status("h1", "button", online=True, boot=2, retained=False)
    assert story.shown() == ["looking"]


def test_when_a_hold_falls_nobody_claims_to_have_taken_it_any_longer(story: Story) -> None:
    story.press()
    story.take("butler-wang")
    story.forget_calls()
    story.advance(minutes=5)
    assert story.shown() == ["looking"]


def test_who_presses_again_hears_again_who_is_coming(story: Story) -> None:
    story.press()
    story.set_out("butler-wang")
    story.forget_calls()
    story.press()
    assert story.shown() == ["heard", "on_the_way"]


def test_a_cancel_of_an_older_press_takes_nothing_back(story: Story) -> None:
    old = story.press()
    story.resolve("butler-wang")
    story.press()
    body = {"event_id": "cancel-0001", "age_ms": 0, "action": CallAction.CANCEL.value, "cancels": old}
    story.send("h1", "button", Kind.CALL, body)
    assert story.alert().evidence == ()
