"""The table says what holds. That each row can be set from everywhere is in test_settings.py."""

from __future__ import annotations

from appliance.service.setting_table import SETTINGS
from appliance.service.settings import Settings


def test_no_two_settings_have_one_place() -> None:
    assert len({(setting.section, setting.key) for setting in SETTINGS}) == len(SETTINGS)
    assert len({setting.variable for setting in SETTINGS}) == len(SETTINGS)


def test_the_table_states_the_defaults_that_hold() -> None:
    for setting in SETTINGS:
        # What stands there is no value where it depends on the machine, or where there is none.
        if getattr(Settings(), setting.name) is not None and setting.name != "data_dir" and setting.name != "host":
            assert setting.parse(setting.default) == getattr(Settings(), setting.name)
