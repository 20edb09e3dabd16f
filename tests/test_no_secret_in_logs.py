"""Everything that a whole session logs, at its most talkative, and none of it a secret."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import aiohttp
import msgspec

from appliance.protocol import messages
from tests.world import PASSWORD, Table

WRONG_PASSWORD = "wrong battery staple"


async def test_no_password_token_key_or_pin_is_ever_logged(tmp_path: Path) -> None:
    arguments = ["serve", "--host", "127.0.0.1", "--port", "0", "--data-dir", str(tmp_path / "data")]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "appliance", *arguments, "--no-discovery", "--log-level", "debug"),
        *("--log-format", "json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        pin = (await process.stdout.readline()).decode().split(" is ")[1].split(".")[0]
        logged, url = b"", ""
        while not url:
            line = await process.stderr.readline()
            logged += line
            event = msgspec.json.decode(line)
            url = event["addresses"][0] if event["event"] == "serving" else ""
        # A browser takes cookies of an address too.
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            secrets = [PASSWORD, WRONG_PASSWORD, pin, *await session(http, url, pin)]
    finally:
        process.send_signal(signal.SIGTERM)
        rest = await process.communicate()
    logged += rest[1]
    assert process.returncode == 0
    events = [msgspec.json.decode(line)["event"] for line in logged.splitlines()]
    assert {"operator_pin_made", "meet_created", "client_joined", "join_rejected", "operator_refused"} <= set(events)
    for secret in secrets:
        assert secret
        assert secret.encode() not in logged
        # The PIN is shown once, on standard output, and there it was read.
        assert secret.encode() not in rest[0]


async def session(http: aiohttp.ClientSession, url: str, pin: str) -> list[str]:
    """A meet with everything that goes wrong in one; returns what may not be seen of it."""
    async with http.ws_connect(f"{url}/ws") as socket, http.ws_connect(f"{url}/ws") as other:
        table, joining = Table(socket), Table(other)
        created = await table.create({"A": 1}, "A")
        await table.change(("x.a", 1))
        await joining.say(
            {"msgType": "JOIN_MEET", "meetId": created.meet_id, "password": WRONG_PASSWORD, "locationName": "A"}
        )
        await joining.expect(messages.JoinRejected)
        joined = await joining.join(created.meet_id, "A")
        # Mistakes whose message holds a secret.
        await joining.say({"msgType": "JOIN_MEET", "meetId": created.meet_id, "password": PASSWORD})
        await joining.expect(messages.MalformedMessage)
        await joining.say({"msgType": "UPDATE_INIT", "sessionToken": created.session_token + "x", "updates": []})
        await joining.expect(messages.InvalidSession)
        bundle, key = created.recovery_bundle, created.recovery_key
        assert bundle is not None
        assert key is not None
        await joining.say(
            {
                "msgType": "RECOVER_MEET",
                "meetId": created.meet_id,
                "locationName": "A",
                "recoveryBundle": bundle + "x",
                "recoveryKey": key,
                "clientId": created.client_id,
            }
        )
        await joining.expect(messages.JoinRejected)
    statuses = []
    for said in ("00000000", pin):
        form, origin = {"pin": said}, {"Origin": url}
        async with http.post(f"{url}/operator/sign-in", data=form, headers=origin, allow_redirects=False) as answer:
            statuses.append(answer.status)
    assert statuses == [401, 303]
    async with http.get(f"{url}/metrics?token={joined.session_token}") as answer:
        assert answer.status == 200
    cookies = [cookie.value for cookie in http.cookie_jar]
    assert cookies
    return [created.session_token, joined.session_token, bundle, key, *cookies]
