"""A hall's day as it stood at one record of its journal, so that a start need not replay it all."""
