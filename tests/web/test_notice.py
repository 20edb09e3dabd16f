"""The page that says in plain words why there is nothing else."""

from __future__ import annotations

import base64
import hashlib
import re

from appliance.web import notice


def test_it_says_what_is_wrong_and_what_to_do() -> None:
    page = notice.page(503, "It cannot be", ["Something is wrong:", ("Run this:", "fix it")], problem="it is <bad>")
    text = page.text or ""
    assert page.status == 503
    assert text.index("Something is wrong:") < text.index("it is &lt;bad&gt;") < text.index("<code>fix it</code>")
    assert "<bad>" not in text


def test_it_needs_no_other_file_and_lets_none_in() -> None:
    page = notice.page(404, "None", ["None."])
    text = page.text or ""
    policy = page.headers["Content-Security-Policy"]
    assert re.search(r"(src|href)=", text) is None
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert page.headers["Cache-Control"] == "no-store"
