"""Sets the project up and starts its rooms; no room imports it."""
