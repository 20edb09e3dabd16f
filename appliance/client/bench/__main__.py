"""``python -m appliance.client.bench``: the benchmark without the rest of the command line."""

from __future__ import annotations

import argparse
import sys

from appliance.client.bench.command import add_options, run

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m appliance.client.bench", description=__doc__)
    add_options(parser)
    sys.exit(run(parser.parse_args()))
