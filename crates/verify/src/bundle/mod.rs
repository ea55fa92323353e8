//! Evidence bundles: the same checks over the files of one, whoever opened the zip.

mod claims;
mod earlier;
mod full;
mod names;
mod partial;

use std::collections::{BTreeMap, BTreeSet};

use domain::bundle::{BundleScope, Manifest};
use domain::id::Seq;
use domain::payload::{Commitment, commitment};
use domain::time::Micros;
use domain::view::{FindingKind, Part, VerifyReport};
use tlog::Verifier;

use crate::findings::Findings;
use claims::Claims;
use full::Full;
use names::Name;
use partial::Partial;

/// Checks one bundle. Feed it each file by its name in the zip, then [`BundleChecker::finish`].
///
/// Any order gives the same report. A bundle of a whole trail is not kept in memory if it comes in this order:
/// `manifest.json`, `key.vkey`, `erased.txt`, `checkpoint`, `checkpoints.txt`, the entry tiles from the first to the
/// last, the other tiles, payloads. Then what is kept is what [`Checker`](crate::Checker) keeps, the checkpoints, and
/// some 100 bytes for each entry whose hash was not compared with its tile yet. Of a bundle of a conversation all but
/// the payloads is kept, whatever the order.
///
/// Nothing that is fed makes it panic, or take longer than in proportion to what is fed.
#[derive(Debug)]
pub struct BundleChecker {
    given: Option<String>,
    known: Option<String>,
    witnesses: Vec<String>,
    seen: BTreeSet<String>,
    strays: Vec<String>,
    claims: Claims,
    full: Full,
    partial: Partial,
    held: Held,
}

/// Payloads of which no entry is known yet that commits to them.
#[derive(Debug, Default)]
struct Held {
    payloads: BTreeMap<Commitment, HeldPayload>,
    count: u64,
}

#[derive(Debug)]
struct HeldPayload {
    opens: bool,
    /// Its bytes, if they may be what an anchor gave back: nothing else is read.
    proof: Vec<u8>,
}

impl BundleChecker {
    /// For a bundle of a trail that must have come to the key `vkey` (a C2SP verifier key); with `None` the bundle
    /// itself says who signs, which shows that it agrees with itself, not whose it is. `known` is a checkpoint that was
    /// kept elsewhere: the trail must continue it.
    #[must_use]
    pub fn new(vkey: Option<&str>, known: Option<&str>) -> Self {
        Self {
            given: vkey.map(str::to_owned),
            known: known.map(str::to_owned),
            witnesses: Vec::new(),
            seen: BTreeSet::new(),
            strays: Vec::new(),
            claims: Claims::default(),
            full: Full::new(vkey, known),
            partial: Partial::default(),
            held: Held::default(),
        }
    }

    /// The key of a witness that is trusted (a C2SP verifier key): its signatures are checked. Before the first file.
    pub fn witness(&mut self, vkey: &str) {
        self.witnesses.push(vkey.to_owned());
        self.full.witness(vkey);
    }

    /// The next file.
    pub fn file(&mut self, name: &str, bytes: Vec<u8>) {
        let Some(kind) = Name::of(name) else {
            return self.strays.push(name.to_owned());
        };
        if let Name::Payload(stored) = kind {
            return self.payload(stored, &bytes);
        }
        if !self.seen.insert(name.to_owned()) {
            return self.strays.push(format!("{name}, a second time,"));
        }
        match kind {
            Name::Manifest => self.claims.manifest = Some(bytes),
            Name::Key => self.claims.key = Some(bytes),
            Name::Checkpoint => {
                let note = String::from_utf8_lossy(&bytes).into_owned();
                self.full.checkpoint(&note);
                self.claims.checkpoint = Some(note);
            }
            Name::Checkpoints => self.full.checkpoints(&String::from_utf8_lossy(&bytes)),
            Name::Erased => self.claims.erased = Some(bytes),
            Name::Hashes(level, tile) => self.full.hashes(level, tile, bytes),
            Name::Bodies(tile) => self.full.bodies(tile, bytes),
            Name::Entry(seq) => {
                self.partial.entries.insert(seq, bytes);
            }
            Name::Proof(seq) => {
                self.partial.proofs.insert(seq, bytes);
            }
            Name::Earlier(folder, seq, half) => {
                self.partial
                    .earlier
                    .insert((folder, seq, half), String::from_utf8_lossy(&bytes).into_owned());
            }
            Name::Payload(_) | Name::Convenience => {}
        }
    }

    /// What was found. `took_ms` is 0: who has a clock fills it in. Ties are not rechecked.
    #[must_use]
    pub fn finish(self, now: Micros) -> VerifyReport {
        self.finish_with(now, |_| None)
    }

