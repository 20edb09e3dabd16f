"""An issue in the project that keeps OpenPowerlifting's data: the file uploaded, the issue found again by its key.

As GitLab documents: https://docs.gitlab.com/api/projects/#upload-a-file-to-a-project (now project markdown uploads) and
https://docs.gitlab.com/api/issues/.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote

import aiohttp
import msgspec
from aiohttp import hdrs
from msgspec import Struct
from yarl import URL

from appliance.publishing import letter
from appliance.publishing.channels.channel import (
    ChannelError,
    Host,
    LoginFailed,
    NotTrusted,
    Refused,
    Unavailable,
    Uncertain,
)
from appliance.publishing.model import Outgoing
from appliance.publishing.secrets import Secret, SecretMissing

PATIENCE_S = 60.0

_MOST_BYTES = 4 * 1024 * 1024
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

# Not now, whatever was asked: the request timed out, came too early, or too often.
_LATER = (408, 425, 429)

_T = TypeVar("_T")


class _Upload(Struct, frozen=True):
    markdown: str


class _Issue(Struct, frozen=True):
    web_url: str
    description: str | None = None


class _Project(Struct, frozen=True):
    web_url: str


class GitLabChannel:
    """Creates confidential issues, since results hold dates of birth. Implements `Channel`.

    Args:
        url: the site.
        project: path or number of the project.
        token: where the access token is, of scope ``api``.
        trust: makes the TLS context; by default the system's certificates count.
        patience_s: how long each answer may take.
    """

    name = "gitlab"

    def __init__(
        self,
        url: str,
        project: str,
        token: Secret,
        trust: Callable[[], ssl.SSLContext] = ssl.create_default_context,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._site = URL(url)
        self._project = project
        self._api = f"{url.rstrip('/')}/api/v4/projects/{quote(project, safe='')}"
        self._token = token
        self._trust = trust
        self._patience_s = patience_s
        self.hosts: tuple[Host, ...] = ((self._site.host or "", self._site.port or 443),)

    def obstacle(self) -> str | None:
        """No token, or nothing that would hide it on its way."""
        if self._site.scheme != "https" and self._site.host not in _LOOPBACK:
            return f"a token is not sent to {self._site} without encryption: use https"
        try:
            self._token.read()
        except SecretMissing as missing:
            return f"the token for {self._site.host} is missing: {missing}"
        return None

    async def find(self, outgoing: Outgoing, /) -> str | None:
        """The issue with the key of this submission, if there is one."""
        async with self._session() as http:
            query = {"search": outgoing.key, "in": "description", "scope": "all"}
            issues = await self._get(http, "/issues", list[_Issue], query)
        line = letter.KEY_LINE + outgoing.key
        return next((each.web_url for each in issues if line in (each.description or "").splitlines()), None)

    async def submit(self, outgoing: Outgoing, /) -> str:
        """Upload the file, then create the issue with it. A file without its issue is in nobody's way."""
        async with self._session() as http:
            # Names as they are, as browsers send them.
            form = aiohttp.FormData(quote_fields=False)
            form.add_field("file", outgoing.results.csv, filename=letter.csv_name(outgoing), content_type="text/csv")
            upload = await self._ask(http, hdrs.METH_POST, "/uploads", _Upload, {"data": form})
            issue = {
                "title": letter.title(outgoing),
                "description": f"{_verbatim(letter.text(outgoing))}\n\n{upload.markdown}\n",
                "confidential": True,
            }
            try:
                created = await self._ask(http, hdrs.METH_POST, "/issues", _Issue, {"json": issue}, creates=True)
            except _NotUnderstood as error:
                raise Uncertain(str(error)) from error
        return created.web_url

    async def test(self) -> str:
        """See whether the token opens the project; nothing is created."""
        async with self._session() as http:
            project = await self._get(http, "", _Project, {})
        return f"{self._site.host} takes the token, and shows the project {project.web_url}"

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[aiohttp.ClientSession]:
        try:
            token = await asyncio.to_thread(self._token.read)
        except SecretMissing as missing:
            raise LoginFailed(f"the token for {self._site.host} is missing: {missing}") from missing
        connector = aiohttp.TCPConnector(ssl=await asyncio.to_thread(self._trust))
        timeout = aiohttp.ClientTimeout(self._patience_s)
        async with aiohttp.ClientSession(
            connector=connector, timeout=timeout, headers={"PRIVATE-TOKEN": token}
        ) as http:
            yield http

    async def _get(self, http: aiohttp.ClientSession, path: str, kind: type[_T], query: Mapping[str, str]) -> _T:
        return await self._ask(http, hdrs.METH_GET, path, kind, {"params": query})

    async def _ask(
        self,
        http: aiohttp.ClientSession,
        method: str,
        path: str,
        kind: type[_T],
        what: Mapping[str, Any],
        *,
        creates: bool = False,
    ) -> _T:
        """The answer. ``creates``: a request without an answer may have had its effect, which then matters."""
        where = self._site.host
        query = what.get("params", {})
        url = URL(self._api + path, encoded=True).update_query(query)
        more = {name: value for name, value in what.items() if name != "params"}
        try:
            async with http.request(method, url, allow_redirects=False, **more) as answer:
                body = await _read(answer)
        except aiohttp.ClientConnectorCertificateError as error:
            raise NotTrusted(f"{where} does not prove to be itself: {error.certificate_error}") from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unavailable(f"{where} cannot be reached: {error}") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if creates:
                raise Uncertain(f"the connection to {where} was lost while the issue was created") from error
            problem = "did not answer in time" if isinstance(error, TimeoutError) else f"broke off: {error}"
            raise Unavailable(f"{where} {problem}") from error
        if not 200 <= answer.status < 300:
            raise self._refusal(answer, body, creates=creates)
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise _NotUnderstood(f"{where} answers, but not as GitLab does") from error

    def _refusal(self, answer: aiohttp.ClientResponse, body: bytes, *, creates: bool) -> ChannelError:
        where, status = self._site.host, answer.status
        said = f"{where} says {status} {answer.reason}: {_message(body)}"
        patience_s = retry_after_s(answer.headers)
        if status in (401, 403):
            return LoginFailed(f"{where} does not take the token, or it may not do this: {said}")
        if status == 404:
            return Refused(f"{where} has no project {self._project}, or the token may not see it")
        if status in _LATER or (status >= 500 and patience_s is not None):
            return Unavailable(said, patience_s)
        if status >= 500:
            # A gateway that has lost patience does not know what became of the request.
            return Uncertain(said) if creates else Unavailable(said)
        return Refused(said) if status >= 400 else Unavailable(f"{where} sends us elsewhere: is its URL right?")


class _NotUnderstood(Unavailable):
    """An answer that is none of GitLab's."""


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """For how many seconds a server wants to be left alone: a number, or a date, which counts from its own clock."""
    said = headers.get(hdrs.RETRY_AFTER, "").strip()
    if said.isascii() and said.isdigit() and len(said) < 10:
        return float(said)
    try:
        return (parsedate_to_datetime(said) - parsedate_to_datetime(headers.get(hdrs.DATE, ""))).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None


def _verbatim(text: str) -> str:
    """The letter as a block of code: nothing of what others typed is Markdown, or mentions somebody."""
    return "```text\n" + text.replace("`", "'") + "```"


def _message(body: bytes) -> str:
    """What GitLab says is wrong; of other answers only their beginning."""
    try:
        said = msgspec.json.decode(body, type=dict[str, Any])
        text = str(said.get("message") or said.get("error") or "")
    except (msgspec.MsgspecError, RecursionError):
        text = body.decode(errors="replace")
    return " ".join(text.split())[:200]


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    body = b""
    while chunk := await answer.content.read(65536):
        body += chunk
        if len(body) > _MOST_BYTES:
            raise aiohttp.ClientPayloadError("the answer is too long")
    return body
