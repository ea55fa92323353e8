//! Whether one tree continues another: RFC 6962 section 2.1.2, read as it is written, from the root
//! down. (The trail's own checker goes from the leaves up.)

use sha2::{Digest, Sha256};

type Hash = [u8; 32];

/// SHA-256 of nothing.
pub(super) const EMPTY_ROOT: Hash = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
    0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// Whether the proof shows that the new tree begins with the old one. Each is a size and a root.
pub(super) fn continues(old: (u64, Hash), new: (u64, Hash), proof: &[Hash]) -> bool {
    if old.0 > new.0 || (new.0 == 0 && new.1 != EMPTY_ROOT) {
        return false;
    }
    if old.0 == 0 {
        return proof.is_empty();
    }
    let mut proof = proof.to_vec();
    let roots = subproof(old.0, new.0, Some(old.1), &mut proof);
    roots == Some((old.1, new.1)) && proof.is_empty()
}

/// SUBPROOF(m, D\[n\], b): the roots of the first `m` and of all `n` leaves here, from the hashes at
/// the proof's end. `known` is the root of the old tree while this may still be that tree whole: the
/// proof leaves it out then.
fn subproof(m: u64, n: u64, known: Option<Hash>, proof: &mut Vec<Hash>) -> Option<(Hash, Hash)> {
    if m == n {
        let root = match known {
            Some(root) => root,
            None => proof.pop()?,
        };
        return Some((root, root));
    }
    // The largest power of two below n; m is at least 1 and below n, so n is at least 2.
    let k = 1 << (n - 1).ilog2();
    let beside = proof.pop()?;
    if m <= k {
        let (old, new) = subproof(m, k, known, proof)?;
        Some((old, node(&new, &beside)))
    } else {
        let (old, new) = subproof(m - k, n - k, None, proof)?;
        Some((node(&beside, &old), node(&beside, &new)))
    }
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([0x01]).chain_update(left).chain_update(right).finalize().into()
}
