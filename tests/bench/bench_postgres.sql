-- What two PostgreSQL transactions do for one job start, with an outbox between them: each dedupes by
-- the fact's id, counts the version of its aggregate, and writes what ours writes (a fact, an
-- aggregate of 300 bytes, an event of 200; payment also the batch and two balances). Nothing is
-- worked out: the amount is a constant. And in PostgreSQL's favour nobody looks for work in the
-- outbox: whoever wrote an event takes it, so no two sessions ever want the same one.
CREATE TABLE registry_case (id bigint PRIMARY KEY, version bigint NOT NULL, body bytea NOT NULL);
CREATE TABLE registry_fact (id uuid PRIMARY KEY, case_id bigint NOT NULL, body bytea NOT NULL,
    reply bytea NOT NULL);
CREATE TABLE outbox (id bigserial PRIMARY KEY, case_id bigint NOT NULL, fact uuid NOT NULL,
    body bytea NOT NULL);
CREATE TABLE payment_case (id bigint PRIMARY KEY, version bigint NOT NULL, body bytea NOT NULL);
CREATE TABLE payment_fact (id uuid PRIMARY KEY, case_id bigint NOT NULL, body bytea NOT NULL);
CREATE TABLE payment_batch (case_id bigint NOT NULL, index bigint NOT NULL, body bytea NOT NULL,
    PRIMARY KEY (case_id, index));
CREATE TABLE payment_stream (id bigserial PRIMARY KEY, case_id bigint NOT NULL,
    body bytea NOT NULL);
-- By partition, as ours: 256 rows of each, so that writers seldom meet.
CREATE TABLE balance (part int NOT NULL, account text NOT NULL, amount bigint NOT NULL,
    PRIMARY KEY (part, account)) WITH (fillfactor = 30);

CREATE FUNCTION bytes(n int) RETURNS bytea LANGUAGE sql IMMUTABLE AS
    $$ SELECT decode(repeat('5a', n), 'hex') $$;

CREATE FUNCTION job_start(fact uuid, the_case bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE event bigint;
BEGIN
    INSERT INTO registry_fact VALUES (fact, the_case, bytes(90), bytes(40))
        ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    UPDATE registry_case SET version = version + 1, body = bytes(300) WHERE id = the_case;
    INSERT INTO outbox (case_id, fact, body) VALUES (the_case, fact, bytes(200))
        RETURNING id INTO event;
    RETURN event;
END $$;

-- Takes one event from the outbox and posts its premium.
CREATE FUNCTION premium(wanted bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE event outbox%ROWTYPE; counted bigint;
BEGIN
    DELETE FROM outbox WHERE id = wanted RETURNING * INTO event;
    IF event.id IS NULL THEN
        RETURN 0;
    END IF;
    INSERT INTO payment_fact VALUES (event.fact, event.case_id, event.body)
        ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    UPDATE payment_case SET version = version + 1, body = bytes(300) WHERE id = event.case_id
        RETURNING version INTO counted;
    INSERT INTO payment_batch VALUES (event.case_id, counted, bytes(250));
    UPDATE balance SET amount = amount + 692500
        WHERE part = event.case_id % 256 AND account = 'expense';
    UPDATE balance SET amount = amount - 692500
        WHERE part = event.case_id % 256 AND account = 'provider';
    INSERT INTO payment_stream (case_id, body) VALUES (event.case_id, bytes(200));
    RETURN counted;
END $$;

INSERT INTO registry_case SELECT i, 0, bytes(300) FROM generate_series(1, :people) AS i;
INSERT INTO payment_case SELECT i, 0, bytes(300) FROM generate_series(1, :people) AS i;
INSERT INTO balance SELECT p, a, 0 FROM generate_series(0, 255) AS p,
    unnest(ARRAY['expense', 'provider']) AS a;
VACUUM ANALYZE;
