//! Every proof of every tree of up to 300 leaves holds, and any single change to one is refused.

use proptest::prelude::*;
use tlog::{
    Frontier, Hash, ProofError, ReadError, consistency_proof, inclusion_proof, verify_consistency,
    verify_inclusion,
};

use crate::stored::Stored;

const SIZES: u64 = 300;

fn at(index: u64) -> usize {
    usize::try_from(index).unwrap()
}

#[test]
fn every_inclusion_holds() {
    let stored = Stored::of(SIZES);
    for size in 1..=SIZES {
        for index in 0..size {
            let proof = inclusion_proof(size, index, &mut stored.reader()).unwrap();
            let (leaf, root) = (stored.leaves[at(index)], stored.roots[at(size)]);
            verify_inclusion(&leaf, index, size, &proof, &root).unwrap();
        }
    }
}

#[test]
fn every_consistency_holds() {
    let stored = Stored::of(SIZES);
    for new in 0..=SIZES {
        for old in 0..=new {
            let proof = consistency_proof(old, new, &mut stored.reader()).unwrap();
            let (old_root, new_root) = (stored.roots[at(old)], stored.roots[at(new)]);
            verify_consistency(old, &old_root, new, &new_root, &proof).unwrap();
        }
    }
}

#[test]
fn what_cannot_be_proved_is_not_asked_for() {
    let mut never = |range| -> Result<Vec<Hash>, std::convert::Infallible> { panic!("asked for {range:?}") };
    assert!(matches!(inclusion_proof(0, 0, &mut never), Err(ReadError::OutOfRange)));
    assert!(matches!(inclusion_proof(5, 5, &mut never), Err(ReadError::OutOfRange)));
    assert!(matches!(consistency_proof(6, 5, &mut never), Err(ReadError::OutOfRange)));
    assert!(consistency_proof(0, 5, &mut never).unwrap().is_empty());
    assert!(consistency_proof(5, 5, &mut never).unwrap().is_empty());
}

#[test]
fn a_store_that_lacks_hashes_is_told_apart() {
    let stored = Stored::of(100);
    let failed = inclusion_proof(101, 3, &mut stored.reader()).unwrap_err();
    assert!(matches!(failed, ReadError::Reader(_)), "{failed}");
    let mut short = |_| Ok::<_, std::convert::Infallible>(vec![stored.leaves[0]]);
    let failed = inclusion_proof(100, 3, &mut short).unwrap_err();
    assert!(matches!(failed, ReadError::Missing(_)), "{failed}");
}

#[test]
fn the_empty_tree_begins_every_tree_and_nothing_else() {
    let empty = Hash::empty_root();
    let other = tlog::leaf_hash(b"");
    verify_consistency(0, &empty, 0, &empty, &[]).unwrap();
    verify_consistency(0, &empty, 7, &other, &[]).unwrap();
    for (old_root, new_size, new_root, proof, refused) in [
        (&other, 7, &other, [].as_slice(), ProofError::Root),
        (&other, 0, &other, &[], ProofError::Root),
        (&empty, 0, &other, &[], ProofError::Root),
        (&empty, 7, &other, &[other], ProofError::Length),
    ] {
        assert_eq!(verify_consistency(0, old_root, new_size, new_root, proof), Err(refused));
    }
}

/// From the leaf to the root: whether each hash of the proof stands to the left. Written from the
/// definition of the tree, independently of the code under test.
fn shape(index: u64, size: u64) -> Vec<bool> {
    let mut shape = Vec::new();
    let (mut index, mut size) = (index, size);
    while size > 1 {
        let left = size.next_power_of_two() / 2;
        let right_side = index >= left;
        shape.push(right_side);
        (index, size) = if right_side { (index - left, size - left) } else { (index, left) };
    }
    shape.reverse();
    shape
}

