"""`python -m hardware …`: hands over to the command line."""

from hardware.cli import leave, main

leave(main())
