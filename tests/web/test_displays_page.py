"""The HTML of the page for the screens. What it does is shown in a browser, by `test_displays_desk`."""

from __future__ import annotations

from appliance.web.displays_page import desk


def test_what_somebody_typed_cannot_end_the_data() -> None:
    text = desk(b'{"name": "</script><script>alert(1)"}')
    assert "<script>alert" not in text
    assert "\\u003c/script>" in text
