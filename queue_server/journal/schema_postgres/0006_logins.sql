-- Logins: who must choose a new password first, who may not come in any more, and wrong passwords.

ALTER TABLE staff ADD COLUMN must_change integer NOT NULL DEFAULT 0;
ALTER TABLE staff ADD COLUMN disabled integer NOT NULL DEFAULT 0;

-- Also for names that nobody has: an answer must not tell which names there are.
CREATE TABLE login_failure (
    hall     text    NOT NULL,
    login    text    NOT NULL,
    failures integer NOT NULL,
    last_at  text    NOT NULL,
    PRIMARY KEY (hall, login)
);
