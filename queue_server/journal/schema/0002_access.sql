-- Who may do what: devices' and scripts' tokens, staff, their sessions; and the vault's index of
-- persons. Secrets are stored as hashes; the keys stand outside the database.

CREATE TABLE access_token (
    id         TEXT PRIMARY KEY,
    hash       TEXT NOT NULL UNIQUE,
    role       TEXT NOT NULL,
    hall       TEXT NOT NULL,
    window     TEXT,
    name       TEXT NOT NULL,
    created_at TEXT NOT NULL,
    seeded     TEXT  -- not null: from a demonstration's file
);

CREATE TABLE staff (
    hall          TEXT NOT NULL,
    login         TEXT NOT NULL,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,
    window        TEXT,
    password_hash TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    seeded        TEXT,  -- not null: from a demonstration's file, as which it stood there
    PRIMARY KEY (hall, login)
);

CREATE TABLE session (
    hash       TEXT PRIMARY KEY,
    hall       TEXT NOT NULL,
    login      TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    FOREIGN KEY (hall, login) REFERENCES staff (hall, login) ON DELETE CASCADE
);

-- One row that the readiness probe writes, to know that the store takes writes.
CREATE TABLE heartbeat (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at  TEXT NOT NULL
);

-- id_hash: keyed hash of an ID number; ref: the random reference that events carry.
CREATE TABLE person (
    id_hash    TEXT PRIMARY KEY,
    ref        TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL
);
