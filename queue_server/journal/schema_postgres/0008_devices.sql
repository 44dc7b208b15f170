-- Devices that were paired by a code on their own screen. pairing: those that show a code just now;
-- hash: of the secret that becomes the device's token. device: how a token's page begins.
CREATE TABLE pairing (
    hash       text PRIMARY KEY,
    code       text NOT NULL UNIQUE,
    hall       text NOT NULL,
    kind       text NOT NULL,
    name       text NOT NULL,
    address    text NOT NULL,
    created_at text NOT NULL,
    expires_at text NOT NULL
);

CREATE TABLE device (
    id        text PRIMARY KEY,  -- of its access_token
    hall      text NOT NULL,
    kind      text NOT NULL,
    path      text NOT NULL,
    paired_at text NOT NULL,
    paired_by text NOT NULL
);
