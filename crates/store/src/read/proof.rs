//! Proving that an entry is in the trail, from a number of stored hashes that grows with the logarithm of its size.

use domain::id::Seq;
use domain::view::ProofView;
use rusqlite::{Connection, OptionalExtension};
use tlog::{Hash, HashRange, inclusion_proof, leaf_hash, verify_inclusion};

use super::{Reader, epochs, trail};
use crate::columns;
use crate::error::StoreError;

impl Reader {
    /// The proof that an entry is in the tree of the latest checkpoint, checked before it is handed out: the body
    /// gives the leaf, the path leads to the root, the trail's key signed that root.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such entry; [`StoreError::Damaged`] if the proof does not hold.
    pub async fn prove(&self, seq: Seq) -> Result<ProofView, StoreError> {
        self.run(move |sql| prove(sql, seq)).await
    }
}

fn prove(sql: &Connection, seq: Seq) -> Result<ProofView, StoreError> {
    let damaged = |why: String| StoreError::damaged(seq, why);
    let mut statement = sql.prepare_cached("SELECT body FROM entry WHERE seq = ?1")?;
    let body: Option<Vec<u8>> = statement.query_row([seq.0], |row| row.get(0)).optional()?;
    let leaf = leaf_hash(&body.ok_or(StoreError::NotFound)?);
    let (_, note) = trail::head(sql)?;
    let signed = epochs::opened(sql, &note)?;
    let path = inclusion_proof(signed.size, seq.0, &mut |range| hashes(sql, &range))
        .map_err(|error| damaged(error.to_string()))?;
    verify_inclusion(&leaf, seq.0, signed.size, &path, &signed.root)
        .map_err(|error| damaged(error.to_string()))?;
    let path = path.iter().map(ToString::to_string).collect();
    Ok(ProofView { seq, leaf: leaf.to_hex(), path, checkpoint: note })
}

/// Stored hashes of one level: leaves from the entries, the rest from the tiles.
pub(crate) fn hashes(sql: &Connection, range: &HashRange) -> Result<Vec<Hash>, StoreError> {
    let (first, end) = (range.indexes.start, range.indexes.end);
    let hash = |bytes| Ok(Hash::from_bytes(bytes));
    if range.level == 0 {
        let mut statement =
            sql.prepare_cached("SELECT leaf FROM entry WHERE seq >= ?1 AND seq < ?2 ORDER BY seq")?;
        return columns::rows(&mut statement, (first, end), |row| hash(row.get(0)?));
    }
    let mut statement = sql.prepare_cached(
        "SELECT hash FROM tile WHERE level = ?1 AND position >= ?2 AND position < ?3 ORDER BY position",
    )?;
    columns::rows(&mut statement, (range.level, first, end), |row| hash(row.get(0)?))
}
