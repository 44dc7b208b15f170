-- Records from before the present day that it still needs: open appointments, leases that are out.
-- A hall is loaded from them, from its last configuration and from the day itself.

CREATE TABLE kept (
    hall text COLLATE "C" NOT NULL,
    key  text COLLATE "C" NOT NULL,
    seq  bigint NOT NULL CHECK (seq > 0),
    PRIMARY KEY (hall, key)
);
