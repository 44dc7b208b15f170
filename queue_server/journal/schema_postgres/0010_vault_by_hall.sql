-- A key is a person's in one hall: what one hall deletes is not another's. Keys from before belong to
-- the hall whose register names the person.
UPDATE vault_key SET person = named.hall || '/' || vault_key.person
FROM (
    SELECT data::json ->> 'person' AS person, min(hall) AS hall
    FROM event WHERE event = 'pensioner_registered' GROUP BY 1
) AS named
WHERE named.person = vault_key.person;
