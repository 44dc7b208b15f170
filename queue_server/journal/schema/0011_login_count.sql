-- Wrong passwords, counted for each name and place; both are keyed hashes, because somebody may have
-- typed a password where the name goes. Place '' counts all that are not known together.
DROP TABLE login_failure;

CREATE TABLE login_count (
    who      TEXT    NOT NULL,
    place    TEXT    NOT NULL,
    failures INTEGER NOT NULL,
    last_at  TEXT    NOT NULL,
    PRIMARY KEY (who, place)
);
