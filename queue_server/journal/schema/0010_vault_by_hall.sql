-- A key is a person's in one hall: what one hall deletes is not another's. Keys from before belong to
-- the hall whose register named the person last (SQLite takes the hall from the row of the maximum).
UPDATE vault_key SET person = named.hall || '/' || vault_key.person
FROM (
    SELECT json_extract(data, '$.person') AS person, hall, max(at)
    FROM event WHERE event = 'pensioner_registered' GROUP BY 1
) AS named
WHERE named.person = vault_key.person;
