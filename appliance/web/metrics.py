"""``GET /metrics``: which number of which room is shown under which name."""

from __future__ import annotations

from aiohttp import hdrs, web

from appliance.discovery.advertiser import Advertiser
from appliance.discovery.browser import Browser
from appliance.live.doors import Doors
from appliance.live.meets import Meets
from appliance.publishing.outbox import Outbox
from appliance.service import metrics
from appliance.service.loop_lag import LoopLag
from appliance.service.metrics import Metrics
from appliance.service.warnings import CATALOGUE, WarningBoard
from appliance.storage.journal import Journal
from appliance.upkeep.keeper import SnapshotKeeper
from appliance.upkeep.self_check import SelfCheck


class MetricsPage:
    """The handler."""

    def __init__(self, measured: Metrics) -> None:
        self._measured = measured

    async def serve(self, _request: web.Request) -> web.Response:
        """Everything as it is now, in Prometheus' text format."""
        headers = {hdrs.CONTENT_TYPE: metrics.CONTENT_TYPE, hdrs.CACHE_CONTROL: "no-store"}
        return web.Response(body=self._measured.exposition(), headers=headers)


def measured(
    doors: Doors,
    meets: Meets,
    journal: Journal,
    keeper: SnapshotKeeper,
    self_check: SelfCheck,
    outbox: Outbox,
    advertiser: Advertiser,
    browser: Browser,
    board: WarningBoard,
    lag: LoopLag,
    unsafe_shutdowns: int,
) -> Metrics:
    """The table of everything that is measured, a paragraph for each room. A new room gets its own here."""
    table = Metrics()
    _live(table, doors, meets)
    _storage(table, journal, unsafe_shutdowns)
    _upkeep(table, keeper, self_check)
    _publishing(table, outbox)
    _discovery(table, advertiser, browser)
    _service(table, board, lag)
    return table


def _live(table: Metrics, doors: Doors, meets: Meets) -> None:
    table.gauge("connections", "Sockets that are open now.", lambda: doors.inside)
    table.counter("connections_opened", "Sockets that were opened.", lambda: doors.let_in)
    table.gauge("send_queue_bytes", "Bytes that wait to be sent, on all sockets.", lambda: doors.waiting_bytes)
    table.gauge("meets", "Meets on this appliance.", lambda: len(meets.hubs))
    table.gauge("clients", "Clients that take part in a meet now.", lambda: sum(len(h.present()) for h in meets.hubs))
    table.gauge("inbox_messages", "Messages that wait for a decision.", lambda: sum(h.waiting for h in meets.hubs))
    table.counter(
        "updates_accepted",
        "Updates that got a number and are on disk.",
        lambda: sum(hub.traffic.accepted for hub in meets.hubs),
    )
    table.counter(
        "updates_rejected",
        "Updates that were refused for good: a conflict, or a value that cannot be.",
        lambda: sum(hub.traffic.rejected for hub in meets.hubs),
    )
    table.counter(
        "updates_relayed",
        "Updates as they were sent on to the other clients, each once for each of them.",
        lambda: sum(hub.traffic.relayed for hub in meets.hubs),
    )
    table.histogram(
        "ack_seconds",
        "From a message with updates to its answer.",
        lambda: [hub.traffic.answers for hub in meets.hubs],
    )
    table.gauge("viewers", "Displays that look at a board.", lambda: sum(feed.viewers for feed in meets.feeds))
    table.histogram(
        "board_seconds",
        "Working out and encoding one board that has changed, for all who look at it.",
        lambda: [feed.computing for feed in meets.feeds],
    )
    table.counter("board_frames", "Boards that were sent to displays.", lambda: sum(feed.sent for feed in meets.feeds))
    table.gauge(
        "recovering_meets",
        "Meets that are getting lost state back.",
        lambda: sum(hub.recovery.running for hub in meets.hubs),
    )
    table.counter(
        "recovered_updates",
        "Updates that came back from clients.",
        lambda: sum(hub.recovery.recovered for hub in meets.hubs),
    )
    table.counter(
        "recovery_inconsistencies",
        "Times that two clients differed about one number.",
        lambda: sum(hub.recovery.inconsistencies for hub in meets.hubs),
    )
    table.counter(
        "diverged",
        "Times that a client noticed that its state was not the appliance's.",
        lambda: sum(hub.diverged for hub in meets.hubs),
    )
    table.counter(
        "recovery_refused",
        "Updates of late comers that had to give way.",
        lambda: sum(hub.recovery.refused for hub in meets.hubs),
    )


def _storage(table: Metrics, journal: Journal, unsafe_shutdowns: int) -> None:
    table.histogram("commit_seconds", "Transactions, with the sync of the disk.", lambda: [journal.durations])
    table.counter("commands_stored", "Commands that are on disk.", lambda: journal.commands)
    table.counter("commits_failed", "Transactions that the disk refused.", lambda: journal.failures)
    table.gauge("journal_queue", "Commands that wait for the writer.", lambda: journal.waiting)
    table.counter("unsafe_shutdowns", "Times that the appliance ended without being stopped.", lambda: unsafe_shutdowns)


def _upkeep(table: Metrics, keeper: SnapshotKeeper, self_check: SelfCheck) -> None:
    table.counter("snapshots_taken", "Snapshots that were taken.", lambda: keeper.taken)
    table.counter("snapshots_failed", "Snapshots that could not be taken.", lambda: keeper.failed)
    table.gauge(
        "snapshot_age_seconds",
        "Seconds of service since the newest snapshot was taken; one is taken only if something has changed.",
        lambda: keeper.age_s,
    )
    table.counter("self_checks", "Self-checks.", lambda: self_check.report.runs)
    table.counter("self_check_problems", "Problems that self-checks found.", lambda: self_check.report.found)


def _publishing(table: Metrics, outbox: Outbox) -> None:
    table.gauge("results_queued", "Results that wait to be sent, or are on their way.", lambda: outbox.depth)
    table.gauge("results_failed", "Results that failed, and wait for somebody.", lambda: outbox.failed)
    table.counter("results_sent", "Results that were sent.", lambda: outbox.sent)
    table.counter("result_tries_failed", "Tries to send results that came to nothing.", lambda: outbox.tries_failed)


def _discovery(table: Metrics, advertiser: Advertiser, browser: Browser) -> None:
    table.gauge(
        "announced", "1 while the appliance has a name on the network.", lambda: float(advertiser.hostname is not None)
    )
    table.gauge("other_appliances", "Other appliances that are seen on the network.", lambda: len(browser.seen))


def _service(table: Metrics, board: WarningBoard, lag: LoopLag) -> None:
    table.histogram("event_loop_lag_seconds", "How late the event loop is, once a second.", lambda: [lag.lags])
    table.gauge("event_loop_lag_newest_seconds", "How late it was the last time.", lambda: lag.newest_s)
    table.gauges(
        "warning", "1 for each warning that holds now, see docs/warnings.md.", "name", lambda: _warnings(board)
    )


def _warnings(board: WarningBoard) -> dict[str, float]:
    active = {warning.name for warning in board.active}
    return {warning.name: float(warning.name in active) for warning in CATALOGUE}
