-- The journal, its ticket ledger and the answers given, as in SQLite's schema. Rules 1, 2, 3 and 11
-- of the domain are guarded here, whatever the program does. Times and data stay text: the hashes
-- are made over them as they stand.

-- Where each hall's journal ends. Whoever appends locks the hall's row and no other.
CREATE TABLE head (
    hall text COLLATE "C" PRIMARY KEY,
    seq  bigint NOT NULL CHECK (seq >= 0),
    hash text NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE event (
    hall      text COLLATE "C" NOT NULL,
    seq       bigint NOT NULL CHECK (seq > 0),
    event     text COLLATE "C" NOT NULL,
    at        text NOT NULL,
    data      text NOT NULL,
    prev_hash text NOT NULL,
    hash      text NOT NULL,
    PRIMARY KEY (hall, seq)
);

-- Where loading a hall may begin.
CREATE INDEX event_day_start ON event (hall, event, seq)
    WHERE event IN ('day_opened', 'hall_configured');

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER event_is_never_changed BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_is_never_emptied BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE ticket (
    hall           text COLLATE "C" NOT NULL,
    id             text COLLATE "C" NOT NULL,
    day            text COLLATE "C" NOT NULL,
    prefix         text COLLATE "C" NOT NULL,
    serial         bigint NOT NULL CHECK (serial > 0),
    number         text NOT NULL,
    service        text NOT NULL,
    matter         text,
    priority_class text NOT NULL,
    status         text NOT NULL,
    "window"       text COLLATE "C",
    issued_at      text NOT NULL,
    called_at      text,
    started_at     text,
    since_at       text NOT NULL,
    calls          bigint NOT NULL,
    PRIMARY KEY (hall, id),
    -- Rule 1: one number per hall, day and series.
    CONSTRAINT ticket_number UNIQUE (hall, day, prefix, serial),
    -- Rule 3: a window calls or serves at most one ticket. Looked at when a whole commit's rows are
    -- in place, because they change as a set.
    CONSTRAINT ticket_at_window EXCLUDE USING btree (hall WITH =, "window" WITH =)
        WHERE (status IN ('called', 'serving')) DEFERRABLE INITIALLY IMMEDIATE
);

-- Rule 2: the same request gets the same answer, for ever.
CREATE TABLE answer (
    hall       text COLLATE "C" NOT NULL,
    request_id text COLLATE "C" NOT NULL,
    command    text NOT NULL,
    body       text NOT NULL,
    seq        bigint NOT NULL,
    CONSTRAINT answer_once PRIMARY KEY (hall, request_id)
);
