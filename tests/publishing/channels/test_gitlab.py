"""An issue in a project, on a server that answers as GitLab documents, and as it does on a bad day."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from msgspec.structs import replace

from appliance.publishing.channels.channel import LoginFailed, NotTrusted, Refused, Unavailable, Uncertain
from appliance.publishing.channels.gitlab import GitLabChannel, retry_after_s
from appliance.publishing.secrets import Secret
from tests.publishing.channels.test_mail import outgoing
from tests.publishing.hall import CORRECTED, CSV, CUP, Hall
from tests.publishing.servers import PROJECT, TOKEN, Authority, GitLab, gitlab


@pytest.fixture
async def lab(authority: Authority) -> AsyncIterator[GitLab]:
    async with gitlab(authority) as lab:
        yield lab


def channel_to(lab: GitLab, folder: Path, *, token: str = TOKEN, **more: object) -> GitLabChannel:
    secret = folder / "gitlab.token"
    secret.write_text(token + "\n")
    secret.chmod(0o600)
    given = {"project": PROJECT, "trust": lab.authority.trusting, "patience_s": 10.0, "url": lab.url, **more}
    return GitLabChannel(token=Secret("gitlab-token", secret, {}), **given)  # type: ignore[arg-type]


@pytest.fixture
def channel(lab: GitLab, tmp_path: Path) -> GitLabChannel:
    return channel_to(lab, tmp_path)


async def looked_for_and_submitted(channel: GitLabChannel) -> None:
    """As the outbox does."""
    await channel.find(outgoing())
    await channel.submit(outgoing())


class TestTheIssue:
    async def test_the_file_is_uploaded_byte_for_byte_and_the_issue_leads_to_it(
        self, lab: GitLab, channel: GitLabChannel
    ) -> None:
        sent = outgoing(CSV + "\r\n")
        receipt = await channel.submit(sent)
        assert lab.uploads == [("Cup-der-Stärksten.opl.csv", sent.results.csv)]
        [issue] = lab.issues
        assert issue["title"] == "Results: Cup der Stärksten (2026-11-21)"
        assert f"Submission key: {sent.key}\n" in issue["description"]
        assert "/uploads/" in issue["description"]
        assert issue["confidential"] is True
        assert receipt == f"{lab.url}/{PROJECT}/-/issues/1"

    async def test_it_is_found_again_by_its_key_and_by_nothing_like_it(
        self, lab: GitLab, channel: GitLabChannel
    ) -> None:
        sent = outgoing()
        assert await channel.find(sent) is None
        other = replace(sent, publication=replace(sent.publication, edition=11))
        await channel.submit(other)
        assert await channel.find(sent) is None
        assert await channel.find(other) == f"{lab.url}/{PROJECT}/-/issues/1"

    async def test_nothing_that_others_typed_is_markdown(self, lab: GitLab, channel: GitLabChannel) -> None:
        sent = outgoing()
        bad = replace(sent.publication, meet_name="``` @everybody [x](http://evil.example)\n/close")
        await channel.submit(replace(sent, publication=bad))
        text = lab.issues[0]["description"]
        assert text.startswith("```text\n")
        assert text.count("```") == 2
        assert "\n/close" not in text

    async def test_a_test_creates_nothing(self, lab: GitLab, channel: GitLabChannel) -> None:
        assert f"shows the project {lab.url}/{PROJECT}" in await channel.test()
        assert (lab.uploads, lab.issues) == ([], [])


class TestRefusals:
    async def test_a_wrong_token(self, lab: GitLab, tmp_path: Path) -> None:
        channel = channel_to(lab, tmp_path, token="glpat-wrong")
        for ask in (channel.submit(outgoing()), channel.find(outgoing()), channel.test()):
            with pytest.raises(LoginFailed, match="401") as caught:
                await ask
            assert "glpat" not in str(caught.value)

    async def test_a_project_that_is_not_there(self, lab: GitLab, tmp_path: Path) -> None:
        with pytest.raises(Refused, match="has no project club/other"):
            await channel_to(lab, tmp_path, project="club/other").test()

    @pytest.mark.parametrize("where", ["GET issues", "POST uploads", "POST issues"])
    @pytest.mark.parametrize(
        ("answer", "error", "patience_s"),
        [
            (web.Response(status=400, text='{"message": {"title": ["is too long"]}}'), Refused, None),
            (web.Response(status=403, text='{"message": "403 Forbidden"}'), LoginFailed, None),
            (web.Response(status=413, text="<html>too large"), Refused, None),
            (web.Response(status=429, headers={"Retry-After": "90"}), Unavailable, 90),
            (web.Response(status=503, headers={"Retry-After": "120"}), Unavailable, 120),
            (web.Response(status=302, headers={"Location": "https://hotel.example"}), Unavailable, None),
        ],
    )
    async def test_what_it_says(
        self,
        lab: GitLab,
        channel: GitLabChannel,
        where: str,
        answer: web.Response,
        error: type[Exception],
        patience_s: float | None,
    ) -> None:
        lab.answers[where] = answer
        with pytest.raises(error) as caught:
            await looked_for_and_submitted(channel)
        assert type(caught.value) is error
        assert getattr(caught.value, "retry_after_s", None) == patience_s
        assert lab.issues == []

    async def test_a_server_that_fails_while_it_creates_may_have_created(
        self, lab: GitLab, channel: GitLabChannel
    ) -> None:
        lab.answers["POST issues"] = web.Response(status=502, text="<html>Bad gateway")
        with pytest.raises(Uncertain, match="502 Bad Gateway: <html>Bad gateway"):
            await channel.submit(outgoing())
        lab.answers = {"POST uploads": web.Response(status=502)}
        with pytest.raises(Unavailable):
            await channel.submit(outgoing())

    async def test_who_answers_in_other_words(self, lab: GitLab, channel: GitLabChannel) -> None:
        lab.answers["POST issues"] = web.Response(status=201, text="Welcome to our Wi-Fi")
        with pytest.raises(Uncertain, match="not as GitLab does"):
            await channel.submit(outgoing())
        lab.answers["GET issues"] = web.Response(status=200, text="Welcome to our Wi-Fi")
        with pytest.raises(Unavailable, match="not as GitLab does"):
            await channel.find(outgoing())

    async def test_whom_nobody_we_trust_vouches_for(self, lab: GitLab, tmp_path: Path) -> None:
        channel = channel_to(lab, tmp_path, trust=ssl.create_default_context)
        with pytest.raises(NotTrusted, match="does not prove to be itself"):
            await channel.submit(outgoing())
        assert lab.asked == []

    async def test_nobody_there(self, lab: GitLab, tmp_path: Path) -> None:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await channel_to(lab, tmp_path, url="https://127.0.0.1:1").submit(outgoing())

    async def test_a_token_is_not_shown_to_everybody_on_the_way(self, lab: GitLab, tmp_path: Path) -> None:
        assert "without encryption" in (channel_to(lab, tmp_path, url="http://gitlab.com").obstacle() or "")
        assert channel_to(lab, tmp_path).obstacle() is None
        (tmp_path / "gitlab.token").unlink()
        nothing = GitLabChannel(lab.url, PROJECT, Secret("gitlab-token", tmp_path / "gitlab.token", {}))
        assert "No such file" in (nothing.obstacle() or "")
        with pytest.raises(LoginFailed, match="is missing"):
            await nothing.test()


class TestCuts:
    @pytest.mark.parametrize(
        ("where", "error"), [("GET issues", Unavailable), ("POST uploads", Unavailable), ("POST issues", Uncertain)]
    )
    @pytest.mark.parametrize("how", ["cut", "hang"])
    async def test_only_where_an_issue_may_have_been_created_nobody_knows(
        self, lab: GitLab, tmp_path: Path, where: str, error: type[Exception], how: str
    ) -> None:
        (lab.cuts if how == "cut" else lab.hangs).add(where)
        channel = channel_to(lab, tmp_path, patience_s=10.0 if how == "cut" else 0.3)
        with pytest.raises(error) as caught:
            await looked_for_and_submitted(channel)
        assert type(caught.value) is error


class TestWithTheOutbox:
    @pytest.fixture
    async def hall(self, hall: Hall, channel: GitLabChannel) -> Hall:
        hall.channel = channel
        await hall.open()
        return hall

    async def test_an_issue_whose_answer_was_lost_is_found_and_not_created_again(self, hall: Hall, lab: GitLab) -> None:
        lab.cuts.add("POST issues")
        published = await hall.publish()
        assert (published.state, published.doubtful, len(lab.issues)) == ("queued", True, 1)
        lab.cuts.clear()
        await hall.later(30)
        after = hall.of(published)
        assert (after.state, after.doubtful, after.receipt) == ("sent", False, lab.issues[0]["web_url"])
        assert len(lab.issues) == 1

    async def test_a_correction_is_an_issue_of_its_own_that_says_so(self, hall: Hall, lab: GitLab) -> None:
        await hall.publish()
        await hall.publish(CORRECTED)
        assert [each["title"].split(":")[0] for each in lab.issues] == ["Results", "Correction of results"]

    async def test_too_often_is_left_alone_for_as_long_as_it_asks(self, hall: Hall, lab: GitLab) -> None:
        lab.answers["POST uploads"] = web.Response(status=429, headers={"Retry-After": "600"})
        published = await hall.publish()
        asked = len(lab.asked)
        await hall.later(599)
        assert len(lab.asked) == asked
        lab.answers.clear()
        await hall.later(1)
        assert hall.of(published).state == "sent"

    async def test_on_another_appliance_with_the_same_meet_it_is_found(
        self, hall: Hall, lab: GitLab, tmp_path: Path
    ) -> None:
        await hall.publish()
        (tmp_path / "spare").mkdir()
        spare = Hall(tmp_path / "spare")
        spare.channel = hall.channel
        await spare.start()
        published = await spare.outbox.publish(replace(CUP, epoch="f" * 16), "", CSV)
        await spare.outbox.work()
        assert spare.of(published).state == "sent"
        assert len(lab.issues) == 1
        await spare.stop()


def test_patience_may_be_asked_for_in_seconds_or_until_a_time_by_the_servers_own_clock() -> None:
    assert retry_after_s({"Retry-After": " 90 "}) == 90
    date = {"Date": "Sat, 01 Jan 2000 00:00:00 GMT", "Retry-After": "Sat, 01 Jan 2000 00:10:00 GMT"}
    assert retry_after_s(date) == 600
    assert retry_after_s({"Retry-After": "soon"}) is None
    assert retry_after_s({"Retry-After": date["Retry-After"]}) is None
    assert retry_after_s({}) is None
