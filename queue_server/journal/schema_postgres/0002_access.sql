-- Who may do what: devices' and scripts' tokens, staff, their sessions; and the vault's index of
-- persons. Secrets are stored as hashes; the keys stand outside the database.

CREATE TABLE access_token (
    id         text PRIMARY KEY,
    hash       text NOT NULL UNIQUE,
    role       text NOT NULL,
    hall       text NOT NULL,
    "window"   text,
    name       text NOT NULL,
    created_at text NOT NULL,
    seeded     text  -- not null: from a demonstration's file
);

CREATE TABLE staff (
    hall          text NOT NULL,
    login         text NOT NULL,
    name          text NOT NULL,
    role          text NOT NULL,
    "window"      text,
    password_hash text NOT NULL,
    created_at    text NOT NULL,
    seeded        text,  -- not null: from a demonstration's file, as which it stood there
    PRIMARY KEY (hall, login)
);

CREATE TABLE session (
    hash       text PRIMARY KEY,
    hall       text NOT NULL,
    login      text NOT NULL,
    created_at text NOT NULL,
    expires_at text NOT NULL,
    FOREIGN KEY (hall, login) REFERENCES staff (hall, login) ON DELETE CASCADE
);
CREATE INDEX session_of_staff ON session (hall, login);

-- One row that the readiness probe writes, to know that the store takes writes.
CREATE TABLE heartbeat (
    one integer PRIMARY KEY CHECK (one = 1),
    at  text NOT NULL
);

-- id_hash: keyed hash of an ID number; ref: the random reference that events carry.
CREATE TABLE person (
    id_hash    text PRIMARY KEY,
    ref        text NOT NULL UNIQUE,
    created_at text NOT NULL
);
