//! Results that have arrived and are not on record yet. The network may bring them faster than they become durable; if
//! nothing held it back, a batch of a thousand large results would lie in memory whole.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of results that may wait for the record, of all turns together.
const MOST: usize = 16 << 20;
/// What is counted at once. Results that are smaller take no room: there can't be enough of them to matter.
const UNIT: usize = 4 << 10;

/// The room that there is for them.
pub(crate) struct Backlog(Arc<Semaphore>);

/// The room that one result takes until it is on record. Dropping it gives it back.
#[derive(Default)]
pub(crate) struct Room {
    _units: Option<OwnedSemaphorePermit>,
}

impl Backlog {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(MOST / UNIT)))
    }

    /// Room for a result of so many bytes, as soon as there is some; first come, first served. One that is larger than
    /// all of it waits until it is alone.
    pub(crate) async fn room(&self, bytes: usize) -> Room {
        let units = u32::try_from(bytes.min(MOST) / UNIT).unwrap_or(u32::MAX);
        if units == 0 {
            return Room::default();
        }
        // It is never closed, and that is the only way for this to fail.
        Room { _units: self.0.clone().acquire_many_owned(units).await.ok() }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn waits(room: impl Future<Output = Room>) -> bool {
        tokio::time::timeout(Duration::from_millis(1), room).await.is_err()
    }

    #[tokio::test]
    async fn what_is_over_the_room_waits_until_some_is_given_back() {
        let backlog = Backlog::new();
        let half = backlog.room(MOST / 2).await;
        let _other_half = backlog.room(MOST / 2).await;
        let _small = backlog.room(UNIT - 1).await;
        assert!(waits(backlog.room(UNIT)).await);
        drop(half);
        let _third = backlog.room(UNIT).await;
    }

    #[tokio::test]
    async fn what_is_larger_than_all_room_goes_alone() {
        let backlog = Backlog::new();
        let all = backlog.room(3 * MOST).await;
        assert!(waits(backlog.room(UNIT)).await);
        drop(all);
        let _next = backlog.room(UNIT).await;
    }
}
