"""Session tokens: signed claims, and nothing but what was signed is ever read."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.access.roles import Role
from appliance.access.tokens import MAX_TOKEN_LENGTH, Claims, TokenSigner, new_session_id
from appliance.protocol.words import MAX_CLIENT_ID, MAX_LOCATION_NAME

KEY = bytes(range(32))
SIGNER = TokenSigner(KEY)
CLAIMS = Claims("s" * 22, "123456789", "tab-1", "Platform 1", Role.TABLE, 86_400)
TOKEN = SIGNER.sign(CLAIMS)

some_text = st.text(st.characters(exclude_categories=["Cs"]))
some_claims = st.builds(
    Claims,
    session_id=st.text("abcXYZ019_-", min_size=22, max_size=22),
    meet_id=st.from_regex(r"[0-9]{9}", fullmatch=True),
    client_id=some_text.map(lambda text: text[:MAX_CLIENT_ID]),
    location_name=some_text.map(lambda text: text[:MAX_LOCATION_NAME]),
    role=st.sampled_from(Role),
    issued_s=st.integers(0, 2**53),
)


@given(some_claims)
def test_what_was_signed_is_read_back(claims: Claims) -> None:
    assert SIGNER.read(SIGNER.sign(claims)) == claims


@given(some_claims)
def test_a_token_is_url_safe_and_carries_its_version(claims: Claims) -> None:
    assert re.fullmatch(r"ol1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}", SIGNER.sign(claims))


def test_the_longest_names_of_the_protocol_fit_into_a_token() -> None:
    longest = msgspec.structs.replace(
        CLAIMS,
        client_id="\U0001f3cb" * MAX_CLIENT_ID,
        location_name="\U0001f3cb" * MAX_LOCATION_NAME,
        issued_s=2**53,
    )
    assert SIGNER.read(SIGNER.sign(longest)) == longest


def test_claims_that_could_not_be_read_back_are_not_signed() -> None:
    with pytest.raises(ValueError, match="at most 1024 characters"):
        SIGNER.sign(msgspec.structs.replace(CLAIMS, client_id="c" * MAX_TOKEN_LENGTH))


class TestForgedTokensAreRefused:
    def test_each_single_changed_character(self) -> None:
        for position, character in enumerate(TOKEN):
            for other in "AQgw.-_=\n é":
                if other != character:
                    assert SIGNER.read(TOKEN[:position] + other + TOKEN[position + 1 :]) is None

    def test_every_other_spelling_of_the_last_character(self) -> None:
        # Its lowest bits do not count in base64, so a lax reader takes several.
        for code in range(128):
            if chr(code) != TOKEN[-1]:
                assert SIGNER.read(TOKEN[:-1] + chr(code)) is None

    @given(st.integers(0, len(TOKEN)), st.integers(0, len(TOKEN)), st.text(max_size=3))
    def test_any_cut_and_any_insertion(self, start: int, end: int, text: str) -> None:
        mutated = TOKEN[:start] + text + TOKEN[end:]
        if mutated != TOKEN:
            assert SIGNER.read(mutated) is None

    @given(st.text(st.characters(), max_size=MAX_TOKEN_LENGTH + 10))
    def test_any_text_at_all_lone_surrogates_included(self, text: str) -> None:
        assert SIGNER.read(text) is None
        assert SIGNER.read(f"ol1.{text}") is None

    def test_a_token_signed_with_another_key(self) -> None:
        assert TokenSigner(bytes(32)).read(TOKEN) is None

    def test_the_claims_of_one_token_under_the_signature_of_another(self) -> None:
        display = SIGNER.sign(msgspec.structs.replace(CLAIMS, role=Role.DISPLAY))
        assert SIGNER.read(TOKEN.rpartition(".")[0] + "." + display.rpartition(".")[2]) is None

    def test_a_text_that_is_too_long(self) -> None:
        assert SIGNER.read(TOKEN + "A" * 1_000_000) is None

    def test_a_well_signed_text_of_another_version_or_shape(self) -> None:
        for signed in (
            TOKEN.rpartition(".")[0].replace("ol1", "ol2"),
            "ol1.AAAA",
            "ol1.A",
            "ol1.",
            "ol1",
            "",
        ):
            assert SIGNER.read(f"{signed}.{SIGNER._signature(signed)}") is None


def test_a_short_key_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes, not 31"):
        TokenSigner(bytes(31))


def test_session_ids_are_unguessable_and_never_the_same() -> None:
    ids = {new_session_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", session_id) for session_id in ids)
