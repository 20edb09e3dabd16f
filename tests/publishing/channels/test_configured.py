"""From settings to channels."""

from __future__ import annotations

from pathlib import Path

from appliance.publishing.channels.channel import Tried, try_out
from appliance.publishing.channels.configured import channel, mail
from appliance.publishing.channels.folder import FolderChannel
from appliance.publishing.channels.gitlab import GitLabChannel
from appliance.publishing.channels.mail import MailAccount
from appliance.service.settings import resolve
from appliance.storage.mirror import MountTable

MOUNTS = MountTable(Path("/nonexistent"), Path("/nonexistent"))


def test_mail_as_it_is_set() -> None:
    flags = {"mail_server": "mail.club.example", "mail_username": "box@club.example", "mail_security": "tls"}
    chosen = mail(resolve({}, {}, flags), {})
    to = "issues@openpowerlifting.org"
    assert chosen.account == MailAccount("mail.club.example", "box@club.example", to, 0, "tls", "box@club.example")
    assert chosen.hosts == (("mail.club.example", 465),)
    assert mail(resolve({}, {}, {}), {}).account is None


def test_the_others_as_they_are_set(tmp_path: Path) -> None:
    chosen = resolve({}, {}, {"publishing_folder": tmp_path})
    gitlab = channel("gitlab", chosen, {}, MOUNTS)
    assert isinstance(gitlab, GitLabChannel)
    assert gitlab.hosts == (("gitlab.com", 443),)
    folder = channel("folder", chosen, {}, MOUNTS)
    assert isinstance(folder, FolderChannel)
    assert folder.obstacle() is None


async def test_trying_one_out_tells_what_is_missing_or_wrong_or_that_it_works(tmp_path: Path) -> None:
    assert await try_out(channel("mail", resolve({}, {}, {}), {}, MOUNTS)) == Tried(
        works=False, what="no mail server is set: [mail] server"
    )
    # Without a login there is nothing to read but the server's answer, and there is no server.
    nobody = resolve({}, {}, {"mail_server": "127.0.0.1", "mail_port": 1, "mail_from": "box@club.example"})
    tried = await try_out(channel("mail", nobody, {}, MOUNTS))
    assert not tried.works
    assert "127.0.0.1:1 cannot be reached" in tried.what
    assert (await try_out(FolderChannel(tmp_path, MOUNTS))).works
