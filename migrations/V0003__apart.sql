-- Projections move into a file of their own (projections.db), so that recording a call waits for truth alone. What was
-- here is dropped: the program fills them again from the entries.
-- A payload and its secret become one row: they are written together, read together and erased together. Nothing
-- looks a payload up by its commitment any more, whose place in an index is random and cost more than the payload.
-- A payload can be deleted once an entry on record says that it is erased, and never before.

DROP TABLE conversation;
DROP TABLE turn;
DROP TABLE call;
DROP TABLE call_entry;
DROP TABLE source;
DROP TABLE model;
DROP TABLE setting;

ALTER TABLE payload RENAME TO payload_before;

CREATE TABLE payload (
  id INTEGER PRIMARY KEY CHECK (id >= 0),
  commitment BLOB NOT NULL CHECK (length(commitment) = 32),
  role TEXT NOT NULL,
  media TEXT NOT NULL,
  size INTEGER NOT NULL CHECK (size >= 0),
  codec TEXT NOT NULL CHECK (codec IN ('raw', 'zstd')),
  secret BLOB NOT NULL CHECK (length(secret) = 32),
  bytes BLOB NOT NULL
) STRICT;

INSERT INTO payload (id, commitment, role, media, size, codec, secret, bytes)
SELECT id, commitment, role, media, size, codec, secret, bytes FROM payload_before JOIN payload_key USING (id);

DROP TABLE payload_key;
DROP TABLE payload_before;

CREATE TABLE erased (
  id INTEGER PRIMARY KEY CHECK (id >= 0),
  seq INTEGER NOT NULL CHECK (seq > id / 256)
) STRICT;

CREATE TRIGGER erased_is_new BEFORE INSERT ON erased
WHEN EXISTS (SELECT 1 FROM erased WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'erased is append-only'); END;

CREATE TRIGGER erased_stays BEFORE UPDATE ON erased
BEGIN SELECT RAISE(ABORT, 'erased is append-only'); END;

CREATE TRIGGER erased_remains BEFORE DELETE ON erased
BEGIN SELECT RAISE(ABORT, 'erased is append-only'); END;

CREATE TRIGGER payload_is_new BEFORE INSERT ON payload
WHEN EXISTS (SELECT 1 FROM payload WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM erased WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'payload is append-only'); END;

CREATE TRIGGER payload_stays BEFORE UPDATE ON payload
BEGIN SELECT RAISE(ABORT, 'payload is append-only'); END;

CREATE TRIGGER payload_remains BEFORE DELETE ON payload
WHEN NOT EXISTS (SELECT 1 FROM erased WHERE id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'payload: only what is erased on record can go'); END;
