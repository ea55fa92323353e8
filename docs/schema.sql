-- What every table and column of a workspace's two databases is for: tieout.db, the trail, and projections.db, what
-- screens query of it. A test compares these statements with the real thing, word by word, so they can't drift apart.
--
-- Both files are SQLite behind SQLCipher with one raw 256-bit key. The pragmas that the promises rest on
-- (journal_mode=WAL, synchronous=FULL, foreign_keys, secure_delete, trusted_schema=OFF, recursive_triggers) are set and
-- read back at every opening of the trail; its application_id is 'TIEO'. projections.db has synchronous=NORMAL: it can be
-- made again, and is, whenever it is lost, broken, behind the trail or of another shape (its user_version).
-- Encryption is for confidentiality alone: integrity is the tree's.
--
-- Beside them lies `reserve`: 4 MiB of nothing, given up when the disk is full so that what was under way can still be
-- recorded, and made again when there is room. Whoever copies a workspace may leave it out.
--
-- Instants are microseconds since 1970 in UTC, lengths of time microseconds, ids text like `call_01K9…`.
-- A `level` is 0 public, 1 internal, 2 confidential, 3 restricted. `categories` is a set of bits: 1 identity,
-- 2 contact, 4 location, 8 financial, 16 health, 32 credential, 64 biometric, 128 communications, 256 calendar,
-- 512 employment, 1024 legal, 2048 minors, 4096 organisation; and above them 8192 not written by the person alone, 16384 not by the
-- organisation alone. So labels join with max() and |. Who alone may read something stands in the entries.

-- ---- truth ------------------------------------------------------------------------------------------------------
-- Appended, never changed: UPDATE, DELETE, REPLACE and upsert abort. No column lies outside what is hashed or can be
-- recomputed, but for `payload.media`, which is a hint for screens.

-- One row per thing that happened.
CREATE TABLE entry (
  seq INTEGER PRIMARY KEY CHECK (seq >= 0),        -- its place in the trail, dense from 0; also in the body
  body BLOB NOT NULL,                              -- RFC 8785 JSON; exactly these bytes are hashed
  leaf BLOB NOT NULL CHECK (length(leaf) = 32)     -- SHA-256(0x00 ‖ body), RFC 6962
) STRICT;
CREATE TRIGGER entry_is_dense BEFORE INSERT ON entry
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM entry)
BEGIN SELECT RAISE(ABORT, 'entry: seq is dense and never reused'); END;
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'entry is append-only'); END;
CREATE TRIGGER entry_remains BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'entry is append-only'); END;

