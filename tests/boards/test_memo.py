"""What was worked out for a lifter."""

from __future__ import annotations

from msgspec import structs

from appliance.boards.memo import Memo
from appliance.powerlifting.model import Entry

ANN = Entry(id=1, name="Ann")


def test_an_answer_is_worked_out_once_for_a_lifter_who_stays_the_same() -> None:
    memo = Memo()
    memo.keep(ANN)
    asked: list[str] = []
    for _ in range(2):
        assert memo.ask(ANN, "name", lambda: asked.append("once") or ANN.name) == "Ann"  # type: ignore[func-returns-value]
    assert asked == ["once"]


def test_who_has_changed_is_asked_again() -> None:
    memo = Memo()
    memo.keep(ANN)
    memo.ask(ANN, "name", lambda: "Ann")
    beth = structs.replace(ANN, name="Beth")
    memo.keep(beth)
    assert memo.ask(beth, "name", lambda: "Beth") == "Beth"


def test_a_lifter_as_it_would_be_is_not_mistaken_for_the_one_who_is() -> None:
    memo = Memo()
    memo.keep(ANN)
    memo.of(ANN).answers["name"] = "Ann"
    would_be = structs.replace(ANN, name="Beth")
    assert memo.ask(would_be, "name", lambda: "Beth") == "Beth"
    assert memo.ask(ANN, "name", lambda: "?") == "Ann"


def test_nothing_is_kept_of_who_is_gone() -> None:
    memo = Memo()
    memo.keep(ANN)
    memo.of(ANN).answers["name"] = "Ann"
    memo.drop(ANN)
    assert memo.of(ANN).answers == {}
