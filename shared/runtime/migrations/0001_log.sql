-- The log of facts, and what the runtime remembers beside it. Valid on PostgreSQL 15 to 18.

-- xid orders the log without gaps: readers stay below the oldest transaction that is still open (pg_snapshot_xmin).
CREATE TABLE facts (
    stream_id text NOT NULL CHECK (length(stream_id) BETWEEN 1 AND 300),
    version bigint NOT NULL CHECK (version >= 0),
    name text NOT NULL,
    state bytea NOT NULL,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    position bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (stream_id, version)
);
CREATE UNIQUE INDEX facts_in_order ON facts (xid, position);

CREATE FUNCTION refuse_to_change_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'facts are never changed: % refused', TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Append a fact that corrects the earlier one.';
END $$;
CREATE TRIGGER facts_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON facts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_facts();
GRANT SELECT, INSERT ON facts TO :"application";

-- An append that would be stored in part (a race with another process) ends its whole transaction with this.
CREATE FUNCTION refuse_torn_append(number int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'torn append' USING ERRCODE = 'SHF01', DETAIL = number::text;
END $$;
GRANT EXECUTE ON FUNCTION refuse_torn_append(int) TO :"application";

-- The state of a long stream at one version; may be dropped at any time. "fold" is the digest of the code that made it.
CREATE TABLE snapshots (
    stream_id text PRIMARY KEY,
    version bigint NOT NULL,
    fold text NOT NULL,
    state bytea NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON snapshots TO :"application";

-- How a command with an Idempotency-Key was answered; forgotten after expires_at.
CREATE TABLE receipts (
    scope text NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    digest text NOT NULL,
    status int NOT NULL,
    headers jsonb NOT NULL DEFAULT '{}',
    body bytea NOT NULL DEFAULT '',
    answered_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL DEFAULT now() + interval '30 days',
    PRIMARY KEY (scope, key)
);
CREATE INDEX receipts_to_forget ON receipts (expires_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON receipts TO :"application";

-- How far a reader of this log got: relay, views.
CREATE TABLE checkpoints (
    name text PRIMARY KEY,
    xid bigint NOT NULL,
    number bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON checkpoints TO :"application";

-- Which shape each view has (digest of its DDL).
CREATE TABLE views (
    name text PRIMARY KEY,
    shape text NOT NULL,
    built_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON views TO :"application";

-- How far a subscriber got in other services' streams: by stream (duplicates) and by partition (offsets).
CREATE TABLE seen (
    subscriber text NOT NULL,
    source text NOT NULL,
    stream text NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (subscriber, source, stream)
);
CREATE TABLE offsets (
    subscriber text NOT NULL,
    topic text NOT NULL,
    partition int NOT NULL,
    next_offset bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subscriber, topic, partition)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON seen, offsets TO :"application";

-- Deliveries that were refused, and what came behind them for the same key.
CREATE TABLE parked (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscriber text NOT NULL,
    source text NOT NULL,
    stream text NOT NULL,
    version bigint NOT NULL,
    topic text NOT NULL,
    partition int NOT NULL,
    record_offset bigint,
    key text NOT NULL,
    headers jsonb NOT NULL,
    value bytea NOT NULL,
    reason text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('rejected', 'behind')),
    status text NOT NULL DEFAULT 'parked' CHECK (status IN ('parked', 'retried', 'skipped')),
    parked_at timestamptz NOT NULL DEFAULT now(),
    resolved_by text,
    resolved_reason text,
    resolved_at timestamptz
);
CREATE INDEX parked_open ON parked (subscriber, key, id) WHERE status = 'parked';
GRANT SELECT, INSERT, UPDATE ON parked TO :"application";

-- Records that are not ours or of a type that is newer than we are: kept, not understood.
CREATE TABLE foreign_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscriber text NOT NULL,
    topic text NOT NULL,
    partition int NOT NULL,
    record_offset bigint,
    key text NOT NULL,
    headers jsonb NOT NULL,
    value bytea NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, DELETE ON foreign_events TO :"application";

-- Which deadlines were fired or tried. A deadline that moves is another row: due_at is part of its key.
CREATE TABLE deadline_attempts (
    deadline_id text NOT NULL,
    due_at timestamptz NOT NULL,
    attempts int NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    fired_at timestamptz,
    last_error text NOT NULL DEFAULT '',
    PRIMARY KEY (deadline_id, due_at)
);
CREATE INDEX deadline_attempts_open ON deadline_attempts (next_at) WHERE fired_at IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON deadline_attempts TO :"application";
