"""What a publication is, and which of a meet's count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance.meet.records import Publication
from appliance.publishing import model
from appliance.publishing.model import Copy, State
from tests.publishing.hall import CORRECTED, CSV, CUP, DIRECTOR

A, B = CSV.encode(), CORRECTED.encode()


def published(known: list[Publication], csv: bytes, email: str = "") -> Publication:
    """Publish, and put what that changes into ``known``."""
    new, superseded = model.publish(known, CUP, email, csv, 0)
    for each in (new, *superseded):
        known[:] = [other for other in known if other.publication_id != each.publication_id] + [each]
    return new


def becomes(known: list[Publication], new: Publication) -> Publication:
    known[:] = [new if each.publication_id == new.publication_id else each for each in known]
    return new


def sent(known: list[Publication], publication: Publication) -> Publication:
    return becomes(known, model.sent(model.sending(publication), "250 OK"))


def state_of(known: list[Publication], csv: bytes) -> str:
    return next(e.state for e in known if e.publication_id == model.publication_id(CUP.meet_id, csv))


def test_the_same_results_have_the_same_id_and_others_another() -> None:
    assert model.publication_id("1", A) == model.publication_id("1", A)
    assert len({model.publication_id(meet, csv) for meet in ("1", "2") for csv in (A, B)}) == 4


def test_what_was_sent_is_not_sent_again() -> None:
    known: list[Publication] = []
    first = sent(known, published(known, A))
    assert published(known, A) == first


def test_other_results_take_the_place_of_those_that_wait() -> None:
    known: list[Publication] = []
    published(known, A)
    second = published(known, B)
    assert (state_of(known, A), second.edition) == ("cancelled", 2)
    assert not model.is_correction(second, known)
    assert model.newest(known, CUP.meet_id) == second


def test_other_results_than_those_that_were_sent_are_a_correction() -> None:
    known: list[Publication] = []
    sent(known, published(known, A))
    assert model.is_correction(published(known, B), known)
    assert state_of(known, A) == "sent"


def test_what_was_corrected_by_mistake_is_sent_again_as_a_correction_under_another_key() -> None:
    known: list[Publication] = []
    first = sent(known, published(known, A))
    sent(known, published(known, B))
    again = published(known, A)
    assert (again.publication_id, again.state, again.edition) == (first.publication_id, "queued", 3)
    assert model.key_of(again) != model.key_of(first)
    assert model.is_correction(again, known)
    assert model.newest(known, CUP.meet_id) == again


def test_a_correction_that_never_left_is_taken_back_by_publishing_the_first_again() -> None:
    known: list[Publication] = []
    first = sent(known, published(known, A))
    published(known, B)
    assert published(known, A) == first
    assert state_of(known, B) == "cancelled"
    assert model.newest(known, CUP.meet_id) == first


def test_what_may_have_arrived_counts_as_sent() -> None:
    known: list[Publication] = []
    becomes(known, model.uncertain(model.sending(published(known, A)), "cut off", 30))
    second = published(known, B)
    assert model.is_correction(second, known)
    doubted = next(each for each in known if each.publication_id != second.publication_id)
    assert doubted.state == State.CANCELLED
    assert "may have arrived" in doubted.last_error


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
def test_publishing_again_what_failed_or_was_cancelled_sends_it(state: State) -> None:
    known: list[Publication] = []
    first = becomes(known, replace(published(known, A), state=state, attempts=3, last_error="550"))
    again = published(known, A)
    assert (again.state, again.attempts, again.last_error, again.edition) == ("queued", 0, "", first.edition)


def test_another_return_address_for_what_is_sent_gets_its_copy() -> None:
    known: list[Publication] = []
    first = sent(known, published(known, A, "typo@club.example"))
    assert first.copy == Copy.DUE
    becomes(known, replace(first, copy=Copy.SENT))
    assert published(known, A, "typo@club.example").copy == Copy.SENT
    again = published(known, A, DIRECTOR)
    assert (again.state, again.copy, again.return_email) == ("sent", "due", DIRECTOR)


def test_a_doubt_that_was_not_cleared_is_in_the_receipt() -> None:
    known: list[Publication] = []
    doubtful = model.uncertain(model.sending(published(known, A)), "cut off", 30)
    assert "may have arrived too" in model.sent(doubtful, "250 OK").receipt
    found = model.sent(doubtful, "#12", found=True)
    assert (found.receipt, found.doubtful) == ("#12", False)


def test_the_wire_has_no_word_for_what_was_cancelled() -> None:
    known: list[Publication] = []
    publication = published(known, A)
    told = [model.told_state(replace(publication, state=state)) for state in State]
    assert told == ["queued", "sending", "sent", "failed", "failed"]


@pytest.mark.parametrize("text", ["a@b.example", "anna.o'neil+cup@mail.club.example"])
def test_addresses(text: str) -> None:
    assert model.is_address(text)


@pytest.mark.parametrize(
    "text", ["", "a", "a@", "@b", "a b@c", "a@b\n", "a@b\r\nBcc: x@y", "ä@b", "a@b@c", "a@" + "b" * 300]
)
def test_what_is_no_address(text: str) -> None:
    assert not model.is_address(text)


steps = st.lists(
    st.tuples(
        st.sampled_from(["publish", "send", "fail", "refuse", "doubt", "cancel"]), st.sampled_from([A, B, A + B])
    ),
    max_size=14,
)


@given(steps)
def test_whatever_happens_no_key_is_sent_twice_and_at_most_one_waits(steps: list[tuple[str, bytes]]) -> None:
    known: list[Publication] = []
    keys: list[str] = []
    for step, csv in steps:
        if step == "publish":
            newest = published(known, csv)
            assert model.newest(known, CUP.meet_id) == newest
        waiting = [each for each in known if each.state == State.QUEUED]
        assert len(waiting) <= 1
        for each in waiting:
            if step == "send":
                keys.append(model.key_of(each))
                sent(known, each)
            elif step == "fail":
                becomes(known, model.unavailable(model.sending(each), "451", 30, 0))
            elif step == "refuse":
                becomes(known, model.refused(model.sending(each), "550"))
            elif step == "doubt":
                becomes(known, model.uncertain(model.sending(each), "cut off", 30))
            elif step == "cancel":
                becomes(known, model.cancelled(each, "by the operator"))
    assert len(keys) == len(set(keys))
    assert len({each.edition for each in known}) == len(known)
