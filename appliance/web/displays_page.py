"""The HTML of the page from which the screens are looked after: the frame that `static/house/displays.js` fills."""

from __future__ import annotations

from appliance.web.house_page import STYLE, data, frame

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)

_BODY = """<header class="top"><div><h1>Displays</h1><p>The screens of the hall, and the links for the stream.</p></div>
<a class="button quiet" href="/">Back</a></header>
<p id="stale" class="stale" role="status" hidden>The appliance does not answer. What you see may be old; it is asked
again every few seconds.</p>
<main class="desk">
<section class="card" aria-labelledby="h-screens"><h2 id="h-screens">Screens</h2>
<p class="hint">On each screen open <code id="open-here"></code>. It shows a large number; then choose here what it
shows.</p>
<div id="screens"></div></section>
<section class="card" aria-labelledby="h-link"><h2 id="h-link">New link for OBS</h2>
<form id="link"><div id="link-fields"></div><button type="submit" class="button primary">Make the link</button></form>
<p id="link-said" role="status"></p></section>
<section class="card" aria-labelledby="h-look"><h2 id="h-look">Look</h2>
<form id="colours"></form>
<div class="files">
<label>Logo<input id="logo" type="file" accept="image/png,image/jpeg,image/webp,image/svg+xml"></label>
<img id="logo-now" alt="The logo" hidden><button id="no-logo" type="button" class="button" hidden>No logo</button>
<label>Style sheet of your own<input id="css" type="file" accept="text/css,.css"></label>
<button id="no-css" type="button" class="button" hidden>Remove the style sheet</button></div>
<p id="look-said" role="status"></p></section>
<section class="card" aria-labelledby="h-keys"><h2 id="h-keys">Keys</h2>
<p class="hint">Each link holds a key, with which the meet can be looked at but not changed. Who has a key that is taken
back sees nothing any more.</p>
<div id="keys"></div></section>
</main>
<noscript><p class="problem">This page needs JavaScript.</p></noscript>"""


def desk(state: bytes) -> str:
    """The page. ``state`` is JSON, as ``/displays/state`` gives it."""
    script = '<script type="module" src="/static/house/displays.js"></script>'
    return frame("Displays · OpenLifter appliance", _BODY + data(state) + script, STYLE, "/static/style/desk.css")
