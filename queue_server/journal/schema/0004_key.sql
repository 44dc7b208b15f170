-- Which key file this database belongs to, by a keyed hash: with another key nobody's index entry
-- and no phone's link would fit any more.
CREATE TABLE key_check (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    fingerprint TEXT NOT NULL
);
