//! The permission to send: proof that what is about to leave stands in the trail already.

use crate::id::Seq;

/// Says that the entry `seq` is on disk. It can't be copied, and only the trail's writer makes one, after COMMIT;
/// the door out (`egress`) takes one by value for each request. So code that sends off the record does not compile.
#[derive(Debug)]
#[must_use = "an intent that isn't sent stays open in the trail until recovery"]
pub struct DurableIntent {
    seq: Seq,
}

impl DurableIntent {
    /// For the trail's writer alone, after COMMIT. Calling it elsewhere is an error of the lints (`clippy.toml`)
    /// and of `tests/tidy.rs`.
    pub fn after_commit(seq: Seq) -> Self {
        Self { seq }
    }

    /// The entry that records what is about to be sent.
    pub fn seq(&self) -> Seq {
        self.seq
    }
}
