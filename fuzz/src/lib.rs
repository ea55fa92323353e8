//! What must hold of every input, one function for each kind of thing that a stranger may hand us. It keeps the fuzzer
//! itself out, so that the same properties run as ordinary tests on stable Rust: tests/trail/fuzzed.rs includes this
//! file.

use domain::entry::Entry;
use domain::id::Seq;
use domain::time::Micros;
use tlog::{
    Checkpoint, Frontier, Hash, Signer, TlogProof, Verifier, leaf_hash, verify_consistency, verify_inclusion,
};
use verify::{BundleChecker, Checker};

/// Leaves of the tree that proofs are judged by: their bodies are these texts.
pub const LEAVES: [&str; 7] = ["", "a", "bb", "{\"seq\":3}", "four", "5", "the last"];

/// An entry's body: what is read as an entry is, byte for byte, what would have been written for it.
pub fn entry(bytes: &[u8]) {
    if let Ok(entry) = Entry::from_body(bytes) {
        assert_eq!(entry.to_body().as_deref(), Ok(bytes), "one entry has one body");
    }
}

/// A signed note, a checkpoint's text or a verifier key: each has one text, and what was not signed opens as nothing
/// but what was.
pub fn checkpoint(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let signer = signer();
    if let Ok(opened) = signer.verifier().open(text) {
        // Ed25519 is not broken by mutation: what opens is a tree whose checkpoint our signer made, and the only ones
        // it ever makes here are over some of `LEAVES`.
        assert!(text.starts_with(&opened.to_string()));
        assert!(signed_here(&opened), "a checkpoint opened that nobody signed: {opened:?}");
    }
    if let Ok(read) = text.parse::<Checkpoint>() {
        assert_eq!(read.to_string(), text);
        // As its own origin would sign it, it opens as what it was.
        let own = Signer::from_seed(read.origin.clone(), [3; 32]);
        assert_eq!(own.verifier().open(&own.sign(&read)), Ok(read));
    }
    if let Ok(verifier) = Verifier::from_vkey(text) {
        assert_eq!(verifier.to_vkey(), text);
    }
}

/// A proof as text, and the same bytes as numbers and hashes: no lie about a known tree is believed.
pub fn proof(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(proof) = text.parse::<TlogProof>()
    {
        assert_eq!(proof.to_string(), text);
        let verifier = signer().verifier();
        for (index, leaf) in (0_u64..).zip(LEAVES) {
            if let Ok(opened) = proof.verify(&leaf_hash(leaf.as_bytes()), &verifier) {
                assert_eq!(proof.index(), index, "a leaf was proved to be where it is not");
                assert!(signed_here(&opened));
            }
        }
        let stranger = leaf_hash(b"no leaf of this tree");
        assert!(proof.verify(&stranger, &verifier).is_err());
    }
    let Some((numbers, hashes)) = bytes.split_at_checked(16) else { return };
    let number = |at: usize| u64::from_le_bytes(numbers[at..at + 8].try_into().unwrap_or_default());
    let path: Vec<Hash> = hashes.chunks_exact(32).filter_map(|hash| Hash::try_from(hash).ok()).collect();
    let (size, root) = (LEAVES.len() as u64, tree(LEAVES.len()).root());
    let stranger = leaf_hash(b"no leaf of this tree");
    assert!(verify_inclusion(&stranger, number(0), number(8), &path, &root).is_err());
    assert!(verify_inclusion(&stranger, number(0) % size, size, &path, &root).is_err());
    // No other root than that of an earlier state of this tree is consistent with it.
    let old = number(0) % size;
    let lie = leaf_hash(b"another history");
    if old > 0 {
        assert!(verify_consistency(old, &lie, size, &root, &path).is_err());
    }
    let _any = verify_consistency(number(0), &lie, number(8), &root, &path);
}

/// A whole trail, one body a line, that nobody signed: the checker tells of it without harm, and never calls it sound.
pub fn story(bytes: &[u8]) {
    let mut checker = Checker::new(None);
    for (seq, body) in (0_u64..).zip(bytes.split(|byte| *byte == b'\n')) {
        checker.entry(Seq(seq), body, leaf_hash(body).as_bytes());
    }
    let report = checker.finish(Micros(0));
    assert!(!report.findings.is_empty(), "nobody signed it");
    assert!(report.findings.is_sorted_by_key(|finding| (finding.seq.is_none(), finding.seq)));
}

/// A bundle's files, out of their zip: each begins with a line `==> name`. No mess of files makes the checker stumble,
/// and what is not signed by the signer of the seeds is never called sound.
pub fn bundle(bytes: &[u8]) {
    let key = signer().verifier().to_vkey();
    let mut checker = BundleChecker::new(Some(&key), None);
    for file in split(bytes, b"==> ") {
        let end = file.iter().position(|byte| *byte == b'\n').unwrap_or(file.len());
        let (name, content) = file.split_at(end);
        checker.file(&String::from_utf8_lossy(name), content.get(1..).unwrap_or_default().to_vec());
    }
    let report = checker.finish(Micros(0));
    // Our signer signs the trees of `LEAVES` alone, whose leaves are no entries.
    assert!(!report.findings.is_empty(), "nobody signed it");
}

fn split<'a>(bytes: &'a [u8], by: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(by.len()).position(|window| window == by) {
        parts.push(&rest[..at]);
        rest = &rest[at + by.len()..];
    }
    parts.push(rest);
    parts
}

/// The signer of every seed in the corpus.
pub fn signer() -> Signer {
    Signer::from_seed(origin(), [1; 32])
}

/// The tree over the first of [`LEAVES`].
pub fn tree(size: usize) -> Frontier {
    let mut tree = Frontier::new();
    for leaf in &LEAVES[..size] {
        tree.push(leaf_hash(leaf.as_bytes()));
    }
    tree
}

fn signed_here(checkpoint: &Checkpoint) -> bool {
    usize::try_from(checkpoint.size)
        .is_ok_and(|size| size <= LEAVES.len() && tree(size).root() == checkpoint.root)
}

fn origin() -> tlog::Origin {
    match "tieout.example/fuzz/1".parse() {
        Ok(origin) => origin,
        Err(_) => unreachable!("it is a plain name"),
    }
}
