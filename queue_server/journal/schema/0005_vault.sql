-- Personal data, encrypted under a key per person, which is wrapped by a master key outside the
-- database; and the log of who looked at whose. Texts are base64.

CREATE TABLE vault_key (
    id         TEXT PRIMARY KEY,
    person     TEXT NOT NULL UNIQUE,
    master     INTEGER NOT NULL,
    wrapped    TEXT NOT NULL,
    created_at TEXT NOT NULL
);

-- keep_until: when it is to be deleted, in UTC; null: together with the person.
CREATE TABLE vault_row (
    key_id     TEXT NOT NULL REFERENCES vault_key (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    sealed     TEXT NOT NULL,
    created_at TEXT NOT NULL,
    keep_until TEXT,
    PRIMARY KEY (key_id, kind, name)
);
CREATE INDEX vault_row_over ON vault_row (keep_until) WHERE keep_until IS NOT NULL;

-- subject: a person's reference or the thing that was changed; nothing here is personal in clear.
CREATE TABLE audit (
    id      TEXT PRIMARY KEY,
    at      TEXT NOT NULL,
    hall    TEXT NOT NULL,
    actor   TEXT NOT NULL,
    act     TEXT NOT NULL,
    subject TEXT NOT NULL,
    why     TEXT NOT NULL,
    detail  TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (at DESC, id DESC);

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;
