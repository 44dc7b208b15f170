"""The dispatcher's pure core: standard library only, no I/O, no clock of its own."""
