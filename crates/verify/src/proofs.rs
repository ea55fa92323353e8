//! What anchors gave back: whether it is about the checkpoint that this trail has of that size.
//!
//! Nothing here knows whom to trust. A witness's signature is checked if the asker names the witness; the authority
//! behind a time stamp never is, which `openssl ts` can do.

use domain::anchor::AnchorKind;
use domain::json::sha256;
use domain::time::Micros;
use domain::view::{FindingKind, Part, WitnessReport};
use tlog::{CosignatureVerifier, NoteError, Verifier};

use crate::findings::Findings;
use crate::payloads::Proof;

/// What `messageImprint` of RFC 3161 begins with (DER), for SHA-256 with and without its empty parameters; the hash
/// follows.
const IMPRINTS: [&[u8]; 2] = [
    b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
    b"\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x20",
];
/// The longest proof that is looked through.
const LONGEST: usize = 1024 * 1024;

/// The proofs so far.
#[derive(Debug, Default)]
pub(crate) struct Proofs {
    witnesses: Vec<Witness>,
    checked: u64,
    anchored: Option<u64>,
}

/// A witness that the asker trusts.
#[derive(Debug)]
struct Witness {
    key: CosignatureVerifier,
    /// The newest that it cosigned: how many entries, and when in seconds.
    newest: Option<(u64, u64)>,
}

impl Proofs {
    /// Takes in the key of a witness that the asker trusts.
    pub(crate) fn witness(&mut self, vkey: &str, findings: &mut Findings) {
        match CosignatureVerifier::from_vkey(vkey) {
            Ok(key) => self.witnesses.push(Witness { key, newest: None }),
            Err(_) => {
                let words = "a witness's verifier key to check with can't be read";
                findings.report(Part::Anchors, FindingKind::Unsigned, None, words);
            }
        }
    }

    /// How many were checked.
    pub(crate) fn checked(&self) -> u64 {
        self.checked
    }

    /// The size of the newest checkpoint that an anchor holds, as far as that could be checked: the word of a witness
    /// that the asker did not name counts for nothing.
    pub(crate) fn anchored(&self) -> Option<u64> {
        self.anchored
    }

    /// How far each witness vouches.
    pub(crate) fn witnesses(&self) -> Vec<WitnessReport> {
        let micros = |seconds| Micros(i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000));
        let report = |Witness { key, newest }: &Witness| WitnessReport {
            vkey: key.to_vkey(),
            size: newest.map(|(size, _)| size),
            at: newest.map(|(_, seconds)| micros(seconds)),
        };
        self.witnesses.iter().map(report).collect()
    }

    /// Checks a proof. `stored` is SHA-256 of the trail's own note of that size, and `key` the key that signed it.
    pub(crate) fn check(
        &mut self,
        proof: &Proof,
        bytes: &[u8],
        (key, stored): (Option<&Verifier>, Option<&[u8; 32]>),
        findings: &mut Findings,
    ) {
        self.checked += 1;
        let mut report = |kind, words: &str| findings.report(Part::Anchors, kind, Some(proof.seq), words);
        let size = proof.size;
        let (Some(key), Some(stored)) = (key, stored) else {
            let words =
                format!("no right checkpoint over {size} entries is here to compare the anchor's with");
            return report(FindingKind::Missing, &words);
        };
        if proof.kind == AnchorKind::Timestamp {
            if imprint(bytes, stored) {
                self.anchored = self.anchored.max(Some(size));
            } else {
                let words = format!("the time stamp is not over the checkpoint over {size} entries");
                report(FindingKind::Altered, &words);
            }
            return;
        }
        let note = String::from_utf8_lossy(bytes);
        let is_witness = proof.kind == AnchorKind::Witness;
        let own = if is_witness { sha256(own_part(&note, key).as_bytes()) } else { sha256(bytes) };
        if own == *stored {
            let opened = self.witnesses.iter().map(|witness| witness.key.open(&note)).collect::<Vec<_>>();
            for (witness, opened) in self.witnesses.iter_mut().zip(&opened) {
                let newest = opened.as_ref().ok().map(|cosigned| (size, cosigned.time));
                witness.newest = witness.newest.max(newest);
            }
            if opened.iter().any(|opened| matches!(opened, Err(error) if *error != NoteError::Unsigned)) {
                report(FindingKind::Unsigned, "the witness's signature does not fit the checkpoint");
            } else if proof.kind == AnchorKind::Folder || opened.iter().any(Result::is_ok) {
                self.anchored = self.anchored.max(Some(size));
            }
        } else if key.open(&note).is_ok_and(|checkpoint| checkpoint.size == size) {
            let words = format!("two histories are signed: the anchor holds another one of {size} entries");
            report(FindingKind::Forked, &words);
        } else {
            let words = format!("what the anchor holds is not the checkpoint over {size} entries");
            report(FindingKind::Altered, &words);
        }
    }
}

/// A note without the signatures of others.
fn own_part(note: &str, key: &Verifier) -> String {
    let ours = format!("\u{2014} {} ", key.origin());
    let keep = |line: &&str| !line.starts_with("\u{2014} ") || line.starts_with(&ours);
    note.split_inclusive('\n').filter(keep).collect()
}

fn imprint(response: &[u8], hash: &[u8; 32]) -> bool {
    let wanted = IMPRINTS.map(|begins| [begins, hash].concat());
    response.len() <= LONGEST
        && wanted.iter().any(|wanted| response.windows(wanted.len()).any(|window| window == wanted))
}
