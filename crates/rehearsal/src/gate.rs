//! Streams that a test lets end.

use tokio::sync::watch;

/// What holds back the ends of streams until a test opens it, once and for all of them.
#[derive(Debug, Clone, Default)]
pub struct Gate(watch::Sender<bool>);

impl Gate {
    /// Lets the streams end.
    pub fn open(&self) {
        self.0.send_replace(true);
    }

    pub(crate) async fn opened(&self) {
        // It can't fail: the sender is here.
        let _ = self.0.subscribe().wait_for(|open| *open).await;
    }
}
