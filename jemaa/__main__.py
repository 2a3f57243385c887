"""`python -m jemaa` is `jemaa`."""

import sys

from jemaa.cli import main

sys.exit(main())
