//! The same trees in `ct-merkle`, an implementation by other people.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2::Sha256;
use tlog::{consistency_proof, inclusion_proof};

use crate::stored::Stored;

const SIZES: usize = 140;

#[test]
fn gives_the_same_roots_and_proofs() {
    let stored = Stored::of(SIZES as u64);
    let mut other = MemoryBackedTree::<Sha256, [u8; 8]>::new();
    for size in 0..=SIZES {
        assert_eq!(stored.roots[size].as_bytes().as_slice(), other.root().as_bytes().as_slice());
        for index in 0..size {
            let ours = inclusion_proof(size as u64, index as u64, &mut stored.reader()).unwrap();
            assert_eq!(joined(&ours), other.prove_inclusion(index).as_bytes());

            let old = index + 1;
            let ours = consistency_proof(old as u64, size as u64, &mut stored.reader()).unwrap();
            assert_eq!(joined(&ours), other.prove_consistency(size - old).as_bytes());
        }
        other.push((size as u64).to_be_bytes());
    }
}

fn joined(proof: &[tlog::Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| *hash.as_bytes()).collect()
}
