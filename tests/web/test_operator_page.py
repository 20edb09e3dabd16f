"""The HTML of the operator page."""

from __future__ import annotations

import re
from pathlib import Path

from appliance.web import operator_page
from appliance.web.static_files import STATIC


def test_the_form_says_what_was_wrong_and_nothing_can_break_out_of_it() -> None:
    html = operator_page.sign_in("that is <b>not</b> it")
    assert "that is &lt;b&gt;not&lt;/b&gt; it" in html
    assert 'name="pin"' in html
    assert 'role="alert"' not in operator_page.sign_in()


def test_no_name_that_a_table_typed_in_can_end_the_data() -> None:
    html = operator_page.desk(operator_page.as_state({"name": "</script><script>alert(1)//"}))
    assert "alert(1)" in html
    assert "</script><script>" not in html


def test_it_asks_for_files_of_ours_only_and_they_are_there() -> None:
    for html in (operator_page.sign_in(), operator_page.desk(b"{}")):
        addresses = re.findall(r'(?:src|href)="([^"]+)"', html)
        assert addresses
        assert all(address.startswith("/static/") for address in addresses)
        assert all((STATIC / address.removeprefix("/static/")).is_file() for address in addresses)
        assert not re.search(r"<(script|style)>| on\w+=| style=", html)


def test_the_script_finds_every_element_it_looks_for() -> None:
    html = operator_page.desk(b"{}")
    script = Path(STATIC / "admin" / "operator.js").read_text()
    wanted = set(re.findall(r'(?:byId|button)\("([\w-]+)"\)', script))
    assert wanted <= set(re.findall(r'id="([\w-]+)"', html))
