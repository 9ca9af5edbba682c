-- Which sender has a mail in hand, and until when; after that another may take it (the first one died).
CREATE TABLE mail_leases (
    message_id text COLLATE "C" PRIMARY KEY,
    until timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON mail_leases TO :"application";
