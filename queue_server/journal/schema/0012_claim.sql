-- Work that one process of all does at a time, such as handing over messages.
CREATE TABLE claim (
    work   TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until  TEXT NOT NULL
);
