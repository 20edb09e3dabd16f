"""Team scores. OpenLifter counts none, so this goes by the book of the IPF."""

from __future__ import annotations

from collections.abc import Iterable

from appliance.boards.model import TeamScore
from appliance.powerlifting.model import Entry
from appliance.powerlifting.placing import Ranking

SCORES = (12, 9, 8, 7, 6, 5, 4, 3, 2, 1)
"""For the first ten places of a category; each place after them scores 1 (IPF technical rules, team points)."""

COUNTING = 5
"""The five best scores of a team count (IPF technical rules: the top five performances)."""


def score_of(position: int) -> int:
    """The score for a place, from 1."""
    return SCORES[position - 1] if position <= len(SCORES) else SCORES[-1]


def team_scores(rankings: Iterable[Ranking]) -> list[TeamScore]:
    """The teams, best first; teams with the same score have the same place, in the order of their names.

    Who stands in several categories counts once, with the best score; guests and who has no total do not count. Of two
    teams with the same score the one with more first places comes first, then more seconds and so on, as by the IPF.
    """
    best: dict[int, tuple[int, Entry]] = {}
    for ranking in rankings:
        for position, placed in enumerate(ranking.placed, start=1):
            entry = placed.entry
            if not placed.total_kg or not entry.team or entry.guest:
                continue
            score = score_of(position)
            known = best.get(entry.id)
            if known is None or score > known[0]:
                best[entry.id] = (score, entry)
    teams: dict[str, list[tuple[int, Entry]]] = {}
    for score, entry in best.values():
        if team := entry.team.strip():
            teams.setdefault(team, []).append((score, entry))
    results = []
    for team, scorers in teams.items():
        counting = sorted(scorers, key=lambda each: (-each[0], each[1].name))[:COUNTING]
        scores = tuple(score for score, _ in counting)
        results.append((-sum(scores), tuple(-score for score in scores), team, counting))
    results.sort(key=lambda each: each[:3])
    placed_teams: list[TeamScore] = []
    for position, (total, scores, team, counting) in enumerate(results, start=1):
        same = position > 1 and results[position - 2][:2] == (total, scores)
        place = placed_teams[-1].place if same else position
        placed_teams.append(TeamScore(place, team, -total, tuple((entry.name, score) for score, entry in counting)))
    return placed_teams
