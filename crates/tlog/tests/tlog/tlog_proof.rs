//! Proofs as text.

use tlog::{Checkpoint, NoteError, ProofError, Signer, TlogProof, TlogProofError, inclusion_proof};

use crate::stored::Stored;

fn signer() -> Signer {
    Signer::from_seed("tieout.example/trail".parse().unwrap(), [7; 32])
}

fn checkpoint(stored: &Stored) -> Checkpoint {
    Checkpoint {
        origin: signer().origin().clone(),
        size: stored.frontier.size(),
        root: stored.frontier.root(),
    }
}

fn proof(stored: &Stored, index: u64) -> TlogProof {
    let size = stored.frontier.size();
    let path = inclusion_proof(size, index, &mut stored.reader()).unwrap();
    TlogProof::new(index, path, signer().sign(&checkpoint(stored)))
}

#[test]
fn a_stranger_checks_an_entry_with_text_alone() {
    for size in [1, 2, 3, 5, 256, 257] {
        let stored = Stored::of(size);
        let text = proof(&stored, size - 1).to_string();
        let read: TlogProof = text.parse().unwrap();
        assert_eq!(read.to_string(), text);
        assert_eq!(read.index(), size - 1);
        let leaf = stored.leaves.last().unwrap();
        assert_eq!(read.verify(leaf, &signer().verifier()), Ok(checkpoint(&stored)));
    }
}

#[test]
fn a_proof_fits_one_leaf_and_one_key() {
    let stored = Stored::of(9);
    let proof = proof(&stored, 4);
    let verifier = signer().verifier();
    assert_eq!(proof.verify(&stored.leaves[5], &verifier), Err(TlogProofError::Proof(ProofError::Root)));
    let moved: TlogProof = proof.to_string().replacen("index 4", "index 9", 1).parse().unwrap();
    assert_eq!(
        moved.verify(&stored.leaves[4], &verifier),
        Err(TlogProofError::Proof(ProofError::OutOfRange))
    );
    let other = Signer::from_seed(signer().origin().clone(), [8; 32]).verifier();
    assert_eq!(proof.verify(&stored.leaves[4], &other), Err(TlogProofError::Note(NoteError::Unsigned)));
}

#[test]
fn other_spellings_are_refused() {
    let text = proof(&Stored::of(9), 4).to_string();
    let (head, note) = text.split_once("\n\n").unwrap();
    let hash = head.lines().last().unwrap();
    for other in [
        String::new(),
        head.to_owned(),
        format!("\n{text}"),
        text.replacen("@v1", "@v2", 1),
        text.replacen("index 4", "index 04", 1),
        text.replacen("index 4", "index -4", 1),
        text.replacen("index 4", "index  4", 1),
        text.replacen("index 4", "extra AAAA\nindex 4", 1),
        text.replacen("index 4", "index 18446744073709551616", 1),
        text.replacen('\n', "\r\n", 3),
        format!("{head}\nAAAA\n\n{note}"),
        format!("{head}\n{}\n\n{note}", [hash; 64].join("\n")),
    ] {
        assert_eq!(other.parse::<TlogProof>(), Err(TlogProofError::Malformed), "{other:.200?}");
    }
}
