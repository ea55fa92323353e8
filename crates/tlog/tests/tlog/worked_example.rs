//! The worked example of `docs/trail-format.md`, recomputed from the bodies, seed and secret that stand
//! there: a reader who follows the page arrives where the page says.

use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use tlog::{Checkpoint, Frontier, Hash, Signer, TlogProof, Verifier, inclusion_proof, leaf_hash, node_hash};

use crate::stored::Stored;

const PAGE: &str = include_str!("../../../../docs/trail-format.md");
const QUESTION: &str = "How many invoices of customer 7 are overdue?";

fn example() -> &'static str {
    PAGE.split_once("\n## Worked example\n").unwrap().1
}

/// What stands after `name` on its line of the example.
fn stated(name: &str) -> &'static str {
    let lines = example().lines();
    let mut values = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix("  ")).map(str::trim);
    let value = values.next().unwrap_or_else(|| panic!("the page states no {name}"));
    assert_eq!(values.next(), None, "{name} is stated twice");
    value
}

fn bytes32(name: &str) -> [u8; 32] {
    let digits = stated(name).as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    let bytes: Vec<u8> = digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect();
    bytes.try_into().unwrap()
}

fn bodies() -> Vec<&'static str> {
    example().lines().filter(|line| line.starts_with("{\"at\":")).collect()
}

fn stored() -> Stored {
    let mut stored = Stored::of(0);
    for body in bodies() {
        stored.push(body.as_bytes());
    }
    stored
}

fn signer() -> Signer {
    let (origin, _) = stated("vkey").split_once('+').unwrap();
    Signer::from_seed(origin.parse().unwrap(), bytes32("Ed25519 seed"))
}

fn note() -> String {
    let Stored { frontier, .. } = stored();
    let origin = signer().origin().clone();
    signer().sign(&Checkpoint { origin, size: frontier.size(), root: frontier.root() })
}

fn block(text: &str) -> String {
    format!("\n```\n{text}```\n")
}

#[test]
fn leaves_and_root() {
    let leaves: Vec<Hash> = bodies().iter().map(|body| leaf_hash(body.as_bytes())).collect();
    assert_eq!(leaves.len(), 3);
    for (seq, leaf) in leaves.iter().enumerate() {
        assert_eq!(leaf.to_hex(), stated(&format!("leaf {seq}")));
    }
    let left = node_hash(&leaves[0], &leaves[1]);
    assert_eq!(left.to_hex(), stated("node 0-1"));
    assert_eq!(node_hash(&left, &leaves[2]).to_hex(), stated("root"));
    let mut frontier = Frontier::new();
    for leaf in &leaves {
        frontier.push(*leaf);
    }
    assert_eq!(frontier.root().to_hex(), stated("root"));
    assert!(bodies()[2].contains(&format!("\"cprev\":\"{}\"", leaves[1].to_hex())));
}

#[test]
fn key_and_checkpoint() {
    let verifier = signer().verifier();
    assert_eq!(verifier.to_vkey(), stated("vkey"));
    assert!(stated("vkey").contains(&format!("+{}+", stated("key id"))));
    let public = ed25519_dalek::SigningKey::from_bytes(&bytes32("Ed25519 seed")).verifying_key();
    assert_eq!(public.to_bytes(), bytes32("public key"));

    assert!(example().contains(&block(&note())));
    let stranger = Verifier::from_vkey(stated("vkey")).unwrap();
    assert_eq!(stranger.open(&note()).unwrap().size, 3);
    assert!(bodies()[0].contains(stated("vkey")));
}

#[test]
fn proof() {
    let path = inclusion_proof(3, 2, &mut stored().reader()).unwrap();
    let proof = TlogProof::new(2, path, note());
    assert!(example().contains(&block(&proof.to_string())));
    proof.verify(&leaf_hash(bodies()[2].as_bytes()), &signer().verifier()).unwrap();
}

#[test]
fn commitment() {
    assert!(example().contains(&format!("`{QUESTION}` ({} bytes)", QUESTION.len())));
    let mut salt = [0; 32];
    Hkdf::<Sha256>::new(None, &bytes32("secret")).expand(b"tieout/payload/salt/v1", &mut salt).unwrap();
    assert_eq!(salt, bytes32("salt"));
    let commitment = Sha256::new()
        .chain_update(b"tieout/payload/v1\0")
        .chain_update(salt)
        .chain_update(QUESTION)
        .finalize();
    assert_eq!(commitment.as_slice(), bytes32("commitment"));
    assert!(bodies()[2].contains(&format!("\"question\":\"{}\"", stated("commitment"))));
}
