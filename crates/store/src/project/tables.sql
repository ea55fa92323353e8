-- What screens query: projections.db. Every row follows from entries and payloads, and is checked against them.
-- docs/schema.sql explains every column. Whoever changes this file raises SHAPE in database.rs: then the file is made anew.

CREATE TABLE projected (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  entries INTEGER NOT NULL,
  leaf BLOB NOT NULL
) STRICT;

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

CREATE INDEX conversation_by_last ON conversation (last_seq);

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
CREATE INDEX turn_by_seq ON turn (seq);
CREATE INDEX turn_open ON turn (seq) WHERE ended_seq IS NULL;

CREATE TABLE answered (
  seq INTEGER PRIMARY KEY,
  turn TEXT NOT NULL,
  at INTEGER NOT NULL,
  model TEXT NOT NULL,
  tied INTEGER NOT NULL,
  possible INTEGER NOT NULL,
  untied INTEGER NOT NULL,
  contradicted INTEGER NOT NULL
) STRICT;

CREATE INDEX answered_by_at ON answered (at);

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
  early INTEGER NOT NULL,
  retry_of TEXT,
  verdict TEXT,
  approved INTEGER,
  edited INTEGER NOT NULL,
  sent_at INTEGER,
  attempts INTEGER NOT NULL,
  dropped TEXT,
  ended_seq INTEGER,
  outcome TEXT,
  failure TEXT,
  status INTEGER,
  drew_on TEXT,
  size INTEGER NOT NULL,
  took INTEGER NOT NULL,
  made TEXT
) STRICT;

CREATE INDEX call_by_conversation ON call (conversation, seq);
CREATE INDEX call_by_turn ON call (turn, seq);
CREATE INDEX call_by_batch ON call (batch, seq) WHERE batch IS NOT NULL;
CREATE INDEX call_by_source ON call (source, seq);
CREATE INDEX call_open ON call (seq) WHERE outcome IS NULL;
CREATE INDEX call_by_retried ON call (retry_of, seq) WHERE retry_of IS NOT NULL;

CREATE TABLE call_entry (
  call_seq INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (call_seq, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE tool (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL
) STRICT;

CREATE TABLE block (
  first INTEGER PRIMARY KEY,
  last INTEGER NOT NULL,
  some INTEGER NOT NULL,
  every INTEGER NOT NULL,
  tools INTEGER NOT NULL,
  at_from INTEGER NOT NULL,
  at_to INTEGER NOT NULL,
  took_from INTEGER NOT NULL,
  took_to INTEGER NOT NULL,
  size_from INTEGER NOT NULL,
  size_to INTEGER NOT NULL
) STRICT;

CREATE TABLE block_calls (
  first INTEGER PRIMARY KEY,
  kinds BLOB NOT NULL,
  measures BLOB NOT NULL
) STRICT;

CREATE TABLE lacking_words (
  call_seq INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE text (
  call_seq INTEGER PRIMARY KEY,
  packed BLOB NOT NULL
) STRICT;

CREATE VIRTUAL TABLE words USING fts5(tool, arguments, result, ending, content='', columnsize=0,
  tokenize='unicode61 remove_diacritics 2');
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);

CREATE TABLE request (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  conversation TEXT,
  turn TEXT,
  model TEXT NOT NULL,
  level INTEGER NOT NULL,
  shortened INTEGER NOT NULL,
  ended_seq INTEGER,
  failure TEXT,
  input INTEGER NOT NULL,
  cached INTEGER NOT NULL,
  output INTEGER NOT NULL,
  reasoning INTEGER NOT NULL,
  cost INTEGER,
  took INTEGER NOT NULL
) STRICT;

CREATE INDEX request_by_id ON request (id);
CREATE INDEX request_by_turn ON request (turn);
CREATE INDEX request_by_conversation ON request (conversation) WHERE conversation IS NOT NULL;
CREATE INDEX request_by_at ON request (at);

CREATE TABLE hold (
  id TEXT NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  conversation TEXT,
  call TEXT,
  call_seq INTEGER,
  everything INTEGER NOT NULL,
  released_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE anchor (
  name TEXT NOT NULL PRIMARY KEY,
  seq INTEGER,
  at INTEGER,
  size INTEGER,
  failed_seq INTEGER,
  failed_at INTEGER
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

CREATE TABLE false_alarm (
  tool TEXT NOT NULL,
  kind TEXT NOT NULL,
  carried TEXT NOT NULL,
  pointer TEXT NOT NULL,
  call TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (tool, kind, carried, pointer)
) STRICT, WITHOUT ROWID;
