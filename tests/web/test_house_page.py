"""The frame of the house's pages."""

from __future__ import annotations

from aiohttp import hdrs

from appliance.web.house_page import house_page


def test_nothing_but_the_appliance_is_asked_and_a_title_is_text() -> None:
    page = house_page("<b>Box</b>", "<p>body</p>")
    assert "default-src 'none'" in page.headers[hdrs.CONTENT_SECURITY_POLICY]
    assert page.headers[hdrs.CACHE_CONTROL] == "no-store"
    assert "<title>&lt;b&gt;Box&lt;/b&gt;</title>" in (page.text or "")
    assert "<p>body</p>" in (page.text or "")
