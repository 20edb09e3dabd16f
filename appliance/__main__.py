"""`python -m appliance` is the same command as `openlifter-appliance`."""

import sys

from appliance.cli import main

if __name__ == "__main__":
    sys.exit(main())
