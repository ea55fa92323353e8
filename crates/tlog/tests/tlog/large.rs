//! A tree past the second tile level: 70,000 leaves, the example of C2SP tlog-tiles.

use std::collections::BTreeMap;

use tlog::{
    Frontier, Hash, consistency_proof, inclusion_proof, node_hash, verify_consistency, verify_inclusion,
};

use crate::stored::Stored;

const SIZE: u64 = 70_000;

/// The root by the definition of RFC 6962 section 2.1, without any of our shortcuts.
fn defined_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&defined_root(left), &defined_root(right))
        }
    }
}

#[test]
fn tiles_and_proofs() {
    let stored = Stored::of(SIZE);
    assert_eq!(stored.frontier.root(), defined_root(&stored.leaves));

    // 273 full tiles of level 0 give 273 hashes of level 1, and the first 256 of those one of level 2.
    let mut counts = BTreeMap::new();
    for ((level, index), hash) in &stored.tiles {
        *counts.entry(*level).or_insert(0) += 1;
        let width = 256usize.pow(u32::from(*level));
        let start = usize::try_from(*index).unwrap() * width;
        assert_eq!(*hash, defined_root(&stored.leaves[start..start + width]));
    }
    assert_eq!(counts, BTreeMap::from([(1, 273), (2, 1)]));

    let rebuilt = Frontier::from_stored(SIZE, &mut stored.reader()).unwrap();
    assert_eq!(rebuilt, stored.frontier);

    let root = stored.frontier.root();
    for index in [0, 1, 127, 128, 255, 256, 32_767, 65_535, 65_536, 69_887, 69_888, SIZE - 1] {
        let mut asked = 0;
        let mut read = stored.reader();
        let mut counted = |range: tlog::HashRange| {
            asked += range.indexes.end - range.indexes.start;
            read(range)
        };
        let proof = inclusion_proof(SIZE, index, &mut counted).unwrap();
        let leaf = stored.leaves[usize::try_from(index).unwrap()];
        verify_inclusion(&leaf, index, SIZE, &proof, &root).unwrap();
        assert!(asked < 1_024, "a proof for {index} read {asked} hashes");

        let old = index + 1;
        let proof = consistency_proof(old, SIZE, &mut stored.reader()).unwrap();
        let old_root = stored.roots[usize::try_from(old).unwrap()];
        verify_consistency(old, &old_root, SIZE, &root, &proof).unwrap();
    }
}
