"""What became of a hall's days, recomputed from its journal by one definition (facts.py)."""
