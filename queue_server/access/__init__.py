"""Who may do what: roles, tokens, staff, sessions, and the keys that stand outside the database."""
