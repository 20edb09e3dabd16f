"""What is on a card whose plug was pulled, looked at without starting anything from it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from msgspec import Struct

from appliance.storage.data_dir import database_in
from appliance.storage.database import connection_of, open_database
from appliance.storage.loading import StoredMeet, check, load_meets

DATA_PARTITION = 2
_SECTOR = 512


class DataPartition(Struct, frozen=True):
    """A copy of the data partition, its journal replayed as a start would.

    ``clean``: e2fsck finds nothing to mend after that; ``said``: what it said.
    """

    image: Path
    mib: int
    clean: bool
    said: str


def data_partition(card: Path, to: Path) -> DataPartition:
    """Copy it off the card and look at it. The card stays as it is."""
    table = json.loads(_output("sfdisk", "--json", str(card)))["partitiontable"]["partitions"][DATA_PARTITION]
    to.unlink(missing_ok=True)
    mib = table["size"] * _SECTOR >> 20
    _output(
        *("dd", f"if={card}", f"of={to}", "bs=1M", "conv=sparse", "status=none", "iflag=skip_bytes,count_bytes"),
        *(f"skip={table['start'] * _SECTOR}", f"count={table['size'] * _SECTOR}"),
    )
    # 1: the journal was replayed.
    subprocess.run(["e2fsck", "-y", "-E", "journal_only", to], capture_output=True, check=False)
    looked = subprocess.run(["e2fsck", "-f", "-n", to], capture_output=True, text=True, check=False)
    return DataPartition(to, mib, looked.returncode == 0, looked.stdout + looked.stderr)


def meets(data: Path, place: Path) -> tuple[list[StoredMeet], list[str]]:
    """The meets in the database on a copy of the data partition, and what is wrong with it."""
    out = place / "meets"
    shutil.rmtree(out, ignore_errors=True)
    _output("debugfs", "-R", f"rdump /meets {place}", str(data))
    database = open_database(database_in(out))
    try:
        connection = connection_of(database)
        return load_meets(connection), [problem.what for problem in check(connection)]
    finally:
        database.close()


def journal(data: Path, place: Path) -> str:
    """The journal on a copy of the data partition, as far as it was written."""
    _output("debugfs", "-R", f"rdump /journal {place}", str(data))
    command = ["journalctl", "--directory", str(place / "journal"), "--merge", "--output", "short-monotonic"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
