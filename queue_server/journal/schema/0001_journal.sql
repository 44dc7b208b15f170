-- The journal, its ticket ledger and the answers given. Rules 1, 2, 3 and 11 of the domain are
-- guarded here, whatever the program does.

CREATE TABLE event (
    hall      TEXT    NOT NULL,
    seq       INTEGER NOT NULL CHECK (seq > 0),
    event     TEXT    NOT NULL,
    at        TEXT    NOT NULL,
    data      TEXT    NOT NULL,
    prev_hash TEXT    NOT NULL,
    hash      TEXT    NOT NULL,
    PRIMARY KEY (hall, seq)
);

-- Where loading a hall may begin.
CREATE INDEX event_day_start ON event (hall, event, seq)
    WHERE event IN ('day_opened', 'hall_configured');

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE (ABORT, 'the journal is append-only'); END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
BEGIN SELECT RAISE (ABORT, 'the journal is append-only'); END;

CREATE TABLE ticket (
    hall           TEXT    NOT NULL,
    id             TEXT    NOT NULL,
    day            TEXT    NOT NULL,
    prefix         TEXT    NOT NULL,
    serial         INTEGER NOT NULL CHECK (serial > 0),
    number         TEXT    NOT NULL,
    service        TEXT    NOT NULL,
    matter         TEXT,
    priority_class TEXT    NOT NULL,
    status         TEXT    NOT NULL,
    window         TEXT,
    issued_at      TEXT    NOT NULL,
    called_at      TEXT,
    started_at     TEXT,
    since_at       TEXT    NOT NULL,
    calls          INTEGER NOT NULL,
    PRIMARY KEY (hall, id)
);

-- Rule 1: one number per hall, day and series.
CREATE UNIQUE INDEX ticket_number ON ticket (hall, day, prefix, serial);
-- Rule 3: a window calls or serves at most one ticket.
CREATE UNIQUE INDEX ticket_at_window ON ticket (hall, window)
    WHERE status IN ('called', 'serving');

-- Rule 2: the same request gets the same answer, for ever.
CREATE TABLE answer (
    hall       TEXT    NOT NULL,
    request_id TEXT    NOT NULL,
    command    TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    seq        INTEGER NOT NULL
);
-- Apart from the rows, so that the random ids touch small pages only.
CREATE UNIQUE INDEX answer_once ON answer (hall, request_id);
