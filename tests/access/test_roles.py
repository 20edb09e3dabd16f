"""Roles: what a session may do."""

from __future__ import annotations

from appliance.access.roles import Role


def test_a_table_writes_and_a_display_only_reads() -> None:
    assert Role.TABLE.may_write
    assert not Role.DISPLAY.may_write


def test_an_operator_and_who_looks_after_the_screens_take_part_in_no_meet() -> None:
    assert not Role.OPERATOR.may_write
    assert not Role.DESK.may_write


def test_roles_are_stored_and_signed_by_these_names() -> None:
    assert [role.value for role in Role] == ["table", "display", "operator", "desk"]
