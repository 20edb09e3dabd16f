"""An update is whole, signed and for this box, or it is refused and nothing of it is left."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from appliance.upkeep.update_file import (
    MAGIC,
    MANIFEST,
    Manifest,
    NotAnUpdate,
    check,
    pack,
    private_key,
    public_key,
    this_box,
    unpack,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
HERE = Manifest("1.2.3", *this_box())


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / "appliance").mkdir(parents=True)
    (folder / "appliance" / "__main__.py").write_text("1\n")
    (folder / "six.py").write_text("2\n")
    return folder


@pytest.fixture
def update(tree: Path, tmp_path: Path) -> Path:
    path = tmp_path / "openlifter-update-1.2.3.bin"
    pack(tree, HERE, KEY, path)
    return path


def opened(path: Path, to: Path) -> Manifest:
    with path.open("rb") as file:
        check(file, KEY.public_key())
        return unpack(file, to)


def test_a_good_one_is_unpacked_as_it_was_packed(update: Path, tmp_path: Path) -> None:
    assert opened(update, tmp_path / "to") == HERE
    unpacked = {str(path.relative_to(tmp_path / "to")): path.read_text() for path in (tmp_path / "to").rglob("*.py")}
    assert unpacked == {"lib/appliance/__main__.py": "1\n", "lib/six.py": "2\n"}


def test_the_same_tree_makes_the_same_file(update: Path, tree: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    pack(tree, HERE, KEY, again)
    assert again.read_bytes() == update.read_bytes()


def test_one_that_was_cut_short_is_refused_wherever_it_was_cut(update: Path, tmp_path: Path) -> None:
    whole = update.read_bytes()
    for length in (0, 10, len(MAGIC), len(MAGIC) + 64, len(whole) // 2, len(whole) - 1):
        update.write_bytes(whole[:length])
        with pytest.raises(NotAnUpdate):
            opened(update, tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_one_bit_makes_it_another_file(update: Path, tmp_path: Path) -> None:
    whole = update.read_bytes()
    for at in (len(MAGIC), len(MAGIC) + 70, len(whole) - 1):
        update.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(NotAnUpdate, match="signature is wrong"):
            opened(update, tmp_path / "to")


def test_one_that_somebody_else_signed_is_refused(tree: Path, tmp_path: Path) -> None:
    path = tmp_path / "other"
    pack(tree, HERE, Ed25519PrivateKey.generate(), path)
    with pytest.raises(NotAnUpdate, match="signature is wrong"):
        opened(path, tmp_path / "to")


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        (Manifest("1.0", "2.7", this_box()[1]), "for Python 2.7"),
        (Manifest("1.0", this_box()[0], "vax"), "on vax"),
        (Manifest("../../etc", *this_box()), "is no version"),
    ],
)
def test_one_for_another_box_is_refused(tree: Path, tmp_path: Path, manifest: Manifest, told: str) -> None:
    path = tmp_path / "other"
    pack(tree, manifest, KEY, path)
    with pytest.raises(NotAnUpdate, match=told):
        opened(path, tmp_path / "to")


@pytest.mark.parametrize("name", ["lib/../../escaped", "/etc/passwd", "other/file", "lib"])
def test_nothing_is_written_elsewhere_even_when_it_is_signed(tmp_path: Path, name: str) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as tar:
        for each, content in ((MANIFEST, msgspec.json.encode(HERE)), (name, b"x")):
            member = tarfile.TarInfo(each)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    packed.seek(0)
    with pytest.raises(NotAnUpdate, match="which no update has"):
        unpack(packed, tmp_path / "to")
    assert not (tmp_path / "escaped").exists()


def test_the_keys_are_those_of_openssl(tmp_path: Path) -> None:
    private, public = tmp_path / "key.pem", tmp_path / "key.pub.pem"
    private.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    signature = private_key(private).sign(b"x")
    public_key(public).verify(signature, b"x")


def test_a_box_without_a_key_takes_none(tmp_path: Path) -> None:
    with pytest.raises(NotAnUpdate, match="without a key"):
        public_key(tmp_path / "key.pem")
