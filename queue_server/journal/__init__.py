"""The append-only journal of every hall and the ledgers that the same transaction fills."""
