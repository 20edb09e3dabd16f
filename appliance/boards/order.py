"""The lifting order of a platform: this round, the next, and whose next weight is not known."""

from __future__ import annotations

from appliance.boards.lifters import lifter_of
from appliance.boards.memo import Memo
from appliance.boards.model import Decision, MeetHead, OrderBoard
from appliance.boards.scene import Scene, next_round, queued, this_round
from appliance.powerlifting.model import Entry, Meet
from appliance.powerlifting.totals import COUNTING
from appliance.powerlifting.words import Lift, LiftStatus


def order_board(head: MeetHead, scene: Scene, meet: Meet, memo: Memo, decision: Decision | None) -> OrderBoard:
    """The board of a platform."""
    attempt = scene.order.attempt
    now = queued(scene, this_round(scene), attempt, 0)
    then = queued(scene, next_round(scene), attempt + 1, len(now))
    missing = [entry for entry in scene.in_order if _owes_a_weight(entry, scene.lifting.lift, attempt)]
    return OrderBoard(
        head,
        scene.progress,
        tuple(now),
        tuple(then),
        tuple(lifter_of(entry, meet, memo) for entry in missing),
        decision,
    )


def _owes_a_weight(entry: Entry, lift: Lift, attempt: int) -> bool:
    """Whether a lifter has taken this round's attempt and has not told the next one."""
    attempts = entry.attempts(lift)
    if attempt >= COUNTING or attempts.status[attempt - 1] is LiftStatus.NOT_TAKEN:
        return False
    return attempts.kg[attempt] == 0 and attempts.status[attempt] is LiftStatus.NOT_TAKEN
