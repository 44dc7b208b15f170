"""HTTP: the API, the event streams and the pages. Decides nothing; translates."""
