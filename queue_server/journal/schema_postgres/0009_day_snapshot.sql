-- A hall's day as it stood at one record, so that a start need not replay it all. Nothing is lost
-- with it: what it says is in the journal. So it is not logged: after a crash of the database it is
-- empty. seq, hash: that record's; format: of the program that wrote it; seal: that it was one with
-- the hall's key.
CREATE UNLOGGED TABLE day_snapshot (
    hall   text COLLATE "C" PRIMARY KEY,
    seq    bigint NOT NULL,
    hash   text   NOT NULL,
    format text   NOT NULL,
    seal   text   NOT NULL,
    body   bytea  NOT NULL
);
