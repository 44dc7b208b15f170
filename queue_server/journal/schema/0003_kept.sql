-- Records from before the present day that it still needs: open appointments, leases that are out.
-- A hall is loaded from them, from its last configuration and from the day itself.

CREATE TABLE kept (
    hall TEXT    NOT NULL,
    key  TEXT    NOT NULL,
    seq  INTEGER NOT NULL,
    PRIMARY KEY (hall, key)
) WITHOUT ROWID;

-- Rows to be dropped are marked with seq 0 first and taken out with the same commit.
CREATE INDEX kept_no_longer ON kept (seq) WHERE seq = 0;
