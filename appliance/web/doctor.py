"""The network doctor as a page and as JSON."""

from __future__ import annotations

import msgspec
from aiohttp import hdrs, web

from appliance.upkeep.doctor import examine
from appliance.upkeep.examination import Examination
from appliance.web.house_page import HEADERS, house_page

_BODY = """<header class="top"><div><h1>Network doctor</h1>
<p>What is well with this appliance and its network, and what is not.</p></div>
<a class="button quiet" href="/">Back</a></header>
<main class="doctor">
<p id="stale" class="stale" role="status" hidden>The appliance does not answer. What you see may be old; it is asked
again every few seconds.</p>
<section id="verdict" class="verdict" aria-live="polite" data-state="busy"><p class="line">Looking …</p></section>
<ul id="findings" class="findings" aria-busy="true">
<li class="ghost"></li><li class="ghost"></li><li class="ghost"></li><li class="ghost"></li></ul>
<p class="hint">The same on the appliance itself: <code>openlifter-appliance doctor</code></p>
</main>
<noscript><p class="problem">This page needs JavaScript. The findings as text are at <a href="/api/v1/doctor">
/api/v1/doctor</a>, and on the appliance itself <code>openlifter-appliance doctor</code> shows them.</p></noscript>
<script type="module" src="/static/house/doctor.js"></script>"""


class Doctor:
    """The handlers."""

    def __init__(self, examination: Examination) -> None:
        self._examination = examination

    async def page(self, _: web.Request) -> web.Response:
        """``GET /doctor``: the frame that `static/house/doctor.js` fills."""
        return house_page("Network doctor", _BODY)

    async def findings(self, _: web.Request) -> web.Response:
        """``GET /api/v1/doctor``: a list of `Finding`; it takes about two seconds."""
        found = examine(await self._examination.readings())
        headers = {**HEADERS, hdrs.CONTENT_TYPE: "application/json"}
        return web.Response(body=msgspec.json.encode(found), headers=headers)
