-- A hall's day as it stood at one record, so that a start need not replay it all. Nothing is lost
-- with it: what it says is in the journal. seq, hash: that record's; format: of the program that
-- wrote it; seal: that it was one with the hall's key.
CREATE TABLE day_snapshot (
    hall   TEXT    PRIMARY KEY,
    seq    INTEGER NOT NULL,
    hash   TEXT    NOT NULL,
    format TEXT    NOT NULL,
    seal   TEXT    NOT NULL,
    body   BLOB    NOT NULL
);
