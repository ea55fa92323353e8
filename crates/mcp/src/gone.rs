//! Whether a session's server is gone, known in the moment in which it shows.
//!
//! The library tells whoever waits for an answer only after it has waited itself for everything else under way, which takes
//! seconds. A call whose server is gone ends at once.

use std::sync::Arc;

use tokio::sync::watch;

/// One for each session. Clones are of the same.
#[derive(Clone, Debug)]
pub(crate) struct Gone(Arc<watch::Sender<bool>>);

impl Gone {
    pub(crate) fn not_yet() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// It is: nothing more comes of it. Every answer that it gave has been handed on before.
    pub(crate) fn say(&self) {
        self.0.send_replace(true);
    }

    pub(crate) fn is_so(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once it is.
    pub(crate) async fn happens(&self) {
        // The sender is in our own hands, so that waiting can't fail.
        let mut hears = self.0.subscribe();
        let _it_is = hears.wait_for(|gone| *gone).await;
    }
}
