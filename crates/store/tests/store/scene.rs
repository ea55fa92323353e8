//! A workspace in a temporary folder, the drafts of its story, and a verifier of twenty lines.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::entry::{Draft, Entry};
use domain::fact::Fact;
use domain::id::{BootId, ConversationId, Seq};
use domain::payload::{Payload, PayloadRole, commitment, salt};
use domain::time::{Micros, Moment};
use rusqlite::Connection;
use store::{DatabaseKey, Keys, Opening, Piece, Reader, Recovery, Store, StoreError};
use tempfile::TempDir;
use tlog::{Frontier, Signer, Verifier, leaf_hash};

pub(crate) const KEY: [u8; 32] = [7; 32];
const NOON: i64 = 1_790_000_000_000_000;

/// A folder for one workspace. Time in it passes by a second at each look at the clock.
pub(crate) struct Scene {
    dir: TempDir,
    clock: AtomicU64,
    minted: AtomicU64,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self { dir: TempDir::new().unwrap(), clock: AtomicU64::new(0), minted: AtomicU64::new(0) }
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn now(&self) -> Moment {
        let seconds = self.clock.fetch_add(1, Ordering::Relaxed);
        Moment { at: Micros(NOON + i64::try_from(seconds).unwrap() * 1_000_000), mono: seconds * 1_000_000 }
    }

    /// A number that was not given before: for ids and secrets.
    pub(crate) fn fresh(&self) -> u128 {
        u128::from(self.minted.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn conversation(&self) -> ConversationId {
        ConversationId::new(1, self.fresh())
    }

    pub(crate) fn payload(&self, role: PayloadRole, bytes: impl Into<Vec<u8>>) -> Payload {
        let mut secret = [0; 32];
        secret[..16].copy_from_slice(&self.fresh().to_be_bytes());
        Payload::seal(secret, role, "application/json", bytes.into())
    }

    pub(crate) fn draft(
        &self,
        conversation: Option<ConversationId>,
        fact: Fact,
        payloads: Vec<Payload>,
    ) -> Draft {
        Draft { moment: self.now(), conversation, fact, payloads }
    }

    /// A conversation's first entry: the smallest thing to record.
    pub(crate) fn opened(&self) -> Draft {
        self.draft(Some(self.conversation()), Fact::ConversationOpened {}, Vec::new())
    }

    pub(crate) async fn create(&self) -> Store {
        let mut mint = || [1; 32];
        Store::create(self.opening(self.dir(), &mut mint), keys(KEY, 9)).await.unwrap()
    }

    pub(crate) async fn open(&self) -> (Store, Recovery) {
        self.try_open(self.dir(), keys(KEY, 9)).await.unwrap()
    }

    pub(crate) async fn try_open(&self, dir: &Path, keys: Keys) -> Result<(Store, Recovery), StoreError> {
        let mut mint = || {
            let mut secret = [2; 32];
            secret[..16].copy_from_slice(&self.fresh().to_be_bytes());
            secret
        };
        Store::open(self.opening(dir, &mut mint), keys).await
    }

    pub(crate) fn opening<'a>(
        &self,
        dir: &'a Path,
        mint: &'a mut (dyn FnMut() -> [u8; 32] + Send),
    ) -> Opening<'a> {
        Opening { dir, boot: BootId::new(3, self.fresh()), program: "tieout 0.1.0", moment: self.now(), mint }
    }

    /// The database as somebody with the key and no manners has it.
    pub(crate) fn raw(&self) -> Connection {
        raw(self.dir())
    }
}

/// The trail, with the tables that screens query attached.
pub(crate) fn raw(dir: &Path) -> Connection {
    let connection = Connection::open(dir.join("tieout.db")).unwrap();
    let key = "07".repeat(32);
    connection.execute_batch(&format!("PRAGMA key = \"x'{key}'\"")).unwrap();
    connection.execute_batch("PRAGMA busy_timeout = 5000").unwrap();
    let tables = dir.join("projections.db");
    connection
        .execute("ATTACH DATABASE ?1 AS projections KEY ?2", (tables.to_str().unwrap(), format!("x'{key}'")))
        .unwrap();
    connection
}

pub(crate) fn keys(database: [u8; 32], seed: u8) -> Keys {
    let signer = Signer::from_seed("tieout.example/ada".parse().unwrap(), [seed; 32]);
    Keys { database: DatabaseKey::new(database), signer: signer.into() }
}

/// What a trail holds, once every piece of it was checked.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sound {
    pub(crate) entries: u64,
    pub(crate) checkpoints: u64,
    pub(crate) payloads: u64,
    pub(crate) tiles: u64,
}

/// Recomputes the tree from the bodies and checks everything that is stored against it.
pub(crate) async fn sound(reader: &Reader) -> Sound {
    let verifier = Verifier::from_vkey(&reader.vkey().await.unwrap()).unwrap();
    let evidence = reader.clone();
    tokio::task::spawn_blocking(move || check(&evidence, &verifier)).await.unwrap()
}

fn check(reader: &Reader, verifier: &Verifier) -> Sound {
    let mut sound = Sound::default();
    let mut tree = Frontier::new();
    let mut finished = Vec::new();
    let mut ends: HashMap<ConversationId, (u64, String)> = HashMap::new();
    let mut named = HashSet::new();
    let mut signed = 0;
    for piece in reader.evidence().unwrap() {
        match piece.unwrap() {
            Piece::Entry { seq, body, leaf } => {
                assert_eq!(seq, Seq(sound.entries));
                assert_eq!(leaf_hash(&body).as_bytes(), &leaf);
                finished.extend(tree.push(leaf_hash(&body)));
                let entry = Entry::from_body(&body).unwrap();
                assert_eq!(entry.seq, seq);
                named.extend(entry.fact.commitments());
                if let Some(link) = entry.link {
                    let end = ends.entry(link.conversation).or_default();
                    assert_eq!((link.cseq, &link.cprev), (end.0, &end.1), "entry {seq}");
                    *end = (link.cseq + 1, leaf_hash(&body).to_hex());
                    if let Fact::AnswerGiven { entries, .. } = entry.fact {
                        assert_eq!(entries, end.0);
                    }
                }
                sound.entries += 1;
            }
            Piece::Payload { seq, commitment: commits, secret, bytes } => {
                assert_eq!(seq.0 + 1, sound.entries);
                assert!(named.remove(&commits));
                assert_eq!(commitment(&salt(&secret), &bytes), commits);
                sound.payloads += 1;
            }
            Piece::Tile { level, index, hash } => {
                let tile = finished.remove(0);
                assert_eq!((level, index, &hash), (tile.level, tile.index, tile.hash.as_bytes()));
                sound.tiles += 1;
            }
            Piece::Checkpoint { size, note } => {
                let checkpoint = verifier.open(&note).unwrap();
                assert_eq!((checkpoint.size, checkpoint.root), (size, tree.root()));
                assert_eq!(size, sound.entries);
                signed = size;
                sound.checkpoints += 1;
            }
        }
    }
    assert_eq!(signed, sound.entries, "the last entry is covered");
    assert!(finished.is_empty() && named.is_empty(), "{finished:?} {named:?}");
    sound
}
