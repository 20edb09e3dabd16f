"""Sessions: seven days of sliding expiry in service seconds, revocation, and death for ever."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from appliance.access.roles import Role
from appliance.access.sessions import (
    LIFETIME_S,
    RENEWAL_S,
    Refusal,
    Renewal,
    Session,
    Sessions,
    expires_in_s,
    session_record,
)
from appliance.access.tokens import Claims
from appliance.meet.records import SessionRecord

START_S = 1_000_000
MINUTE_S = 60


def claims(session_id: str = "one", issued_s: int = START_S, role: Role = Role.TABLE) -> Claims:
    return Claims(session_id, "123456789", "tab-1", "Platform 1", role, issued_s)


def record(session_id: str = "one", last_used_s: int = START_S, dead: bool = False) -> SessionRecord:
    return SessionRecord(session_id, "123456789", "tab-1", "Platform 1", Role.TABLE, last_used_s, dead)


def opened() -> Sessions:
    return restored(session_record(claims()))


def restored(*records: SessionRecord) -> Sessions:
    sessions = Sessions()
    sessions.restore(records)
    return sessions


class TestUse:
    def test_a_session_is_what_its_client_was_admitted_as(self) -> None:
        assert session_record(claims()) == record()
        session = opened().use(claims(), START_S)
        assert isinstance(session, Session)
        assert (session.meet_id, session.client_id, session.location_name) == (
            "123456789",
            "tab-1",
            "Platform 1",
        )
        assert session.role is Role.TABLE

    def test_it_lives_seven_days_without_use_and_not_a_second_longer(self) -> None:
        assert isinstance(opened().use(claims(), START_S + LIFETIME_S), Renewal)
        assert isinstance(opened().use(claims(), START_S + LIFETIME_S + 1), Refusal)

    def test_each_use_gives_it_seven_more_days(self) -> None:
        sessions = opened()
        for day in range(6, 100, 6):
            assert not isinstance(sessions.use(claims(), START_S + day * 86_400), Refusal)

    def test_how_long_it_still_lives(self) -> None:
        session = opened().use(claims(), START_S)
        assert isinstance(session, Session)
        assert expires_in_s(session, START_S) == LIFETIME_S
        assert expires_in_s(session, START_S + 100) == LIFETIME_S - 100
        assert expires_in_s(session, START_S - 60) == LIFETIME_S
        assert expires_in_s(session, START_S + LIFETIME_S + 1) == 0

    def test_a_revoked_one_lives_no_more(self) -> None:
        sessions = opened()
        session = sessions.use(claims(), START_S)
        sessions.revoke("one")
        assert isinstance(session, Session)
        assert expires_in_s(session, START_S) == 0


class TestRenewal:
    def test_is_announced_once_when_the_last_announcement_is_older_than_an_hour(self) -> None:
        sessions = opened()
        assert isinstance(sessions.use(claims(), START_S + RENEWAL_S), Session)
        due = START_S + RENEWAL_S + 1
        renewal = sessions.use(claims(), due)
        assert isinstance(renewal, Renewal)
        assert renewal.record == record(last_used_s=due)
        assert renewal.claims == claims(issued_s=due)
        assert isinstance(sessions.use(claims(), due), Session)
        assert isinstance(sessions.use(claims(), due + RENEWAL_S), Session)
        assert isinstance(sessions.use(claims(), due + RENEWAL_S + 1), Renewal)

    def test_leaves_the_old_token_valid(self) -> None:
        sessions = opened()
        renewal = sessions.use(claims(), START_S + 6 * 86_400)
        assert isinstance(renewal, Renewal)
        later = START_S + 12 * 86_400
        assert not isinstance(sessions.use(claims(), later), Refusal)
        assert not isinstance(sessions.use(renewal.claims, later), Refusal)

    def test_that_was_not_announced_is_offered_for_storing_until_it_is_stored(self) -> None:
        sessions = opened()
        assert sessions.unsaved() == []
        sessions.use(claims(), START_S + 10)
        assert sessions.unsaved() == [record(last_used_s=START_S + 10)]
        sessions.stored(sessions.unsaved())
        assert sessions.unsaved() == []
        sessions.revoke("one")
        assert sessions.unsaved() == [record(last_used_s=START_S + 10, dead=True)]


class TestDeath:
    def test_an_expiry_is_reported_until_it_is_stored(self) -> None:
        sessions = opened()
        dead_s = START_S + LIFETIME_S + 1
        first, second = sessions.use(claims(), dead_s), sessions.use(claims(), dead_s)
        assert first == second == Refusal("one", record(dead=True))
        sessions.stored([record(dead=True)])
        assert sessions.use(claims(), dead_s) == Refusal("one", None)

    def test_an_expired_session_stays_dead_when_a_crash_takes_the_clock_back(self) -> None:
        refusal = opened().use(claims(), START_S + LIFETIME_S + 1)
        assert isinstance(refusal, Refusal)
        assert refusal.record is not None
        after_crash = restored(refusal.record)
        assert after_crash.use(claims(), START_S + LIFETIME_S - 59) == Refusal("one", None)

    def test_a_fresher_token_does_not_revive_it(self) -> None:
        sessions = restored(record(dead=True))
        assert sessions.use(claims(issued_s=START_S + 5), START_S + 5) == Refusal("one", None)

    def test_a_revoked_session_is_refused_at_once_and_for_ever(self) -> None:
        sessions = opened()
        assert sessions.revoke("one") == record(dead=True)
        assert sessions.use(claims(), START_S) == Refusal("one", record(dead=True))
        assert sessions.revoke("one") == record(dead=True)
        assert restored(record(dead=True)).use(claims(), START_S) == Refusal("one", None)

    def test_revoking_what_never_was_is_our_own_mistake(self) -> None:
        with pytest.raises(KeyError):
            Sessions().revoke("never")


class TestAnUnknownWellSignedSession:
    def test_is_taken_in_and_recorded(self) -> None:
        sessions = Sessions()
        taken = sessions.use(claims(role=Role.DISPLAY), START_S + 10)
        assert isinstance(taken, Renewal)
        assert taken.record == msgspec.structs.replace(record(last_used_s=START_S + 10), role=Role.DISPLAY)
        assert isinstance(sessions.use(claims(role=Role.DISPLAY), START_S + 11), Session)

    def test_is_taken_in_when_the_older_clock_lies_before_its_issue(self) -> None:
        assert isinstance(Sessions().use(claims(), START_S - 5_000_000), Renewal)

    def test_is_refused_for_ever_seven_days_after_its_issue(self) -> None:
        assert isinstance(Sessions().use(claims(), START_S + LIFETIME_S), Renewal)
        sessions = Sessions()
        refusal = sessions.use(claims(), START_S + LIFETIME_S + 1)
        assert refusal == Refusal("one", record(dead=True))
        assert isinstance(sessions.use(claims(), START_S + LIFETIME_S), Refusal)
        assert sessions.unsaved() == [record(dead=True)]


class ALongLife(RuleBasedStateMachine):
    """Clients and a caller that keeps the rules: deaths stored before the answer, the rest each minute.

    `true_s` is time as it really passed; `now_s`, service seconds, falls behind it with each crash.
    """

    def __init__(self) -> None:
        super().__init__()
        self.true_s = self.now_s = self.stored_clock_s = START_S
        self.disk: dict[str, SessionRecord] = {}
        self.sessions = Sessions()
        self.refused: set[str] = set()
        self.revoked: set[str] = set()
        self.used_at_s: dict[str, int] = {}
        self.newest_token: dict[str, Claims] = {}

    tokens = Bundle("tokens")

    def store(self, *records: SessionRecord) -> None:
        self.disk.update({record.session_id: record for record in records})
        self.sessions.stored(records)

    @rule(target=tokens)
    def join(self) -> str:
        fresh = claims(f"session-{len(self.newest_token)}", self.now_s)
        self.disk[fresh.session_id] = session_record(fresh)
        self.sessions.restore([session_record(fresh)])
        self.newest_token[fresh.session_id] = fresh
        self.used_at_s[fresh.session_id] = self.true_s
        return fresh.session_id

    @rule(session_id=tokens)
    def use(self, session_id: str) -> None:
        answer = self.sessions.use(self.newest_token[session_id], self.now_s)
        if isinstance(answer, Refusal):
            if answer.record is not None:
                self.store(answer.record)
            unused_s = self.true_s - self.used_at_s[session_id]
            may_be_lost_s = RENEWAL_S + MINUTE_S
            dead = session_id in self.refused | self.revoked
            assert dead or unused_s > LIFETIME_S - may_be_lost_s, "a live session expired"
            self.refused.add(session_id)
            return
        assert session_id not in self.refused | self.revoked, "a dead session was revived"
        if isinstance(answer, Renewal):
            self.store(answer.record)
            self.newest_token[session_id] = answer.claims
        self.used_at_s[session_id] = self.true_s

    @rule(session_id=tokens)
    def leave(self, session_id: str) -> None:
        self.store(self.sessions.revoke(session_id))
        self.revoked.add(session_id)

    @rule(
        seconds=st.one_of(
            st.integers(0, 200),
            st.integers(0, 9 * 86_400),
            st.integers(LIFETIME_S - 100, LIFETIME_S + 100),
        ),
        since_minute_s=st.integers(0, MINUTE_S),
    )
    def time_passes(self, seconds: int, since_minute_s: int) -> None:
        self.true_s += seconds
        self.now_s += seconds
        if self.now_s - self.stored_clock_s > MINUTE_S:
            self.stored_clock_s = self.now_s - min(since_minute_s, seconds)
            self.store(*self.sessions.unsaved())

    @rule()
    def restart(self) -> None:
        self.store(*self.sessions.unsaved())
        self.stored_clock_s = self.now_s
        self.crash()

    @rule()
    def crash(self) -> None:
        self.now_s = self.stored_clock_s
        self.sessions = restored(*self.disk.values())

    @invariant()
    def the_clock_lost_at_most_a_minute(self) -> None:
        assert self.now_s - self.stored_clock_s <= MINUTE_S


TestALongLife = ALongLife.TestCase
TestALongLife.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
