-- Logins: who must choose a new password first, who may not come in any more, and wrong passwords.

ALTER TABLE staff ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0;
ALTER TABLE staff ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;

-- Also for names that nobody has: an answer must not tell which names there are.
CREATE TABLE login_failure (
    hall     TEXT    NOT NULL,
    login    TEXT    NOT NULL,
    failures INTEGER NOT NULL,
    last_at  TEXT    NOT NULL,
    PRIMARY KEY (hall, login)
);
