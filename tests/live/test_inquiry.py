"""Whom the server asked, and when it has heard enough."""

from __future__ import annotations

from typing import Any

from appliance.live import inquiry
from appliance.live.inquiry import GRACE_S, WINDOW_S, Inquiry, Place
from appliance.protocol.messages import Held, StateRecovery

EPOCH = "a" * 16
JURY, DESK = Place("jury", "Jury", 3), Place("desk", "Desk", 1)


def said(*numbers: int, last: int = 9, done: bool = True, **more: Any) -> StateRecovery:
    updates = [
        Held(update_key=f"x.k{number}", update_value=number, server_seq_num=number, location_name="Desk")
        for number in numbers
    ]
    return StateRecovery(
        session_token="t",
        epoch=EPOCH,
        last_server_seq=last,
        last_local_seq_num=2,
        updates=updates,
        done=done,
        **more,
    )


def asked(*places: Place, recovering: bool = True) -> Inquiry:
    subject = Inquiry({"Jury", "Desk"})
    if recovering:
        subject.begin(0.0)
    for place in places:
        assert subject.ask(place, 0.0)
    return subject


def test_it_is_over_when_all_have_answered_but_not_before_those_on_their_way_can_be_back() -> None:
    subject = asked(JURY, DESK)
    assert not subject.ask(JURY, 0.1)
    assert subject.hear("jury", said(1, 2), 10, 0.2)
    assert not subject.over(GRACE_S)
    assert subject.hear("desk", said(2), 10, 0.3)
    assert not subject.over(GRACE_S / 2)
    assert subject.due_at() == GRACE_S
    assert subject.over(GRACE_S)
    assert [answer.client_id for answer in subject.answers()] == ["jury", "desk"]


def test_it_is_over_ten_seconds_after_the_first_answer() -> None:
    subject = asked(JURY, DESK)
    subject.hear("jury", said(1), 10, 5.0)
    assert not subject.over(WINDOW_S)
    assert subject.due_at() == 5.0 + WINDOW_S
    assert subject.over(5.0 + WINDOW_S)


def test_it_does_not_wait_for_ever_for_clients_that_cannot_answer_but_for_somebody_it_does() -> None:
    assert asked(JURY).over(WINDOW_S)
    assert not asked().over(1000.0)
    assert asked().due_at() is None


def test_nobody_answers_unasked_or_twice() -> None:
    subject = asked(JURY)
    assert not subject.hear("desk", said(1), 10, 0.1)
    assert subject.hear("jury", said(1, done=False), 10, 0.1)
    assert subject.is_asked("jury")
    assert subject.hear("jury", said(2), 10, 0.2)
    assert not subject.hear("jury", said(3), 10, 0.3)
    (answer,) = subject.answers()
    assert [update.server_seq for update in answer.updates] == [1, 2]
    assert answer.answered == {"jury": 2}


def test_half_an_answer_counts_for_what_it_says_and_no_more() -> None:
    subject = asked(JURY)
    subject.hear("jury", said(1, 4, done=False), 10, 0.1)
    subject.left("jury")
    (answer,) = subject.answers()
    assert (answer.last, len(answer.updates)) == (4, 2)
    assert subject.over(GRACE_S)


def test_a_claim_is_looked_into_once_if_it_was_answered() -> None:
    subject = asked(recovering=False)
    assert subject.is_news("jury", EPOCH, 9)
    subject.ask(JURY, 0.0)
    subject.note_claim("jury", EPOCH, 9)
    subject.left("jury")
    assert subject.is_news("jury", EPOCH, 9)
    subject.ask(JURY, 0.0)
    subject.note_claim("jury", EPOCH, 9)
    subject.hear("jury", said(9), 10, 0.1)
    assert subject.answer_of("jury") is not None
    assert not subject.is_news("jury", EPOCH, 9)
    assert subject.is_news("jury", EPOCH, 10)


def test_one_that_never_answered_is_not_asked_again() -> None:
    subject = asked(JURY, recovering=False)
    assert subject.overdue(WINDOW_S - 1) == []
    assert subject.due_at() == WINDOW_S
    assert subject.overdue(WINDOW_S) == ["jury"]
    assert subject.answer_of("jury") is None
    assert not subject.is_news("jury", EPOCH, 10)


def test_an_answer_is_bounded(monkeypatch: Any) -> None:
    monkeypatch.setattr(inquiry, "MAX_ANSWER_BYTES", 100)
    subject = asked(JURY)
    subject.hear("jury", said(1, done=False), 60, 0.1)
    subject.hear("jury", said(2), 60, 0.1)
    (answer,) = subject.answers()
    assert len(answer.updates) == 1
    assert "bytes" in subject.refused[0]
