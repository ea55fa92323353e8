//! Erasing: an entry that says so, and in the same transaction the end of secrets and bytes. What is left is commitments
//! that say nothing about what they committed to.

use domain::care::ErasePreview;
use domain::entry::Draft;
use domain::fact::Fact;
use domain::id::Seq;

use crate::error::StoreError;
use crate::packed;
use crate::store::Store;
use crate::target::Target;
use crate::writer::Requested;

/// What a scope means at this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// What would be erased, in the order of the trail.
    pub targets: Vec<Target>,
    /// The same in numbers, with what would stay and why.
    pub preview: ErasePreview,
}

/// One `payload.erased` with what it erases.
#[derive(Debug)]
pub struct Erasure {
    /// The entry; its `payloads` are the targets' commitments in their order.
    pub draft: Draft,
    /// What goes.
    pub targets: Vec<Target>,
}

impl Store {
    /// Erases payloads: the entries that say so, the rows of words that screens query, the bytes and their secrets, all
    /// or nothing; then the logs are emptied, so that no file of the workspace has what is gone. For a reader that keeps a
    /// log this waits some seconds; after that the log is emptied as soon as the reader is gone, in idle time. A crash in
    /// between leaves it to the next opening. Nobody else waits meanwhile.
    ///
    /// # Errors
    /// As for [`Store::append`]; [`StoreError::Draft`] also if an entry does not name exactly its targets.
    pub async fn erase(&self, erasures: Vec<Erasure>) -> Result<Vec<Seq>, StoreError> {
        let mut parcels = Vec::with_capacity(erasures.len());
        for Erasure { draft, targets } in erasures {
            match &draft.fact {
                Fact::PayloadErased { payloads, .. }
                    if payloads.iter().eq(targets.iter().map(|target| &target.commitment)) => {}
                fact => {
                    let name = fact.type_name();
                    return Err(StoreError::Draft(format!("{name} does not say what is to be erased")));
                }
            }
            for mut parcel in packed::pack(vec![draft]).await? {
                parcel.erases.clone_from(&targets);
                parcels.push(parcel);
            }
        }
        let seqs = self.hand_in(Requested { parcels, intents: 0 }).await?;
        self.reader().run(|_| Ok(())).await?;
        if !self.reader().words_are_gone().await? {
            tracing::warn!("words of what was erased leave the tables' files later");
        }
        if !self.empty_log().await? {
            tracing::warn!(
                "a reader keeps a log with what was erased; it is emptied when the reader is gone"
            );
        }
        Ok(seqs)
    }
}
