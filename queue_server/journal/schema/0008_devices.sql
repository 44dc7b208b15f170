-- Devices that were paired by a code on their own screen. pairing: those that show a code just now;
-- hash: of the secret that becomes the device's token. device: how a token's page begins.
CREATE TABLE pairing (
    hash       TEXT PRIMARY KEY,
    code       TEXT NOT NULL UNIQUE,
    hall       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    address    TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);

CREATE TABLE device (
    id        TEXT PRIMARY KEY,  -- of its access_token
    hall      TEXT NOT NULL,
    kind      TEXT NOT NULL,
    path      TEXT NOT NULL,
    paired_at TEXT NOT NULL,
    paired_by TEXT NOT NULL
);
