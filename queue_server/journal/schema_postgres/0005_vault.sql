-- Personal data, encrypted under a key per person, which is wrapped by a master key outside the
-- database; and the log of who looked at whose. Texts are base64.

CREATE TABLE vault_key (
    id         text PRIMARY KEY,
    person     text NOT NULL UNIQUE,
    master     integer NOT NULL,
    wrapped    text NOT NULL,
    created_at text NOT NULL
);

-- keep_until: when it is to be deleted, in UTC; null: together with the person.
CREATE TABLE vault_row (
    key_id     text NOT NULL REFERENCES vault_key (id) ON DELETE CASCADE,
    kind       text NOT NULL,
    name       text NOT NULL,
    sealed     text NOT NULL,
    created_at text NOT NULL,
    keep_until text,
    PRIMARY KEY (key_id, kind, name)
);
CREATE INDEX vault_row_over ON vault_row (keep_until) WHERE keep_until IS NOT NULL;

-- subject: a person's reference or the thing that was changed; nothing here is personal in clear.
CREATE TABLE audit (
    id      text PRIMARY KEY,
    at      text NOT NULL,
    hall    text NOT NULL,
    actor   text NOT NULL,
    act     text NOT NULL,
    subject text NOT NULL,
    why     text NOT NULL,
    detail  text NOT NULL
);
CREATE INDEX audit_by_time ON audit (at DESC, id DESC);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
