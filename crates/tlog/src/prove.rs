//! Making proofs from stored hashes: RFC 6962 sections 2.1.1 and 2.1.2.

use std::ops::Range;

use crate::hash::Hash;
use crate::tile::{self, HashRange, ReadError};

/// The proof that leaf `index` is in the tree of the first `size` leaves: the roots beside its path,
/// from the leaf's sibling up to the root's child. `read` is asked for stored hashes only, so the
/// tree may have grown since; a proof costs O(log `size`) reads of at most 128 hashes each.
pub fn inclusion_proof<E>(
    size: u64,
    index: u64,
    read: &mut impl FnMut(HashRange) -> Result<Vec<Hash>, E>,
) -> Result<Vec<Hash>, ReadError<E>> {
    if index >= size {
        return Err(ReadError::OutOfRange);
    }
    let mut beside = Vec::new();
    let mut at = 0..size;
    while let Some(middle) = split(&at) {
        let (inside, outside) = if index < middle {
            (at.start..middle, middle..at.end)
        } else {
            (middle..at.end, at.start..middle)
        };
        beside.push(outside);
        at = inside;
    }
    beside.into_iter().rev().map(|leaves| root(leaves, read)).collect()
}

/// The proof that the tree of the first `new` leaves begins with the tree of the first `old`. Empty
/// if the sizes are equal, and if `old` is 0: every tree begins with the empty one.
pub fn consistency_proof<E>(
    old: u64,
    new: u64,
    read: &mut impl FnMut(HashRange) -> Result<Vec<Hash>, E>,
) -> Result<Vec<Hash>, ReadError<E>> {
    if old > new {
        return Err(ReadError::OutOfRange);
    }
    if old == 0 {
        return Ok(Vec::new());
    }
    let mut needed = Vec::new();
    let mut at = 0..new;
    // Descend along the old tree's right edge until what is left belongs to the old tree alone.
    while let Some(middle) = split(&at).filter(|_| at.end != old) {
        let (inside, outside) = if old <= middle {
            (at.start..middle, middle..at.end)
        } else {
            (middle..at.end, at.start..middle)
        };
        needed.push(outside);
        at = inside;
    }
    // If that is the old tree itself, its root is what the verifier already holds.
    if at.start > 0 {
        needed.push(at);
    }
    needed.into_iter().rev().map(|leaves| root(leaves, read)).collect()
}

/// Where RFC 6962 splits a tree: after the largest power of two that is smaller than its size.
/// A single leaf is not split.
fn split(leaves: &Range<u64>) -> Option<u64> {
    let size = leaves.end - leaves.start;
    (size > 1).then(|| leaves.start + (1 << (size - 1).ilog2()))
}

fn root<E>(
    leaves: Range<u64>,
    read: &mut impl FnMut(HashRange) -> Result<Vec<Hash>, E>,
) -> Result<Hash, ReadError<E>> {
    let roots = tile::subtrees(leaves).map(|subtree| subtree.root(read)).collect::<Result<Vec<_>, _>>()?;
    tile::fold(&roots).ok_or(ReadError::OutOfRange)
}
