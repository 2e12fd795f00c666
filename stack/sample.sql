-- A sample database: a herd, what it was seen doing, and a view over both. 200 elephants, 1000 sightings.
CREATE TABLE elephant (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    born date NOT NULL,
    mother integer REFERENCES elephant
);
CREATE TABLE sighting (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    elephant integer NOT NULL REFERENCES elephant,
    seen_at timestamptz NOT NULL DEFAULT now(),
    place point NOT NULL
);
CREATE INDEX ON sighting (elephant, seen_at);
INSERT INTO elephant (name, born, mother)
    SELECT 'elephant ' || n, date '1980-01-01' + n * 73, nullif(n / 3, 0) FROM generate_series(1, 200) n;
INSERT INTO sighting (elephant, seen_at, place)
    SELECT 1 + n % 200, timestamptz '2026-01-01 06:00:00+00' + n * interval '37 minutes', point(n % 37, n % 23) FROM generate_series(1, 1000) n;
CREATE VIEW last_seen AS
    SELECT DISTINCT ON (name) name, seen_at, place FROM elephant JOIN sighting ON sighting.elephant = elephant.id ORDER BY name, seen_at DESC;
