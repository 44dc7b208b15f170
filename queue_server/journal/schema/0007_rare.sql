-- Where days begin and what was changed, to be found without reading all that happened between.
CREATE INDEX event_rare ON event (hall, seq) WHERE event IN (
    'day_opened', 'hall_configured', 'content_taken_in', 'content_put', 'content_removed'
);