    /// The same with every tie of every answer rechecked. `payload` is asked once more for answers and for the results that
    /// they name: it gives the file `payloads/<commitment>`, none if there is none.
    #[must_use]
    pub fn finish_with(
        self,
        now: Micros,
        mut payload: impl FnMut(Commitment) -> Option<Vec<u8>>,
    ) -> VerifyReport {
        // Before the bytes stands their salt.
        let payload = |_: Seq, commitment| Some(payload(commitment)?.get(32..)?.to_vec());
        let mut findings = Findings::default();
        let manifest = self.claims.read_manifest(&mut findings);
        let whole = match &manifest {
            Some(manifest) => manifest.scope == BundleScope::Trail,
            None => self.full.any(),
        };
        let others = if whole { self.partial.names() } else { self.full.names() };
        for name in self.strays.iter().chain(&others) {
            let words = format!("the file {name} is no part of a bundle");
            findings.report(Part::Tree, FindingKind::Altered, None, &words);
        }
        let key = self.claims.read_key(&mut findings);
        if self.claims.checkpoint.is_none() {
            findings.missing_file(Part::Checkpoints, "checkpoint");
        }
        if whole {
            self.finish_full(manifest.as_ref(), key.as_ref(), findings, now, payload)
        } else {
            self.finish_partial(manifest.as_ref(), key.as_ref(), findings, now, payload)
        }
    }

    fn payload(&mut self, stored: Commitment, file: &[u8]) {
        if self.full.has_come(&stored) || self.held.payloads.contains_key(&stored) {
            return self.strays.push(format!("payloads/{stored}, a second time,"));
        }
        self.held.count += 1;
        let (opens, bytes) = match file.split_first_chunk::<32>() {
            Some((salt, bytes)) => (commitment(salt, bytes) == stored, bytes),
            None => (false, [].as_slice()),
        };
        if self.full.awaits(&stored) {
            self.full.opened(stored, opens, bytes);
        } else {
            let proof = if may_be_proof(bytes) { bytes.to_vec() } else { Vec::new() };
            self.held.payloads.insert(stored, HeldPayload { opens, proof });
        }
    }

    fn finish_full(
        mut self,
        manifest: Option<&Manifest>,
        key: Option<&Verifier>,
        mut findings: Findings,
        now: Micros,
        payload: impl FnMut(Seq, Commitment) -> Option<Vec<u8>>,
    ) -> VerifyReport {
        self.full.finish_entries(&mut findings);
        let mut checker = self.full.into_checker();
        checker.end();
        for (stored, HeldPayload { opens, proof }) in std::mem::take(&mut self.held.payloads) {
            checker.opened(stored, opens, &proof);
        }
        let size = checker.tree.next();
        if key.is_some() && checker.checkpoints.note(size).0 != key {
            claims::other_key(&mut findings);
        }
        self.claims.compare(manifest, key, checker.entries(), self.held.count, &mut findings);
        self.claims.compare_erased(&checker.record.payloads, &mut findings);
        if manifest.is_none_or(|manifest| manifest.payloads) {
            checker.record.payloads.finish(&mut checker.findings);
        }
        checker.record.ties.recheck(payload, &mut checker.findings);
        checker.findings.extend(findings);
        keep_what_is_known(&mut checker.findings);
        checker.report(now)
    }

    fn finish_partial(
        mut self,
        manifest: Option<&Manifest>,
        key: Option<&Verifier>,
        mut findings: Findings,
        now: Micros,
        payload: impl FnMut(Seq, Commitment) -> Option<Vec<u8>>,
    ) -> VerifyReport {
        let count = u64::try_from(self.partial.entries.len()).unwrap_or(u64::MAX);
        self.claims.compare(manifest, key, count, self.held.count, &mut findings);
        let asked = partial::Asked { given: self.given.as_deref(), known: self.known.as_deref() };
        let note = self.claims.checkpoint.as_deref();
        let mut told =
            self.partial.tell(manifest.map(|manifest| manifest.scope), key, note, &asked, findings);
        for witness in &self.witnesses {
            told.witness(witness);
        }
        for (stored, HeldPayload { opens, proof }) in std::mem::take(&mut self.held.payloads) {
            told.opened(stored, opens, &proof);
        }
        self.claims.compare_erased(&told.record.payloads, &mut told.findings);
        if manifest.is_none_or(|manifest| manifest.payloads) {
            told.record.payloads.finish(&mut told.findings);
        }
        told.record.ties.recheck(payload, &mut told.findings);
        keep_what_is_known(&mut told.findings);
        told.report(now)
    }
}

/// What entries tell is worth nothing while they may not be those that were signed: what would be found in the other
/// parts only repeats, in other words, what is wrong with the tree. So it is with the story of a conversation of which
/// entries are left out.
fn keep_what_is_known(findings: &mut Findings) {
    if findings.any_in(Part::Tree) || findings.any_in(Part::Checkpoints) {
        findings.retain(|part| matches!(part, Part::Tree | Part::Checkpoints | Part::Known));
    } else if findings.any_of(Part::Conversations, FindingKind::Gap) {
        findings.retain(|part| part != Part::Story);
    }
}

/// Whether bytes look like a time stamp (a DER sequence) or a signed note.
fn may_be_proof(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x30) || bytes.windows(6).any(|window| window == "\n\n\u{2014} ".as_bytes())
}
