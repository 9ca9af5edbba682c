-- Every fact of every service, byte for byte as its relay published it. Nothing here is ever altered or removed.
CREATE TABLE audit_trail (
    service text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    fact text COLLATE "C" NOT NULL,
    schema integer NOT NULL,
    case_id text COLLATE "C" NOT NULL,
    actor_id text COLLATE "C" NOT NULL CHECK (actor_id <> ''),
    actor_role text COLLATE "C" NOT NULL,
    actor_organisation text COLLATE "C" NOT NULL,
    actor_region text COLLATE "C" NOT NULL,
    command_id text COLLATE "C" NOT NULL,
    caused_by text COLLATE "C" NOT NULL,
    trace_id text COLLATE "C" NOT NULL,
    reason text NOT NULL,
    occurred_at timestamptz NOT NULL,
    position text COLLATE "C" NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    data bytea NOT NULL,
    entry bigint GENERATED ALWAYS AS IDENTITY,
    -- Rows of a transaction that was still open when an export began are left out of all of its pages.
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    received_at timestamptz NOT NULL,
    PRIMARY KEY (service, stream, version)
);

CREATE INDEX audit_trail_by_time ON audit_trail (occurred_at, entry);
CREATE INDEX audit_trail_by_case ON audit_trail (case_id, occurred_at, entry);
CREATE INDEX audit_trail_by_actor ON audit_trail (actor_id, occurred_at, entry);
CREATE INDEX audit_trail_by_fact ON audit_trail (fact, occurred_at, entry);

CREATE FUNCTION refuse_change_of_audit_trail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER audit_trail_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_trail
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_trail();
GRANT SELECT, INSERT ON audit_trail TO :"application";

-- Versions that a later one of the same stream has overtaken on its way. Normal for a moment in a stream that many
-- cases share; a fault where it stays. A row goes when its fact arrives.
CREATE TABLE audit_holes (
    service text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    noticed_at timestamptz NOT NULL,
    PRIMARY KEY (service, stream, version)
);
GRANT SELECT, INSERT, DELETE ON audit_holes TO :"application";
