"""The file that a new version comes in: signed, whole or refused, and for this kind of box or refused.

``MAGIC``, an Ed25519 signature of 64 bytes, then a tar (xz): first ``manifest.json``, then the tree ``lib/``.
The signature is over ``MAGIC`` and the SHA-512 of everything behind it: a file that was cut short, or changed by one
bit, has none that fits. Nothing of it is unpacked before that is known.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import platform
import re
import sys
import tarfile
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from msgspec import Struct

from appliance.storage.durable import sync_folder

MAGIC = b"OpenLifter appliance update 1\n"
MANIFEST = "manifest.json"
LIB = "lib"
UPDATE_KEY = Path("/etc/openlifter-appliance/update.pem")
"""On a box: the public key that updates are signed with."""

FILE_NAME = re.compile(r"openlifter-update-(.+)\.bin")

_SIGNATURE_BYTES = 64
_PIECE_BYTES = 1 << 20
_MOST_BYTES = 1 << 30
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+]{0,39}")


class NotAnUpdate(Exception):
    """The file cannot be used. The text says why; nothing was unpacked, or nothing of it is left."""


class Manifest(Struct, frozen=True):
    """What an update says of itself: which version, for which Python ("3.11") and which processor ("aarch64")."""

    version: str
    python: str
    machine: str


def this_box() -> tuple[str, str]:
    """The Python and the processor that run this."""
    return f"{sys.version_info.major}.{sys.version_info.minor}", platform.machine()


def pack(tree: Path, manifest: Manifest, key: Ed25519PrivateKey, to: Path, epoch_s: int = 0) -> None:
    """Write an update with the content of ``tree`` as its ``lib``; the same content gives the same file.

    Args:
        epoch_s: the time of all files in it.
    """
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as tar:
        described = msgspec.json.encode(manifest)
        head = tarfile.TarInfo(MANIFEST)
        head.size, head.mtime = len(described), epoch_s
        tar.addfile(head, io.BytesIO(described))
        for path in sorted(tree.rglob("*")):
            if path.is_file() and not path.is_symlink():
                member = tarfile.TarInfo(f"{LIB}/{path.relative_to(tree).as_posix()}")
                member.size, member.mtime, member.mode = path.stat().st_size, epoch_s, 0o644
                with path.open("rb") as file:
                    tar.addfile(member, file)
    content = packed.getvalue()
    signature = key.sign(MAGIC + hashlib.sha512(content).digest())
    to.write_bytes(MAGIC + signature + content)


def check(file: BinaryIO, key: Ed25519PublicKey) -> None:
    """Read the file to its end, and leave it at the first byte of the tar.

    Raises:
        NotAnUpdate: it is none, or was not signed with this key, or is not whole.
    """
    if file.read(len(MAGIC)) != MAGIC:
        raise NotAnUpdate("this is no update of the appliance")
    signature = file.read(_SIGNATURE_BYTES)
    begin = file.tell()
    digest = hashlib.sha512()
    while piece := file.read(_PIECE_BYTES):
        digest.update(piece)
    try:
        key.verify(signature, MAGIC + digest.digest())
    except InvalidSignature:
        raise NotAnUpdate(
            "it is not whole, or not from who made this box: its signature is wrong. Copy it once more"
        ) from None
    file.seek(begin)


def manifest_of(file: Path, key: Ed25519PublicKey) -> Manifest:
    """What an update says of itself, after it was checked.

    Raises:
        NotAnUpdate: it is none, not whole, not signed with this key, or for another kind of box.
        OSError: it cannot be read.
    """
    with file.open("rb") as opened:
        check(opened, key)
        try:
            with tarfile.open(fileobj=opened, mode="r:xz") as tar:
                return _manifest(tar)
        except (tarfile.TarError, EOFError) as error:
            raise NotAnUpdate(f"it cannot be unpacked: {error}") from error


def unpack(file: BinaryIO, to: Path) -> Manifest:
    """Unpack an update that was checked into the new folder ``to``; all of it is on disk afterwards.

    Raises:
        NotAnUpdate: it is for another kind of box, or holds what no update has.
        OSError: the disk refuses.
    """
    try:
        with tarfile.open(fileobj=file, mode="r:xz") as tar:
            manifest = _manifest(tar)
            to.mkdir(parents=True)
            size = 0
            while (member := tar.next()) is not None:
                size += member.size
                if not member.isfile() or size > _MOST_BYTES or not _is_below_lib(member.name):
                    raise NotAnUpdate(f"it holds {member.name!r}, which no update has")
                _unpack(tar, member, to / member.name)
    except (tarfile.TarError, EOFError) as error:
        raise NotAnUpdate(f"it cannot be unpacked: {error}") from error
    for folder, _, _ in os.walk(to):
        sync_folder(Path(folder))
    return manifest


def _manifest(tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    content = tar.extractfile(first) if first is not None and first.name == MANIFEST else None
    if content is None:
        raise NotAnUpdate("it does not say what it is")
    try:
        manifest = msgspec.json.decode(content.read(), type=Manifest)
    except msgspec.DecodeError as error:
        raise NotAnUpdate(f"it does not say what it is: {error}") from error
    if _VERSION.fullmatch(manifest.version) is None:
        raise NotAnUpdate(f"{manifest.version!r} is no version")
    if (manifest.python, manifest.machine) != this_box():
        python, machine = this_box()
        raise NotAnUpdate(
            f"it is for Python {manifest.python} on {manifest.machine}, and this box has Python {python} on {machine}"
        )
    return manifest


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, to: Path) -> None:
    content = tar.extractfile(member)
    if content is None:
        raise NotAnUpdate(f"{member.name!r} has no content")
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("wb") as out:
        while piece := content.read(_PIECE_BYTES):
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    to.chmod(0o644)


def _is_below_lib(name: str) -> bool:
    path = PurePosixPath(name)
    return path.parts[:1] == (LIB,) and len(path.parts) > 1 and ".." not in path.parts


def public_key(path: Path) -> Ed25519PublicKey:
    """Read the key that updates are signed with.

    Raises:
        NotAnUpdate: there is none, so nothing can be known to be an update.
    """
    try:
        key = load_pem_public_key(path.read_bytes())
    except FileNotFoundError:
        raise NotAnUpdate("this box was made without a key for updates, so it takes none") from None
    except (OSError, ValueError) as error:
        raise NotAnUpdate(f"the key for updates cannot be read: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise NotAnUpdate("the key for updates is of another kind")
    return key


def private_key(path: Path) -> Ed25519PrivateKey:
    """Read the key to sign with, as ``openssl genpkey -algorithm ed25519`` makes it.

    Raises:
        OSError, ValueError: it cannot be read.
    """
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path}: not an Ed25519 key")
    return key


def _main() -> None:
    """For image-build/make-update."""
    parser = argparse.ArgumentParser(prog="python -m appliance.upkeep.update_file")
    for name in ("--version", "--python", "--machine"):
        parser.add_argument(name, required=True)
    parser.add_argument("--key", type=Path, required=True, help="private key, PEM")
    parser.add_argument("--tree", type=Path, required=True, help="folder with the Python packages")
    parser.add_argument("--epoch", type=int, default=0, help="the time of all files in it, in seconds")
    parser.add_argument("to", type=Path)
    given = parser.parse_args()
    manifest = Manifest(given.version, given.python, given.machine)
    pack(given.tree, manifest, private_key(given.key), given.to, given.epoch)


if __name__ == "__main__":
    _main()
