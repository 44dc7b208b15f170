"""`python -m hardware …`: hands over to the command line."""

import sys

from hardware.cli import main

sys.exit(main())
