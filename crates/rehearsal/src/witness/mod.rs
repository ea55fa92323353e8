//! A witness as C2SP tlog-witness and tlog-cosignature describe one: it signs a trail's checkpoint
//! only if that continues the last one it signed. Written from the specifications and with none of
//! our own code for them, so that what both sides agree on is what is published.

mod notes;
mod submission;
mod tree;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ed25519_dalek::{Signer, SigningKey};
use hyper::{Method, StatusCode};
use sha2::{Digest, Sha256};

use crate::clock::Clock;
use crate::door::Behind;
use crate::exchange::{Reply, Request};

use notes::{COSIGNATURE, Checkpoint, Key, LOG_SIGNATURE, line};
use submission::Submission;

/// Below this everything of the witness lies: both its submission and its monitoring prefix.
pub(crate) const PREFIX: &str = "/witness";
/// Its name, which stands in its signature lines.
const NAME: &str = "rehearsal.example/witness";

/// What it signed and for whom. Its memory ends with the process: a trail that it knew comes to it
/// like a new one then.
pub(crate) struct Witness {
    key: SigningKey,
    clock: Clock,
    /// The trails that it was told of, by their origin.
    trails: Mutex<BTreeMap<String, Trail>>,
}

/// A trail that the witness follows.
struct Trail {
    keys: Vec<Key>,
    latest: Option<Cosigned>,
}

/// The last checkpoint that it signed, and the note with both signatures.
struct Cosigned {
    checkpoint: Checkpoint,
    note: String,
}

/// A request that it does not sign.
struct Refusal {
    status: StatusCode,
    media_type: &'static str,
    text: String,
}

impl Witness {
    pub(crate) fn new(seed: u64) -> Self {
        let seed =
            Sha256::new().chain_update("rehearsal witness").chain_update(seed.to_be_bytes()).finalize();
        Self { key: SigningKey::from_bytes(&seed.into()), clock: Clock::start(), trails: Mutex::default() }
    }

    /// Its verifier key.
    pub(crate) fn vkey(&self) -> String {
        self.public().to_vkey()
    }

    /// Follows the trail with this verifier key from now on. False if it is no key of a trail.
    pub(crate) fn follow(&self, vkey: &str) -> bool {
        let Some(key) = Key::from_vkey(LOG_SIGNATURE, vkey) else { return false };
        let mut trails = self.trails();
        let trail =
            trails.entry(key.name.clone()).or_insert_with(|| Trail { keys: Vec::new(), latest: None });
        if !trail.keys.contains(&key) {
            trail.keys.push(key);
        }
        true
    }

    /// `POST add-checkpoint`. The lock is held from the comparison with the latest checkpoint to
    /// its replacement, as the specification demands: of two requests that race, one is refused.
    fn add_checkpoint(&self, body: &[u8]) -> Result<String, Refusal> {
        let submission = Submission::read(body)
            .ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, "this is no add-checkpoint request"))?;
        let Submission { old_size, proof, note } = submission;
        let Some(checkpoint) = Checkpoint::of(&note) else {
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "the note holds no checkpoint"));
        };
        let mut trails = self.trails();
        let trail = trails
            .get_mut(&checkpoint.origin)
            .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "no such log is followed here"))?;
        let lines = note.lines_of(&trail.keys);
        if lines.is_empty() || !lines.iter().all(|(key, line)| key.signed(note.text.as_bytes(), line)) {
            return Err(Refusal::new(StatusCode::FORBIDDEN, "no valid signature by a key of this log"));
        }
        if old_size > checkpoint.size {
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "the old size is above the checkpoint's"));
        }
        let latest = trail.latest.as_ref().map(|latest| &latest.checkpoint);
        let known = latest.map_or(0, |latest| latest.size);
        if old_size != known {
            return Err(Refusal {
                status: StatusCode::CONFLICT,
                media_type: "text/x.tlog.size",
                text: format!("{known}\n"),
            });
        }
        let old_root = latest.map_or(tree::EMPTY_ROOT, |latest| latest.root);
        if !tree::continues((known, old_root), (checkpoint.size, checkpoint.root), &proof) {
            return Err(Refusal::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "the consistency proof does not lead from what was cosigned to this checkpoint",
            ));
        }
        let cosignature = self.cosignature(&note.text);
        // A log's note may come with lines of others; those are nothing that was looked at here.
        let own: String = lines.iter().map(|(key, signature)| line(key, signature)).collect();
        let note = format!("{}\n{own}{cosignature}", note.text);
        trail.latest = Some(Cosigned { checkpoint, note });
        Ok(cosignature)
    }

    /// `GET <hash of the origin>/checkpoint`.
    fn checkpoint(&self, hash: &str) -> Option<String> {
        let trails = self.trails();
        let hex = |origin: &str| -> String {
            Sha256::digest(origin).iter().map(|byte| format!("{byte:02x}")).collect()
        };
        let (_, trail) = trails.iter().find(|(origin, _)| hex(origin) == hash)?;
        Some(trail.latest.as_ref()?.note.clone())
    }

    fn cosignature(&self, text: &str) -> String {
        let time = self.clock.now() / 1_000_000;
        let signature = self.key.sign(format!("cosignature/v1\ntime {time}\n{text}").as_bytes());
        let timestamped = [time.to_be_bytes().as_slice(), &signature.to_bytes()].concat();
        line(&self.public(), &timestamped)
    }

    fn public(&self) -> Key {
        Key { name: NAME.to_owned(), kind: COSIGNATURE, key: self.key.verifying_key() }
    }

    /// A poisoned lock is taken over: every change is one assignment.
    fn trails(&self) -> MutexGuard<'_, BTreeMap<String, Trail>> {
        self.trails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Behind for Arc<Witness> {
    fn reply(&self, request: &Request) -> Reply {
        let below = request.path.strip_prefix(PREFIX).unwrap_or_default();
        if below == "/add-checkpoint" && request.method == Method::POST {
            return match self.add_checkpoint(&request.body) {
                Ok(lines) => Reply::of(StatusCode::OK, "text/plain; charset=utf-8", lines.into()),
                Err(refusal) => Reply::of(refusal.status, refusal.media_type, refusal.text.into()),
            };
        }
        let hash = below.strip_prefix('/').and_then(|rest| rest.strip_suffix("/checkpoint"));
        match hash.filter(|_| request.method == Method::GET).and_then(|hash| self.checkpoint(hash)) {
            Some(note) => Reply::of(StatusCode::OK, "text/plain; charset=utf-8", note.into()),
            None => Reply::problem(StatusCode::NOT_FOUND, "there is nothing here that was cosigned"),
        }
    }
}

impl Refusal {
    fn new(status: StatusCode, text: &str) -> Self {
        Self { status, media_type: "text/plain; charset=utf-8", text: format!("{text}\n") }
    }
}
