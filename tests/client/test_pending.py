"""Section 5, rules 2 and 3, from the client's side: numbers, the window, sending again."""

from __future__ import annotations

from appliance.client.pending import ANSWER_S, GAP_S, Pending, PendingLog


def log_of(made: int, kept: int | None = None) -> PendingLog:
    log = PendingLog()
    for number in range(made):
        log.make("meet.name", ("meet", "name"), b"%d" % number, number)
    log.kept(made if kept is None else kept)
    return log


def sent(log: PendingLog, now: float = 0.0) -> list[int]:
    return [update.local_seq for frame in log.take_to_send(now) for update in frame]


def test_numbers_have_no_gaps_and_go_on_after_what_was_saved() -> None:
    assert [update.local_seq for update in log_of(3)] == [1, 2, 3]
    saved = Pending(7, "meet.name", ("meet", "name"), b"1", 0)
    assert PendingLog(3, [saved]).next_local_seq == 8
    assert PendingLog(9, [saved]).next_local_seq == 9


def test_only_what_is_kept_is_sent_and_once() -> None:
    log = log_of(3, kept=2)
    assert sent(log) == [1, 2]
    assert sent(log) == []
    log.kept(3)
    assert sent(log) == [3]


def test_what_was_saved_is_kept_already() -> None:
    assert sent(PendingLog(1, [Pending(7, "meet.name", ("meet", "name"), b"1", 0)])) == [7]


def test_an_answer_is_for_good() -> None:
    log = log_of(2)
    sent(log)
    answered = log.answered(1, 0)
    assert answered is not None
    assert answered.local_seq == 1
    assert log.answered(1, 0) is None
    log.send_again()
    assert sent(log) == [2]


def test_a_gap_is_filled_once_for_all_who_report_it() -> None:
    log = log_of(3)
    sent(log)
    assert log.gap(2, now=1.0)
    assert sent(log) == [2, 3]
    assert log.gap(2, now=1.0)
    assert sent(log) == []
    assert log.gap(2, now=1.0 + GAP_S)
    assert sent(log) == [2, 3]


def test_a_gap_below_all_that_is_held_cannot_be_filled() -> None:
    log = log_of(2)
    sent(log)
    log.answered(1, 0)
    assert not log.gap(1, 0)


def test_what_is_on_its_way_is_overdue_after_ten_seconds_without_any_answer() -> None:
    log = log_of(2)
    overdue = [log.overdue_at]
    sent(log, now=3)
    overdue.append(log.overdue_at)
    log.answered(1, now=5)
    overdue.append(log.overdue_at)
    log.answered(2, now=6)
    overdue.append(log.overdue_at)
    assert overdue == [None, 3 + ANSWER_S, 5 + ANSWER_S, None]


def test_another_epoch_caps_what_was_known() -> None:
    log = log_of(3)
    log.rebase(1)
    assert [update.after for update in log] == [0, 1, 1]
