"""Carry out fault plans, and print how each went: ``python -m tests.faults.plans --plans 200 --seed 1``.

A plan is its seed: one that failed is carried out again by ``--plans 1 --seed`` and the seed that the table shows.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.faults.jumping_clock import can_jump
from tests.faults.plan import DAMAGE, Kind, draw
from tests.faults.trial import Outcome, carry_out

UPDATES = 5000


def row(outcome: Outcome) -> str:
    """One line of the table, and one more for each problem."""
    faults = ", ".join(outcome.injected)
    cells = f"{outcome.plan.seed:>8} {outcome.acked:>7} {outcome.rejected:>9} {outcome.lost:>5} {outcome.diverged:>9}"
    lines = [f"{cells} {outcome.converged_s:>10.2f}  {faults}"]
    return "\n".join([*lines, *(f"{'':>8} FAILED {problem}" for problem in outcome.problems)])


HEAD = f"{'seed':>8} {'acked':>7} {'rejected':>9} {'lost':>5} {'diverged':>9} {'converged':>10}  faults"


def summary(outcomes: list[Outcome]) -> str:
    """The totals."""
    failed = [str(outcome.plan.seed) for outcome in outcomes if outcome.problems]
    times = [outcome.converged_s for outcome in outcomes if not outcome.problems]
    faults = Counter(kind for outcome in outcomes for kind in outcome.injected)
    lines = [
        f"{len(outcomes)} plans, {len(failed)} failed{': seeds ' + ', '.join(failed) if failed else ''}",
        f"{sum(outcome.acked for outcome in outcomes)} updates acknowledged, "
        f"{sum(outcome.rejected for outcome in outcomes)} rejected, {sum(outcome.lost for outcome in outcomes)} lost, "
        f"{sum(outcome.diverged for outcome in outcomes)} divergences repaired",
        "faults: " + ", ".join(f"{count} {kind}" for kind, count in faults.most_common()),
    ]
    if times:
        median, longest = statistics.median(times), max(times)
        lines.append(f"from the server's start to all converged: median {median:.2f} s, longest {longest:.2f} s")
    return "\n".join(lines)


def main() -> int:
    """Returns 1 if a plan failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.plans", description=__doc__.splitlines()[0])
    parser.add_argument("--plans", type=int, default=20, help="how many (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the first one; the others follow (%(default)s)")
    parser.add_argument("--updates", type=int, default=UPDATES, help="in each plan, at least 100 (%(default)s)")
    parser.add_argument("--damage", action="store_true", help="truncate and damage the database file, too")
    given = parser.parse_args()
    without = set() if given.damage else set(DAMAGE)
    if not can_jump():
        without.add(Kind.CLOCK)
        print("There is no C compiler (cc) here, so the clock does not jump.")
    print(HEAD, flush=True)
    outcomes = []
    for seed in range(given.seed, given.seed + given.plans):
        with tempfile.TemporaryDirectory(prefix="fault-plan-") as directory:
            plan = draw(seed, given.updates, without=without)
            outcomes.append(asyncio.run(carry_out(plan, Path(directory))))
        print(row(outcomes[-1]), flush=True)
    print(summary(outcomes))
    return 1 if any(outcome.problems for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
