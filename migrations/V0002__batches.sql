-- Attempts, early starts, shared results, retries by hand and edited arguments, as rows show them.
-- A program that does not know this migration can't open the file: it would fill the table `call` without them.
-- Truth stays as it is. The program fills the projections again from it in the same opening (user_version says with
-- which migration that was done last), so nothing in this file has to tell again what the entries say.

DROP TABLE call;
DROP TABLE call_entry;

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
  took INTEGER NOT NULL
) STRICT;

CREATE INDEX call_by_conversation ON call (conversation, seq);
CREATE INDEX call_by_turn ON call (turn, seq);
CREATE INDEX call_by_source ON call (source, seq);
CREATE INDEX call_by_outcome ON call (outcome, seq);
CREATE INDEX call_by_retried ON call (retry_of, seq) WHERE retry_of IS NOT NULL;

CREATE TABLE call_entry (
  call_seq INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (call_seq, seq)
) STRICT, WITHOUT ROWID;