-- Hashes of whole subtrees of 256^level leaves (C2SP tlog-tiles), so that a proof reads few rows. Level 0 is
-- entry.leaf.
CREATE TABLE tile (
  level INTEGER NOT NULL CHECK (level >= 1),       -- from 1
  position INTEGER NOT NULL CHECK (position >= 0), -- its place among the hashes of its level, from 0
  hash BLOB NOT NULL CHECK (length(hash) = 32),    -- the root of its 256^level leaves
  PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER tile_is_new BEFORE INSERT ON tile
WHEN EXISTS (SELECT 1 FROM tile WHERE level = NEW.level AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'tile is append-only'); END;
CREATE TRIGGER tile_stays BEFORE UPDATE ON tile
BEGIN SELECT RAISE(ABORT, 'tile is append-only'); END;
CREATE TRIGGER tile_remains BEFORE DELETE ON tile
BEGIN SELECT RAISE(ABORT, 'tile is append-only'); END;

-- One signed statement per commit: how many entries there were, and the root of their tree.
CREATE TABLE checkpoint (
  size INTEGER PRIMARY KEY CHECK (size >= 1),      -- entries that it covers; also in the note
  note TEXT NOT NULL                               -- C2SP tlog-checkpoint in a signed note
) STRICT;
CREATE TRIGGER checkpoint_grows BEFORE INSERT ON checkpoint
WHEN NEW.size <= (SELECT coalesce(max(size), 0) FROM checkpoint)
BEGIN SELECT RAISE(ABORT, 'checkpoint: sizes only grow'); END;
CREATE TRIGGER checkpoint_stays BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only'); END;
CREATE TRIGGER checkpoint_remains BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only'); END;

-- The bytes that entries commit to, apart from them, so that bytes can be erased and the proof stays whole.
CREATE TABLE payload (
  id INTEGER PRIMARY KEY CHECK (id >= 0),          -- 256 × the seq of the entry that commits to it + its place there
  commitment BLOB NOT NULL CHECK (length(commitment) = 32), -- as the entry has it
  role TEXT NOT NULL,                              -- what it is to that entry: question, arguments, result, …
  media TEXT NOT NULL,                             -- its media type, as a hint for screens; not committed to
  size INTEGER NOT NULL CHECK (size >= 0),         -- bytes before compression
  codec TEXT NOT NULL CHECK (codec IN ('raw', 'zstd')), -- how `bytes` are stored
  secret BLOB NOT NULL CHECK (length(secret) = 32), -- 32 random bytes; HKDF gives the salt of the commitment
  bytes BLOB NOT NULL                              -- the bytes, compressed where that helped
) STRICT;
CREATE TRIGGER payload_is_new BEFORE INSERT ON payload
WHEN EXISTS (SELECT 1 FROM payload WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM erased WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'payload is append-only'); END;
CREATE TRIGGER payload_stays BEFORE UPDATE ON payload
BEGIN SELECT RAISE(ABORT, 'payload is append-only'); END;
CREATE TRIGGER payload_remains BEFORE DELETE ON payload
WHEN NOT EXISTS (SELECT 1 FROM erased WHERE id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'payload: only what is erased on record can go'); END;

-- Which payloads are gone for good. Written with the entry that says so, in the transaction that deletes them.
CREATE TABLE erased (
  id INTEGER PRIMARY KEY CHECK (id >= 0),          -- the payload that was there
  seq INTEGER NOT NULL CHECK (seq > id / 256)      -- the payload.erased that says so
) STRICT;
CREATE TRIGGER erased_is_new BEFORE INSERT ON erased
WHEN EXISTS (SELECT 1 FROM erased WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'erased is append-only'); END;
CREATE TRIGGER erased_stays BEFORE UPDATE ON erased
BEGIN SELECT RAISE(ABORT, 'erased is append-only'); END;
CREATE TRIGGER erased_remains BEFORE DELETE ON erased
BEGIN SELECT RAISE(ABORT, 'erased is append-only'); END;
CREATE INDEX erased_by_seq ON erased (seq);

-- ---- projections ------------------------------------------------------------------------------------------------
-- What screens query, in projections.db. Every row follows from entries and payloads; one function fills them after an
-- entry is durable and when they are rebuilt to be checked. A column is NULL until the entry that says it has been written, or where
-- the thing does not exist (a call by hand has no turn).

-- How far the tables go: one row, written with them.
CREATE TABLE projected (
  one INTEGER PRIMARY KEY CHECK (one = 1),         -- so that there is one
  entries INTEGER NOT NULL,                        -- the first so many entries are in them
  leaf BLOB NOT NULL                               -- the leaf of the last of these: another trail's tables don't fit
) STRICT;

-- One row per conversation.
CREATE TABLE conversation (
  id TEXT NOT NULL PRIMARY KEY,                    -- the conversation
  seq INTEGER NOT NULL,                            -- its first entry
  last_seq INTEGER NOT NULL,                       -- its last entry; the next one names that leaf as `cprev`
  at INTEGER NOT NULL,                             -- when its last entry was written
  entries INTEGER NOT NULL,                        -- how many it has; the next one's `cseq`
  title TEXT NOT NULL,                             -- the beginning of its first question
  turns INTEGER NOT NULL,                          -- questions asked
  last_handle INTEGER NOT NULL,                    -- the highest handle given to a call; 0 for none
  level INTEGER NOT NULL,                          -- of the join of all labels in it
  categories INTEGER NOT NULL                      -- of the join of all labels in it
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_by_last ON conversation (last_seq);

-- One row per turn: from a question to its answer.
CREATE TABLE turn (
  id TEXT NOT NULL PRIMARY KEY,                    -- the turn
  seq INTEGER NOT NULL,                            -- its question.asked
  conversation TEXT NOT NULL,                      -- its conversation
  at INTEGER NOT NULL,                             -- when it was asked
  question BLOB NOT NULL,                          -- the payload of the question
  ended_seq INTEGER,                               -- its answer.given or turn.stopped
  answer BLOB,                                     -- the payload of the answer, if it has one
  stopped TEXT,                                    -- why it has none: cancelled, model, step_limit, crashed
  words BLOB                                       -- the payload that says in words why it has none
) STRICT, WITHOUT ROWID;
CREATE INDEX turn_by_conversation ON turn (conversation, seq);
CREATE INDEX turn_by_seq ON turn (seq);
CREATE INDEX turn_open ON turn (seq) WHERE ended_seq IS NULL;

-- Answers that can still be read, and how many of their figures come from where. One whose payload is erased goes.
CREATE TABLE answered (
  seq INTEGER PRIMARY KEY,                         -- its answer.given
  turn TEXT NOT NULL,                              -- the turn that it answers
  at INTEGER NOT NULL,                             -- when it was given
  model TEXT NOT NULL,                             -- the model, as people read it
  tied INTEGER NOT NULL,                           -- figures that come from results
  possible INTEGER NOT NULL,                       -- figures that may, though chance would do as well
  untied INTEGER NOT NULL,                         -- figures that no result supports
  contradicted INTEGER NOT NULL                    -- results of equations that don't come out
) STRICT;

CREATE INDEX answered_by_at ON answered (at);

-- One row per tool call.
CREATE TABLE call (
  seq INTEGER PRIMARY KEY,                         -- its call.requested
  id TEXT NOT NULL UNIQUE,                         -- the call
  at INTEGER NOT NULL,                             -- when it was asked for
  conversation TEXT,                               -- its conversation; NULL by hand
  turn TEXT,                                       -- its turn; NULL by hand
  batch TEXT,                                      -- its batch; NULL by hand
  position INTEGER NOT NULL,                       -- its place in the batch, from 0
  handle INTEGER NOT NULL,                         -- how the model cites it: 3 is `c3`
  source TEXT NOT NULL,                            -- the source's name; empty if no such tool is connected
  tool TEXT NOT NULL,                              -- `source.tool`; empty if no such tool is connected
  effect TEXT NOT NULL,                            -- read, idempotent_write or write
  telling TEXT NOT NULL,                           -- the arguments that tell a person most, from the payload that runs
  level INTEGER NOT NULL,                          -- of its label as it stands
  categories INTEGER NOT NULL,                     -- of its label as it stands
  early INTEGER NOT NULL,                          -- 1 if it was taken in while the model still wrote its message
  retry_of TEXT,                                   -- the ended call that a person made again with it
  verdict TEXT,                                    -- policy: allow, ask or deny
  approved INTEGER,                                -- a person: 1 allowed, 0 refused; NULL if nobody was asked
  edited INTEGER NOT NULL,                         -- 1 if a person put other arguments in the place of the model's
  sent_at INTEGER,                                 -- when it was first sent
  attempts INTEGER NOT NULL,                       -- requests that were sent for it
  dropped TEXT,                                    -- why it is no part of its message, if it started early in vain
  ended_seq INTEGER,                               -- its call.ended
  outcome TEXT,                                    -- returned, failed, refused, cancelled, timed_out or unknown
  failure TEXT,                                    -- the class, for failed
  status INTEGER,                                  -- the source's status, if it answered
  drew_on TEXT,                                    -- the call whose recorded result it used instead of a request
  size INTEGER NOT NULL,                           -- bytes of the result that we hold
  took INTEGER NOT NULL,                           -- from dispatch to the end; 0 until then and if never sent
  made TEXT                                        -- what its label is made of, JSON; NULL if nothing was detected
) STRICT;
CREATE INDEX call_by_conversation ON call (conversation, seq);
CREATE INDEX call_by_turn ON call (turn, seq);
CREATE INDEX call_by_batch ON call (batch, seq) WHERE batch IS NOT NULL;
CREATE INDEX call_by_source ON call (source, seq);
CREATE INDEX call_open ON call (seq) WHERE outcome IS NULL;
CREATE INDEX call_by_retried ON call (retry_of, seq) WHERE retry_of IS NOT NULL;

-- The tools that were ever called, by the number that blocks have for them.
CREATE TABLE tool (
  id INTEGER PRIMARY KEY,                          -- from 0, in the order of their first calls
  name TEXT NOT NULL UNIQUE,                       -- `source.tool`; empty for those that are not connected
  source TEXT NOT NULL                             -- the source's name; empty without one
) STRICT;

-- What a search looks through: 512 calls one after another, in the order of the trail, and what all or none of them are,
-- so that a block is read only if one of its calls may fit. A trait is a bit of a number: each effect, level, verdict,
-- outcome (and having none), class of failure, hundred of a status, mark and category has one (`sieve/traits.rs`).
CREATE TABLE block (
  first INTEGER PRIMARY KEY,                       -- its first call, by its call.requested
  last INTEGER NOT NULL,                           -- its last call
  some INTEGER NOT NULL,                           -- traits of one of its calls at least
  every INTEGER NOT NULL,                          -- traits of each of its calls
  tools INTEGER NOT NULL,                          -- bit `tool.id % 63` for each tool that was called
  at_from INTEGER NOT NULL,                        -- when the earliest was asked for
  at_to INTEGER NOT NULL,                          -- when the latest was asked for
  took_from INTEGER NOT NULL,                      -- the shortest `took`
  took_to INTEGER NOT NULL,                        -- the longest `took`
  size_from INTEGER NOT NULL,                      -- the smallest `size`
  size_to INTEGER NOT NULL                         -- the largest `size`
) STRICT;

-- The calls of a block, little-endian numbers one after another.
CREATE TABLE block_calls (
  first INTEGER PRIMARY KEY,                       -- the block
  kinds BLOB NOT NULL,                             -- of each call: seq (8 bytes), traits (8), tool (4)
  measures BLOB NOT NULL                           -- of each call: at (8), took (8), size (8), attempts (2), status (2; 0: none)
) STRICT;

-- The calls whose words are still to be put into the index; done when it is quiet, and before a search for words.
CREATE TABLE lacking_words (
  call_seq INTEGER PRIMARY KEY                     -- the call, by its call.requested
) STRICT;

-- What was put into the index for a call: FTS5 can take out only what it is told again.
CREATE TABLE text (
  call_seq INTEGER PRIMARY KEY,                    -- the call, by its call.requested
  packed BLOB NOT NULL                             -- the four columns of `words`, a line each, compressed with zstd
) STRICT;

-- The words of calls (FTS5, which keeps its index in four tables of its own; it keeps no text). Of JSON the strings,
-- names and numbers, at most 64 kB of text of each payload. Its rows go by the call's seq. `secure-delete` is set.
CREATE VIRTUAL TABLE words USING fts5(tool, arguments, result, ending, content='', columnsize=0,
  tokenize='unicode61 remove_diacritics 2');

-- Requests to models: what each was shown, and what it used.
CREATE TABLE request (
  seq INTEGER PRIMARY KEY,                         -- its model.called
  id TEXT NOT NULL,                                -- the request
  at INTEGER NOT NULL,                             -- when it was sent
  conversation TEXT,                               -- its conversation; NULL for a test by hand
  turn TEXT,                                       -- the turn that it serves; NULL for a test by hand
  model TEXT NOT NULL,                             -- the model's name in the workspace
  level INTEGER NOT NULL,                          -- of the join of what is in it
  shortened INTEGER NOT NULL,                      -- results of earlier calls that it shows shorter, so that it fits
  ended_seq INTEGER,                               -- its model.returned
  failure TEXT,                                    -- how it went wrong, if it did
  input INTEGER NOT NULL,                          -- tokens read; 0 until it ended, like those below
  cached INTEGER NOT NULL,                         -- of them, those that the provider had kept
  output INTEGER NOT NULL,                         -- tokens written
  reasoning INTEGER NOT NULL,                      -- of them, those that were thought and not said
  cost INTEGER,                                    -- millionths of a US dollar; NULL where no price was known
  took INTEGER NOT NULL                            -- from sending to the last byte
) STRICT;
CREATE INDEX request_by_id ON request (id);
CREATE INDEX request_by_turn ON request (turn);
CREATE INDEX request_by_conversation ON request (conversation) WHERE conversation IS NOT NULL;
CREATE INDEX request_by_at ON request (at);

-- Which entries name a call: its story, and the answers that were given with it in view.
CREATE TABLE call_entry (
  call_seq INTEGER NOT NULL,                       -- the call, by its call.requested
  seq INTEGER NOT NULL,                            -- an entry that names it
  PRIMARY KEY (call_seq, seq)
) STRICT, WITHOUT ROWID;

-- Holds: what they cover can't be erased until they are released.
CREATE TABLE hold (
  id TEXT NOT NULL PRIMARY KEY,                    -- the hold
  seq INTEGER NOT NULL,                            -- its hold.set
  at INTEGER NOT NULL,                             -- when it was set
  conversation TEXT,                               -- the conversation that it covers, if one
  call TEXT,                                       -- the call that it covers, if one
  call_seq INTEGER,                                -- that call's call.requested, if there is such a call
  everything INTEGER NOT NULL,                     -- 1 if it covers every payload
  released_at INTEGER                              -- when it was released
) STRICT, WITHOUT ROWID;

-- Anchors that were ever asked, and what the record says of each.
CREATE TABLE anchor (
  name TEXT NOT NULL PRIMARY KEY,                  -- its name in the workspace
  seq INTEGER,                                     -- its latest anchor.recorded, if there is one
  at INTEGER,                                      -- when that was
  size INTEGER,                                    -- how many entries the checkpoint covers that it holds
  failed_seq INTEGER,                              -- its latest anchor.failed, if there is one
  failed_at INTEGER                                -- when that was
) STRICT, WITHOUT ROWID;

-- The sources as they stand.
CREATE TABLE source (
  name TEXT NOT NULL PRIMARY KEY,                  -- its name in the workspace
  seq INTEGER NOT NULL,                            -- the source.changed that says so
  definition TEXT NOT NULL                         -- that entry's payload: JSON, names of secrets but no secrets
) STRICT, WITHOUT ROWID;

-- The models as they stand.
CREATE TABLE model (
  name TEXT NOT NULL PRIMARY KEY,                  -- its name in the workspace
  seq INTEGER NOT NULL,                            -- the model.changed that says so
  definition TEXT NOT NULL                         -- that entry's payload: JSON, names of secrets but no secrets
) STRICT, WITHOUT ROWID;

-- The other settings as they stand.
CREATE TABLE setting (
  key TEXT NOT NULL PRIMARY KEY,                   -- its name, such as `look`
  seq INTEGER NOT NULL,                            -- the settings.changed that says so
  value TEXT NOT NULL                              -- that entry's payload: JSON
) STRICT, WITHOUT ROWID;

-- Kinds that a person called false alarms: they are not raised there at any call of the tool.
CREATE TABLE false_alarm (
  tool TEXT NOT NULL,                              -- `source.tool`
  kind TEXT NOT NULL,                              -- the kind of finding
  carried TEXT NOT NULL,                           -- arguments or result
  pointer TEXT NOT NULL,                           -- where, places in lists as `*`
  call TEXT NOT NULL,                              -- the call at which they said so
  seq INTEGER NOT NULL,                            -- the finding.dismissed that says so
  PRIMARY KEY (tool, kind, carried, pointer)
) STRICT, WITHOUT ROWID;

-- ---- migrations -------------------------------------------------------------------------------------------------

-- Which migrations were applied, kept by refinery; its own statement, hence the looser types.
CREATE TABLE refinery_schema_history (
  version int4 PRIMARY KEY,                        -- the number in the file's name
  name VARCHAR(255),                               -- the rest of the file's name
  applied_on VARCHAR(255),                         -- when, RFC 3339
  checksum VARCHAR(255)                            -- of the file's text; another text under this number is refused
);
