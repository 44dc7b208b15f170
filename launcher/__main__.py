"""`python -m launcher …`: what `hall` runs once everything is set up."""

import sys

from launcher.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