fn flipped(hash: &Hash, bit: usize) -> Hash {
    let mut bytes = *hash.as_bytes();
    bytes[bit / 8 % 32] ^= 1 << (bit % 8);
    Hash::from_bytes(bytes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_changed_inclusion_is_refused(
        (size, index) in (1..=SIZES).prop_flat_map(|size| (Just(size), 0..size)),
        other in 0..SIZES * 2,
        bit in 0usize..256,
    ) {
        let stored = Stored::of(size);
        let proof = inclusion_proof(size, index, &mut stored.reader()).unwrap();
        let (leaf, root) = (stored.leaves[at(index)], stored.roots[at(size)]);
        let verify = |leaf: &Hash, index, size, proof: &[Hash], root: &Hash| {
            verify_inclusion(leaf, index, size, proof, root)
        };
        prop_assert_eq!(verify(&leaf, index, size, &proof, &root), Ok(()));

        prop_assert!(verify(&flipped(&leaf, bit), index, size, &proof, &root).is_err());
        prop_assert!(verify(&leaf, index, size, &proof, &flipped(&root, bit)).is_err());
        for place in 0..proof.len() {
            let mut changed = proof.clone();
            changed[place] = flipped(&proof[place], bit);
            prop_assert!(verify(&leaf, index, size, &changed, &root).is_err());
            changed.remove(place);
            prop_assert_eq!(verify(&leaf, index, size, &changed, &root), Err(ProofError::Length));
        }
        for place in 0..=proof.len() {
            let mut changed = proof.clone();
            changed.insert(place, root);
            prop_assert_eq!(verify(&leaf, index, size, &changed, &root), Err(ProofError::Length));
        }
        if other != index {
            prop_assert!(verify(&leaf, other, size, &proof, &root).is_err());
        }
        // Another size is refused exactly where it would give this leaf another path.
        let same = other > index && shape(index, other) == shape(index, size);
        prop_assert_eq!(verify(&leaf, index, other, &proof, &root).is_ok(), same);
    }

    #[test]
    fn a_changed_consistency_is_refused(
        (new, old) in (2..=SIZES).prop_flat_map(|new| (Just(new), 1..new)),
        other in 0..SIZES * 2,
        bit in 0usize..256,
    ) {
        let stored = Stored::of(new);
        let proof = consistency_proof(old, new, &mut stored.reader()).unwrap();
        let (old_root, new_root) = (stored.roots[at(old)], stored.roots[at(new)]);
        prop_assert_eq!(verify_consistency(old, &old_root, new, &new_root, &proof), Ok(()));

        let refused = |old, old_root: &Hash, new, new_root: &Hash, proof: &[Hash]| {
            verify_consistency(old, old_root, new, new_root, proof).is_err()
        };
        prop_assert!(refused(old, &flipped(&old_root, bit), new, &new_root, &proof));
        prop_assert!(refused(old, &old_root, new, &flipped(&new_root, bit), &proof));
        for place in 0..proof.len() {
            let mut changed = proof.clone();
            changed[place] = flipped(&proof[place], bit);
            prop_assert!(refused(old, &old_root, new, &new_root, &changed));
            changed.remove(place);
            prop_assert!(refused(old, &old_root, new, &new_root, &changed));
        }
        for place in 0..=proof.len() {
            let mut changed = proof.clone();
            changed.insert(place, new_root);
            prop_assert!(refused(old, &old_root, new, &new_root, &changed));
        }
        // 0 is left out: it asks for an empty proof and the empty root.
        if other != old && other != 0 {
            prop_assert!(refused(other, &old_root, new, &new_root, &proof));
        }
        // An old tree's edge takes the same path in some other sizes, and in no others.
        let same = other > old && shape(old - 1, other) == shape(old - 1, new);
        prop_assert_eq!(!refused(old, &old_root, other, &new_root, &proof), same);
    }

    #[test]
    fn an_edge_survives_being_put_away(size in 0..2_000u64, more in 0..600u64) {
        let stored = Stored::of(size + more);
        let mut edge = Frontier::from_stored(size, &mut stored.reader()).unwrap();
        prop_assert_eq!(edge.root(), stored.roots[at(size)]);
        let (size, roots) = edge.parts();
        prop_assert_eq!(&Frontier::from_parts(size, roots.to_vec()).unwrap(), &edge);
        for leaf in &stored.leaves[at(size)..] {
            edge.push(*leaf);
        }
        prop_assert_eq!(&edge, &stored.frontier);
        prop_assert_eq!(edge.size(), size + more);
    }
}
