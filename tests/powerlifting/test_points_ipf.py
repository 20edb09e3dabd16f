"""The formulas of the IPF. Every recorded answer is in test_points."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from appliance.powerlifting.points_ipf import ipf_gl_points, ipf_points
from appliance.powerlifting.words import Equipment, Event, Sex

EquippedFormula = Callable[[Sex, Equipment, Event, float, float], float]


def test_gl_points_of_the_examples_that_the_ipf_published() -> None:
    # Dmitry Inzarkin, World Open Men's Championships 2019.
    inzarkin = ipf_gl_points(Sex.M, Equipment.SINGLE_PLY, Event.SBD, 92.04, 1035)
    assert inzarkin == pytest.approx(112.85, abs=0.005)
    # Susanna Törrönen, World Open Classic Bench Press Championships 2019.
    torronen = ipf_gl_points(Sex.F, Equipment.SLEEVES, Event.B, 70.5, 122.5)
    assert torronen == pytest.approx(96.78, abs=0.005)


def test_ipf_points_of_another_implementation() -> None:
    # From the examples of the npm package "wilks": 123.45 lb with 1350.4 lb.
    points = ipf_points(Sex.F, Equipment.SLEEVES, Event.SBD, 123.45 / 2.2046226218, 1350.4 / 2.2046226218)
    assert points == pytest.approx(1145.88, abs=0.5)


@pytest.mark.parametrize("formula", [ipf_gl_points, ipf_points])
@pytest.mark.parametrize("event", [Event.SBD, Event.B])
def test_there_are_only_classic_and_equipped_lifters(formula: EquippedFormula, event: Event) -> None:
    by_equipment = [formula(Sex.F, equipment, event, 60.0, 400.0) for equipment in Equipment]
    classic, equipped = by_equipment[:3], by_equipment[3:]
    assert len(set(classic)) == len(set(equipped)) == 1
    assert classic[0] > equipped[0] > 0


def test_events_without_constants_give_no_points() -> None:
    gl = {event for event in Event if ipf_gl_points(Sex.M, Equipment.SLEEVES, event, 80, 600) > 0}
    ipf = {event for event in Event if ipf_points(Sex.M, Equipment.SLEEVES, event, 80, 600) > 0}
    assert gl == {Event.SBD, Event.B}
    assert ipf == {Event.SBD, Event.S, Event.B, Event.D}


def test_below_40_kg_there_are_no_points() -> None:
    assert ipf_gl_points(Sex.F, Equipment.SLEEVES, Event.SBD, 39.99, 200) == 0
    assert ipf_gl_points(Sex.F, Equipment.SLEEVES, Event.SBD, 40, 200) > 0
    assert ipf_points(Sex.F, Equipment.SLEEVES, Event.SBD, 39.99, 200) == 0
    assert ipf_points(Sex.F, Equipment.SLEEVES, Event.SBD, 40, 200) > 0


def test_a_total_far_below_the_average_gives_nothing_rather_than_a_debt() -> None:
    assert ipf_points(Sex.M, Equipment.SLEEVES, Event.SBD, 120, 50) == 0
