-- A key is a person's in one hall: what one hall deletes is not another's. Keys from before belong to
-- the hall whose register named the person last.
UPDATE vault_key SET person = named.hall || '/' || vault_key.person
FROM (
    SELECT DISTINCT ON (1) data::json ->> 'person' AS person, hall
    FROM event WHERE event = 'pensioner_registered' ORDER BY 1, at DESC
) AS named
WHERE named.person = vault_key.person;
