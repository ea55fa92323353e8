//! Input made to break us: it is refused, in bounded time, and nothing panics.

use std::convert::Infallible;

use proptest::prelude::*;
use tlog::{
    Checkpoint, CosignatureVerifier, Frontier, Hash, HashRange, Signer, TlogProof, Verifier,
    consistency_proof, inclusion_proof, leaf_hash, verify_consistency, verify_inclusion,
};

/// A store that has whatever it is asked for.
fn anything(range: HashRange) -> Result<Vec<Hash>, Infallible> {
    Ok(range.indexes.map(|index| leaf_hash(&index.to_be_bytes())).collect())
}

#[test]
fn the_largest_trees_are_proved_and_verified() {
    for size in [u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) + 1, (1 << 53) - 1] {
        for index in [0, 1, size / 2, size - 2, size - 1] {
            let proof = inclusion_proof(size, index, &mut anything).unwrap();
            assert!(proof.len() <= 64);
            let leaf = leaf_hash(&index.to_be_bytes());
            // The store lies about the inner hashes, so no root fits; but the length does.
            let refused = verify_inclusion(&leaf, index, size, &proof, &leaf).unwrap_err();
            assert_eq!(refused, tlog::ProofError::Root);

            let proof = consistency_proof(index + 1, size, &mut anything).unwrap();
            assert!(proof.len() <= 65);
            verify_consistency(index + 1, &leaf, size, &leaf, &proof).ok();
        }
    }
}

#[test]
fn a_proof_of_a_million_hashes_is_left_unread() {
    let hash = Hash::empty_root();
    let huge = vec![hash; 1_000_000];
    for size in [1, 2, 300, u64::MAX] {
        let refused = Err(tlog::ProofError::Length);
        assert_eq!(verify_inclusion(&hash, 0, size, &huge, &hash), refused);
        assert_eq!(verify_consistency(1, &hash, size, &hash, &huge), refused);
    }
}

#[test]
fn parts_that_are_no_tree_are_refused() {
    let hash = Hash::empty_root();
    for (size, roots) in [(0, 1), (1, 0), (2, 2), (3, 1), (u64::MAX, 64), (1 << 63, 1)] {
        assert!(Frontier::from_parts(size, vec![hash; roots]).is_err(), "{size}");
    }
    assert!(Frontier::from_stored(u64::MAX, &mut anything).is_err());
    let mut largest = Frontier::from_parts(Frontier::MAX_SIZE, vec![hash]).unwrap();
    largest.push(hash);
    assert_eq!(largest.size(), Frontier::MAX_SIZE + 1);
    let mut full = Frontier::from_parts(Frontier::MAX_SIZE - 1, vec![hash; 62]).unwrap();
    let levels: Vec<u8> = full.push(hash).iter().map(|tile| tile.level).collect();
    assert_eq!(levels, [1, 2, 3, 4, 5, 6, 7]);
}

fn verifier() -> Verifier {
    Signer::from_seed("a".parse().unwrap(), [1; 32]).verifier()
}

/// The key of a witness that signed none of what is made here.
const WITNESS: &str = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

/// Text that looks like ours in places.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\u{2014} ".to_owned()),
        Just("\n\n".to_owned()),
        Just("\n".to_owned()),
        Just("+".to_owned()),
        Just("a ".to_owned()),
        Just("remora.n621.de 2net5wAAAABqEiEg".to_owned()),
        Just("index ".to_owned()),
        Just("c2sp.org/tlog-proof@v1\n".to_owned()),
        Just(Hash::empty_root().to_string()),
        Just(verifier().to_vkey()),
        any::<u64>().prop_map(|number| number.to_string()),
        any::<Vec<u8>>().prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_numbers_and_hashes(
        a in any::<u64>(),
        b in any::<u64>(),
        seeds in prop::collection::vec(any::<u64>(), 0..80),
    ) {
        let proof: Vec<Hash> = seeds.iter().map(|seed| leaf_hash(&seed.to_be_bytes())).collect();
        let hash = Hash::empty_root();
        prop_assert!(verify_inclusion(&hash, a, b, &proof, &hash).is_err());
        if a != b {
            prop_assert!(verify_consistency(a, &hash, b, &hash, &proof).is_err() || a == 0);
        }
    }

    #[test]
    fn any_text(text in texts()) {
        prop_assert!(verifier().open(&text).is_err());
        let witness = CosignatureVerifier::from_vkey(WITNESS).unwrap();
        prop_assert!(witness.open(&text).is_err());
        prop_assert!(witness.add(&text, &text).is_err());
        if let Ok(checkpoint) = text.parse::<Checkpoint>() {
            prop_assert_eq!(checkpoint.to_string(), &*text);
        }
        if let Ok(proof) = text.parse::<TlogProof>() {
            prop_assert_eq!(proof.to_string(), &*text);
        }
        if let Ok(key) = Verifier::from_vkey(&text) {
            prop_assert_eq!(key.to_vkey(), text);
        }
    }

    #[test]
    fn any_bytes_as_a_hash(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        prop_assert_eq!(Hash::try_from(bytes.as_slice()).is_ok(), bytes.len() == 32);
    }
}
