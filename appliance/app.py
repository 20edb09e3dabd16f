"""The composition root: builds every room, starts and stops them in order, and owns what runs."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from appliance import __version__
from appliance.access import signing_key
from appliance.access.passwords import Passwords
from appliance.access.sessions import Sessions
from appliance.access.tokens import TokenSigner
from appliance.live.meets import Meets
from appliance.live.stored import log_of
from appliance.meet.log import UnreadableLog
from appliance.service.clock import ServiceClock
from appliance.service.logging import get_logger
from appliance.service.settings import Settings
from appliance.storage.data_dir import DataDir
from appliance.storage.errors import StorageError
from appliance.storage.journal import Journal
from appliance.storage.loading import check, load_appliance, load_meets
from appliance.web.routes import make_web

SAVE_SESSIONS_S = 60.0

# The writer thread has to get the interpreter lock back some five times for each commit. A busy event loop gives it up
# when this interval has passed, but lets go and takes it again at each turn, which starts the wait anew: with the
# default of 5 ms a commit was seen to starve for seconds, with this it takes some milliseconds.
SWITCH_INTERVAL_S = 0.00005

# Sockets get this long to take their goodbye when the appliance stops.
SHUTDOWN_S = 5.0

_log = get_logger(__name__)


class Appliance:
    """A running appliance. Make one with `running`."""

    def __init__(self, meets: Meets, addresses: list[str]) -> None:
        self.meets = meets
        self.addresses = addresses

    @property
    def url(self) -> str:
        """Where a browser on this machine reaches it."""
        return self.addresses[0]


@asynccontextmanager
async def running(
    settings: Settings, passwords: Passwords | None = None, monotonic: Callable[[], float] = time.monotonic
) -> AsyncIterator[Appliance]:
    """The appliance, up while the context lasts.

    On leaving, clients are told to reconnect (1001), all that was accepted is on disk, the port is free.

    Args:
        settings: where to listen and where to keep the meets.
        passwords: how passwords are hashed, by default at full strength.
        monotonic: the seconds by which sessions age.

    Raises:
        StorageError: the data directory or the database cannot be used.
        SigningKeyDamaged: the file of the signing key holds no key.
        OSError: the port cannot be had.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    data_dir = DataDir.claim(settings.data_dir)
    try:
        signer = TokenSigner(signing_key.load_or_create(data_dir.signing_key))
        journal = Journal(data_dir.database)
        await journal.start()
        try:
            async with _serving(settings, journal, signer, passwords or Passwords(), monotonic) as appliance:
                yield appliance
        finally:
            await journal.stop()
    finally:
        data_dir.release()


@asynccontextmanager
async def _serving(
    settings: Settings, journal: Journal, signer: TokenSigner, passwords: Passwords, monotonic: Callable[[], float]
) -> AsyncIterator[Appliance]:
    facts = await journal.read(load_appliance)
    clock = ServiceClock(facts.service_seconds, monotonic)
    meets = Meets(journal, passwords, signer, Sessions(), clock)
    await _take_up(meets, journal)
    runner = web.AppRunner(make_web(meets, journal, settings.openlifter), shutdown_timeout=SHUTDOWN_S, access_log=None)
    await runner.setup()
    saving = asyncio.create_task(_save_sessions(meets), name="save sessions")
    try:
        site = web.TCPSite(runner, settings.host, settings.port)
        await site.start()
        addresses = list(dict.fromkeys(map(_url, runner.addresses)))
        _log.info("serving", version=__version__, addresses=addresses, data_dir=str(settings.data_dir))
        yield Appliance(meets, addresses)
    finally:
        saving.cancel()
        await asyncio.gather(saving, return_exceptions=True)
        await runner.cleanup()
        await meets.close()
        await _save_once(meets)
        passwords.close()
        _log.info("stopped")


async def _take_up(meets: Meets, journal: Journal) -> None:
    """Check what is on disk and open every meet; a damaged one can only be read until its clients have mended it."""
    problems = await journal.read(check)
    for stored in await journal.read(load_meets):
        meet_id = stored.meet.meet_id
        try:
            log = log_of(stored)
        except UnreadableLog as error:
            _log.error("meet_unreadable", meet_id=meet_id, what=str(error))
            continue
        wrong = [problem.what for problem in problems if problem.meet_id in (None, meet_id)]
        # What is wrong with the file as a whole no client can mend.
        recoverable = all(problem.meet_id is not None for problem in problems)
        if log.digest != stored.digest:
            wrong.append(f"the updates on disk have the digest {log.digest}, not {stored.digest}")
        for what in wrong:
            _log.error("log_damaged", meet_id=meet_id, what=what)
        meets.open(stored, log, "; ".join(wrong) or None, recoverable=recoverable)
        _log.info("meet_opened", meet_id=meet_id, last_server_seq=stored.last_server_seq)


async def _save_sessions(meets: Meets) -> None:
    while True:
        await asyncio.sleep(SAVE_SESSIONS_S)
        await _save_once(meets)


async def _save_once(meets: Meets) -> None:
    try:
        await meets.save_sessions()
    except StorageError as error:
        _log.warning("sessions_not_saved", reason=str(error))


def _url(address: tuple[str, int] | tuple[str, int, int, int]) -> str:
    host, port = address[0], address[1]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - only shown: it listens where the settings say
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
