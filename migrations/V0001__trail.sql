-- The trail and what screens query of it. docs/schema.sql explains every column.
-- A program that does not know this migration can't open the file: there is nothing before it.

PRAGMA application_id = 1414088015;

-- Truth: appended, never changed. The triggers stop mistakes, ours included; what stops a person with the file and
-- the key is the tree. Each table has a BEFORE INSERT trigger too, because REPLACE and an upsert reach a row that
-- exists without being an UPDATE or, unless recursive_triggers is on, a DELETE.

CREATE TABLE entry (
  seq INTEGER PRIMARY KEY CHECK (seq >= 0),
  body BLOB NOT NULL,
  leaf BLOB NOT NULL CHECK (length(leaf) = 32)
) STRICT;

CREATE TRIGGER entry_is_dense BEFORE INSERT ON entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM entry)
BEGIN SELECT RAISE(ABORT, 'entry: seq is dense and never reused'); END;

CREATE TRIGGER entry_stays BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'entry is append-only'); END;

CREATE TRIGGER entry_remains BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'entry is append-only'); END;

CREATE TABLE tile (
  level INTEGER NOT NULL CHECK (level >= 1),
  position INTEGER NOT NULL CHECK (position >= 0),
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tile_is_new BEFORE INSERT ON tile
WHEN EXISTS (SELECT 1 FROM tile WHERE level = NEW.level AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'tile is append-only'); END;

CREATE TRIGGER tile_stays BEFORE UPDATE ON tile
BEGIN SELECT RAISE(ABORT, 'tile is append-only'); END;

CREATE TRIGGER tile_remains BEFORE DELETE ON tile
BEGIN SELECT RAISE(ABORT, 'tile is append-only'); END;

CREATE TABLE checkpoint (
  size INTEGER PRIMARY KEY CHECK (size >= 1),
  note TEXT NOT NULL
) STRICT;

CREATE TRIGGER checkpoint_grows BEFORE INSERT ON checkpoint
WHEN NEW.size <= (SELECT coalesce(max(size), 0) FROM checkpoint)
BEGIN SELECT RAISE(ABORT, 'checkpoint: sizes only grow'); END;

CREATE TRIGGER checkpoint_stays BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only'); END;

CREATE TRIGGER checkpoint_remains BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only'); END;

CREATE TABLE payload (
  id INTEGER PRIMARY KEY CHECK (id >= 0),
  commitment BLOB NOT NULL UNIQUE CHECK (length(commitment) = 32),
  role TEXT NOT NULL,
  media TEXT NOT NULL,
  size INTEGER NOT NULL CHECK (size >= 0),
  codec TEXT NOT NULL CHECK (codec IN ('raw', 'zstd')),
  bytes BLOB NOT NULL
) STRICT;

CREATE TRIGGER payload_is_new BEFORE INSERT ON payload
WHEN EXISTS (SELECT 1 FROM payload WHERE id = NEW.id OR commitment = NEW.commitment)
BEGIN SELECT RAISE(ABORT, 'payload is append-only'); END;

CREATE TRIGGER payload_stays BEFORE UPDATE ON payload
BEGIN SELECT RAISE(ABORT, 'payload is append-only'); END;

CREATE TRIGGER payload_remains BEFORE DELETE ON payload
BEGIN SELECT RAISE(ABORT, 'payload is append-only'); END;

CREATE TABLE payload_key (
  id INTEGER PRIMARY KEY REFERENCES payload (id),
  secret BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT;

CREATE TRIGGER payload_key_is_new BEFORE INSERT ON payload_key
WHEN EXISTS (SELECT 1 FROM payload_key WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'payload_key is append-only'); END;

CREATE TRIGGER payload_key_stays BEFORE UPDATE ON payload_key
BEGIN SELECT RAISE(ABORT, 'payload_key is append-only'); END;

CREATE TRIGGER payload_key_remains BEFORE DELETE ON payload_key
BEGIN SELECT RAISE(ABORT, 'payload_key is append-only'); END;

-- Projections: what screens query. Every row follows from entries and payloads, and is checked against them.

CREATE TABLE conversation (
  id TEXT NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  title TEXT NOT NULL,
  turns INTEGER NOT NULL,
  last_handle INTEGER NOT NULL,
  level INTEGER NOT NULL,
  categories INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE turn (
  id TEXT NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL,
  conversation TEXT NOT NULL,
  at INTEGER NOT NULL,
  question BLOB NOT NULL,
  ended_seq INTEGER,
  answer BLOB,
  stopped TEXT,
  words BLOB
) STRICT, WITHOUT ROWID;

CREATE INDEX turn_by_conversation ON turn (conversation, seq);
CREATE INDEX turn_open ON turn (seq) WHERE ended_seq IS NULL;

CREATE TABLE call (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  conversation TEXT,
  turn TEXT,
  batch TEXT,
  position INTEGER NOT NULL,
  handle INTEGER NOT NULL,
  source TEXT NOT NULL,
  tool TEXT NOT NULL,
  effect TEXT NOT NULL,
  telling TEXT NOT NULL,
  level INTEGER NOT NULL,
  categories INTEGER NOT NULL,
  verdict TEXT,
  approved INTEGER,
  sent_at INTEGER,
  ended_seq INTEGER,
  outcome TEXT,
  failure TEXT,
  status INTEGER,
  size INTEGER NOT NULL,
  took INTEGER NOT NULL
) STRICT;

CREATE INDEX call_by_conversation ON call (conversation, seq);
CREATE INDEX call_by_turn ON call (turn, seq);
CREATE INDEX call_by_source ON call (source, seq);
CREATE INDEX call_by_outcome ON call (outcome, seq);

CREATE TABLE call_entry (
  call TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (call, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE source (
  name TEXT NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL,
  definition TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE model (
  name TEXT NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL,
  definition TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
  key TEXT NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
