"""Personal data, each person's under a key of their own: to destroy the key is to delete it."""
