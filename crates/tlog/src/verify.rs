//! Checking proofs: the algorithms of RFC 9162 sections 2.1.3.2 and 2.1.4.2, which also hold for the
//! trees of RFC 6962. A proof must have exactly the hashes that its sizes call for.

use crate::hash::{Hash, node_hash};

/// Checks that `leaf` is leaf number `index` of the tree of `size` leaves with this `root`.
///
/// A root fixes all its leaves and their order, and so their number; but the proof of one leaf need
/// not show that number: two sizes that give the leaf the same path are not told apart. So take
/// `size` and `root` from one signed checkpoint, never from whoever hands over the proof.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::OutOfRange);
    }
    let mut climb = Climb { at: index, last: size - 1 };
    let mut computed = *leaf;
    for beside in proof {
        computed = match climb.up().ok_or(ProofError::Length)? {
            Side::Left => node_hash(beside, &computed),
            Side::Right => node_hash(&computed, beside),
        };
    }
    climb.finished()?;
    if computed == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that the tree of `new_size` leaves with root `new_root` begins with the tree of `old_size`
/// leaves with root `old_root`.
///
/// As with inclusion, sizes and roots must come from signed checkpoints.
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old_size > new_size {
        return Err(ProofError::OutOfRange);
    }
    if old_size == 0 || old_size == new_size {
        if !proof.is_empty() {
            return Err(ProofError::Length);
        }
        let empty = Hash::empty_root();
        let holds = (old_size > 0 || *old_root == empty) && (old_size < new_size || old_root == new_root);
        return if holds { Ok(()) } else { Err(ProofError::Root) };
    }

    // Start at the largest whole subtree that ends where the old tree ends. If that is the old tree
    // itself, the proof leaves it out, because the verifier holds its root.
    let skipped = (old_size - 1).trailing_ones();
    let mut climb = Climb { at: (old_size - 1) >> skipped, last: (new_size - 1) >> skipped };
    let (start, rest) = if old_size.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(ProofError::Length)?
    };
    let (mut old, mut new) = (*start, *start);
    for beside in rest {
        match climb.up().ok_or(ProofError::Length)? {
            Side::Left => {
                old = node_hash(beside, &old);
                new = node_hash(beside, &new);
            }
            // What stands to the right of the old tree's edge was appended later.
            Side::Right => new = node_hash(&new, beside),
        }
    }
    climb.finished()?;
    if old == *old_root && new == *new_root { Ok(()) } else { Err(ProofError::Root) }
}

/// Why a proof was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// No proof can exist: the leaf is not below the size, or the old size is above the new.
    #[error("no such leaf or size in this tree")]
    OutOfRange,
    /// The proof has more or fewer hashes than these sizes call for.
    #[error("the proof has the wrong length")]
    Length,
    /// The hashes do not lead to the root.
    #[error("the proof does not lead to the root")]
    Root,
}

/// On which side of the path the next hash of a proof stands.
enum Side {
    Left,
    Right,
}

/// A way up from a node to the root: its number and the last node's number at the same height.
struct Climb {
    at: u64,
    last: u64,
}

impl Climb {
    /// One step of the proof: where its hash stands. `None` at the root.
    fn up(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        let right_child = self.at & 1 == 1;
        let side = if right_child || self.at == self.last { Side::Left } else { Side::Right };
        if !right_child && self.at == self.last {
            // The last node of its height without a sibling: it is carried up as it is, over as
            // many heights as it stays alone.
            let alone = self.at.trailing_zeros();
            self.at >>= alone;
            self.last >>= alone;
        }
        self.at >>= 1;
        self.last >>= 1;
        Some(side)
    }

    fn finished(&self) -> Result<(), ProofError> {
        if self.last == 0 { Ok(()) } else { Err(ProofError::Length) }
    }
}
