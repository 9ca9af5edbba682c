-- Which case a number was allotted to. Written in the transaction that enters the title, so that a collision of two
-- digests is refused and never becomes a second title under one number.
CREATE TABLE numbers (
    number text COLLATE "C" PRIMARY KEY,
    case_id text COLLATE "C" NOT NULL UNIQUE
);
GRANT SELECT, INSERT ON numbers TO :"application";
