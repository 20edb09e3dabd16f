"""The table of sessions: which are live, which are dead for ever, and what has to be stored about them.

Time here is *service seconds*: how long the service has been running in all its life, counted by the
monotonic clock and stored every minute. The wall clock is never asked, so its jumps neither expire a session
nor revive one. The price is that a crash takes up to a minute of service seconds back: a session that was
refused as expired could look live again. Hence every death is stored before anybody is told of it.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from appliance.access.roles import Role
from appliance.access.tokens import Claims
from appliance.meet.records import SessionRecord

LIFETIME_S = 7 * 24 * 3600
"""A session expires after this many service seconds without use (section 4)."""

RENEWAL_S = 3600
"""Using a session renews it at once in memory; it is announced and stored this often at most."""


class Session(msgspec.Struct, gc=False):
    """A session in the table. To be read by others, changed only by `Sessions`."""

    session_id: str
    meet_id: str
    client_id: str
    location_name: str
    role: Role
    last_used_s: int
    announced_s: int
    dead: bool = False


class Renewal(msgspec.Struct, frozen=True):
    """The session is live, and its longer life is due to be told.

    Store `record`, and send `SESSION_RENEWED` with a token for `claims`. These are issued anew, so that a
    table that does not know the session, in an older database that was restored, still sees it as recently
    used.
    """

    session: Session
    claims: Claims
    record: SessionRecord


class Refusal(msgspec.Struct, frozen=True):
    """The session expired or was revoked: `INVALID_SESSION`.

    If there is a `record`, the death is not yet known to be stored: store it, call `Sessions.stored`, and
    answer only then.
    """

    session_id: str
    record: SessionRecord | None


class Sessions:
    """All sessions of the appliance, by session id.

    Dead sessions are kept: their tokens are well signed, and an unknown session with such a token would be
    taken.
    """

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._stored: dict[str, SessionRecord] = {}

    def restore(self, records: Iterable[SessionRecord]) -> None:
        """Take up sessions as they are on disk: all of them at the start, each new one when it is stored."""
        for record in records:
            self._stored[record.session_id] = record
            self._sessions[record.session_id] = Session(
                session_id=record.session_id,
                meet_id=record.meet_id,
                client_id=record.client_id,
                location_name=record.location_name,
                role=Role(record.role),
                last_used_s=record.last_used_s,
                announced_s=record.last_used_s,
                dead=record.dead,
            )

    def forget(self) -> None:
        """Know no session any more: another database takes the place of the one they were stored in."""
        self._sessions.clear()
        self._stored.clear()

    def use(self, claims: Claims, now_s: int) -> Session | Renewal | Refusal:
        """Use the session of a well-signed token, which renews it.

        The ordinary answer is the live `Session` itself. The claims must come from `TokenSigner.read`.
        """
        session = self._sessions.get(claims.session_id)
        if session is None:
            return self._take_in(claims, now_s)
        if not session.dead and now_s - session.last_used_s > LIFETIME_S:
            session.dead = True
        if session.dead:
            return self._refusal(session)
        if now_s > session.last_used_s:
            session.last_used_s = now_s
            if now_s - session.announced_s > RENEWAL_S:
                return _renewal(session)
        return session

    def revoke(self, session_id: str) -> SessionRecord:
        """End a session for ever; the record is to be stored. Revoking a dead one again changes nothing.

        Raises:
            KeyError: there is no such session.
        """
        session = self._sessions[session_id]
        session.dead = True
        return _record(session)

    def unsaved(self) -> list[SessionRecord]:
        """Every session of which more is known than is stored.

        To be stored together with the service seconds, each minute and when the service stops: then a restart
        shortens no session's life by the uses that were not announced.
        """
        return [_record(session) for session in self._sessions.values() if not self._is_stored(session)]

    def stored(self, records: Iterable[SessionRecord]) -> None:
        """Take note that these records, in the order in which they were made, are on disk."""
        for record in records:
            self._stored[record.session_id] = record

    def _take_in(self, claims: Claims, now_s: int) -> Renewal | Refusal:
        """A well-signed session that is not in the table, as after an older database was restored."""
        if now_s - claims.issued_s > LIFETIME_S:
            session = self._add(claims, claims.issued_s)
            session.dead = True
            return self._refusal(session)
        return _renewal(self._add(claims, now_s))

    def _add(self, claims: Claims, used_s: int) -> Session:
        session = Session(
            session_id=claims.session_id,
            meet_id=claims.meet_id,
            client_id=claims.client_id,
            location_name=claims.location_name,
            role=claims.role,
            last_used_s=used_s,
            announced_s=used_s,
        )
        self._sessions[claims.session_id] = session
        return session

    def _refusal(self, session: Session) -> Refusal:
        return Refusal(session.session_id, None if self._is_stored(session) else _record(session))

    def _is_stored(self, session: Session) -> bool:
        stored = self._stored.get(session.session_id)
        if stored is None or stored.dead != session.dead:
            return False
        return session.dead or stored.last_used_s == session.last_used_s


def session_record(claims: Claims) -> SessionRecord:
    """The session that a client has just been admitted to, as it is to be stored."""
    return SessionRecord(
        session_id=claims.session_id,
        meet_id=claims.meet_id,
        client_id=claims.client_id,
        location_name=claims.location_name,
        role=claims.role,
        last_used_s=claims.issued_s,
    )


def expires_in_s(session: Session, now_s: int) -> int:
    """Service seconds until the session expires if it is not used again; 0 for a dead one."""
    if session.dead:
        return 0
    # After a crash the last use may lie ahead of the clock.
    return max(0, min(LIFETIME_S, session.last_used_s + LIFETIME_S - now_s))


def _renewal(session: Session) -> Renewal:
    session.announced_s = session.last_used_s
    record = _record(session)
    claims = Claims(
        session_id=session.session_id,
        meet_id=session.meet_id,
        client_id=session.client_id,
        location_name=session.location_name,
        role=session.role,
        issued_s=session.last_used_s,
    )
    return Renewal(session, claims, record)


def _record(session: Session) -> SessionRecord:
    return SessionRecord(
        session_id=session.session_id,
        meet_id=session.meet_id,
        client_id=session.client_id,
        location_name=session.location_name,
        role=session.role,
        last_used_s=session.last_used_s,
        dead=session.dead,
    )
