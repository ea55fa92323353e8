//! A small writer of trails, so that a test can say what happened and change what it likes before it is signed.

use std::collections::BTreeMap;

use domain::entry::{Entry, Link};
use domain::fact::Fact;
use domain::id::{BootId, ConversationId, Seq};
use domain::payload::{Payload, PayloadRole};
use domain::time::Micros;
use tlog::{Checkpoint, Frontier, Hash, Signer, leaf_hash};

use crate::trail::{Stored, Trail};

pub(crate) const NOON: i64 = 1_764_000_000_000_000;

/// Something that happened, before it has its place.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) boot: u32,
    pub(crate) mono: u64,
    pub(crate) conversation: Option<ConversationId>,
    pub(crate) fact: Fact,
    pub(crate) payloads: Vec<Payload>,
    /// Whether a checkpoint follows.
    pub(crate) sealed: bool,
}

pub(crate) fn signer(seed: u8) -> Signer {
    Signer::from_seed("tieout.test/ws/1".parse().unwrap(), [seed; 32])
}

/// The signer of a later epoch.
pub(crate) fn epoch(number: u8) -> Signer {
    Signer::from_seed(format!("tieout.test/ws/{number}").parse().unwrap(), [100 + number; 32])
}

pub(crate) fn opening() -> Fact {
    let signer = signer(1);
    let origin = signer.origin().to_string();
    Fact::TrailOpened { origin, vkey: signer.verifier().to_vkey(), program: "0.1.0".to_owned() }
}

/// A payload whose secret follows from its text, so that a trail is the same at each run.
pub(crate) fn seal(role: PayloadRole, text: &str) -> Payload {
    let mut secret = [7; 32];
    for (place, byte) in text.bytes().enumerate() {
        secret[place % 32] ^= byte.wrapping_add(u8::try_from(place % 251).unwrap());
    }
    Payload::seal(secret, role, "text/plain", text.as_bytes().to_vec())
}

/// Gives each its place, as the store does, and signs.
pub(crate) fn write(said: &[Said]) -> Trail {
    write_signed_by(&signer(1), said)
}

pub(crate) fn write_signed_by(signer: &Signer, said: &[Said]) -> Trail {
    let mut trail = Trail::default();
    let mut next: Option<Signer> = None;
    let mut epochs = 1;
    let mut frontier = Frontier::new();
    let mut ends: BTreeMap<ConversationId, (u64, Hash)> = BTreeMap::new();
    for said in said {
        let seq = Seq(frontier.size());
        let link = said.conversation.map(|conversation| match ends.get(&conversation) {
            Some((cseq, leaf)) => Link { conversation, cseq: cseq + 1, cprev: leaf.to_hex() },
            None => Link { conversation, cseq: 0, cprev: String::new() },
        });
        let mut fact = said.fact.clone();
        if let (Fact::AnswerGiven { entries, .. }, Some(link)) = (&mut fact, &link) {
            *entries += link.cseq + 1;
        }
        let entry = Entry {
            seq,
            at: Micros(NOON + i64::try_from(seq.0).unwrap()),
            mono: said.mono,
            boot: BootId::new(1_764_000_000_000, u128::from(said.boot)),
            link,
            fact,
        };
        let body = entry.to_body().unwrap();
        let leaf = leaf_hash(&body);
        if let Some(link) = entry.link {
            ends.insert(link.conversation, (link.cseq, leaf));
        }
        trail.pieces.push(Stored::Entry { seq, body, leaf: *leaf.as_bytes() });
        trail.pieces.extend(said.payloads.iter().map(|payload| Stored::Payload {
            commitment: payload.commitment(),
            secret: *payload.secret(),
            bytes: payload.bytes().to_vec(),
        }));
        trail.pieces.extend(frontier.push(leaf).into_iter().map(|tile| Stored::Tile {
            level: tile.level,
            index: tile.index,
            hash: *tile.hash.as_bytes(),
        }));
        if said.sealed {
            let signer = next.as_ref().unwrap_or(signer);
            let checkpoint =
                Checkpoint { origin: signer.origin().clone(), size: frontier.size(), root: frontier.root() };
            trail.pieces.push(Stored::Checkpoint { size: frontier.size(), note: signer.sign(&checkpoint) });
        }
        if matches!(said.fact, Fact::EpochOpened { .. }) {
            epochs += 1;
            next = Some(epoch(epochs));
        }
    }
    trail
}
