"""Three short fault plans; the long run is `make fault-plans`. And the reckoning notices what it is there for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.jumping_clock import can_jump
from tests.faults.plan import Fault, Kind, Plan
from tests.faults.plans import row, summary
from tests.faults.trial import Outcome, carry_out

PLANS = (
    Plan(
        1,
        300,
        0.02,
        0.02,
        (Fault(Kind.CUT, 60, "Desk", 0.1), Fault(Kind.POWER_CUT, 150, where=0.5), Fault(Kind.EMPTIED, 270)),
    ),
    Plan(
        2,
        300,
        0.0,
        0.0,
        (
            Fault(Kind.COPIED, 50),
            Fault(Kind.FROZEN, 100, lasts_s=0.3),
            Fault(Kind.HALF_OPEN_THERE, 150, "Jury", 0.1),
            Fault(Kind.OLD_COPY, 270),
        ),
    ),
    Plan(
        3,
        300,
        0.0,
        0.05,
        (
            Fault(Kind.COPIED, 50),
            Fault(Kind.MUTE, 60, "Platform 1", 0.2),
            Fault(Kind.DEAF, 80, "Weigh-in", 0.2),
            *((Fault(Kind.CLOCK, 150, years=-5.0),) if can_jump() else ()),
            Fault(Kind.OLD_SNAPSHOT, 270),
        ),
    ),
)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.seed)
async def test_a_short_plan(plan: Plan, tmp_path: Path) -> None:
    outcome = await carry_out(plan, tmp_path, give_up_s=50.0)
    assert not outcome.problems, row(outcome)
    assert outcome.injected == tuple(fault.kind for fault in plan.faults)
    assert outcome.acked + outcome.rejected == plan.updates
    assert outcome.lost == 0
    assert 0 < outcome.converged_s < 50


def test_the_table_names_the_seeds_that_failed_and_says_why() -> None:
    good = Outcome(PLANS[0], ("killed",), acked=290, rejected=10, lost=0, diverged=0, converged_s=1.5, problems=())
    bad = Outcome(PLANS[2], ("emptied",), 280, 20, 3, 1, float("nan"), ("3 acknowledged updates are lost",))
    assert row(bad).splitlines()[-1].split(maxsplit=1) == ["FAILED", "3 acknowledged updates are lost"]
    assert summary([good, bad]).splitlines() == [
        "2 plans, 1 failed: seeds 3",
        "570 updates acknowledged, 30 rejected, 3 lost, 1 divergences repaired",
        "faults: 1 killed, 1 emptied",
        "from the server's start to all converged: median 1.50 s, longest 1.50 s",
    ]
