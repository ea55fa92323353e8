//! Verifying what is new, in the background: quick enough to be done at each start.

use std::time::Instant;

use domain::id::Seq;
use domain::time::Span;
use domain::view::VerifyReport;
use store::StoreError;
use tlog::Frontier;

use super::recheck::Recheck;
use super::watched::{QuickReport, Tree};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::locked::lock;

impl Engine {
    /// Checks what was recorded since the last verification that found nothing: entries, tree, checkpoints, payloads. It
    /// runs by itself after opening, and when nobody waits for anything. `None` if the workspace closes meanwhile, or
    /// payloads are erased: then the next one looks at them.
    ///
    /// # Errors
    /// If the trail can't be read. Findings are no error: they stand in the report.
    pub async fn quick_verify(&self) -> Result<Option<QuickReport>, EngineError> {
        let began = Instant::now();
        let verified = lock(&self.inner.watched.verified).clone();
        let tree = self.verified_tree(verified).await?;
        let (from, epochs) = (tree.size(), self.inner.reader.epochs().await?);
        let (reader, clock, vkey) =
            (self.inner.reader.clone(), self.inner.clock.clone(), lock(&self.inner.vkey).clone());
        let stop = self.inner.watched.stop();
        let checking =
            tokio::task::spawn_blocking(move || -> Result<Option<(u64, VerifyReport)>, StoreError> {
                let mut recheck = Recheck::new(tree, &epochs);
                for piece in reader.evidence_from(Seq(from))? {
                    if *stop.borrow() {
                        return Ok(None);
                    }
                    match piece {
                        Err(StoreError::Overtaken) => return Ok(None),
                        piece => recheck.take(piece?),
                    }
                }
                Ok(Some((recheck.size(), recheck.finish(&vkey, clock.now().at))))
            });
        let checked = checking.await.map_err(|_| {
            EngineError::Internal("the verifier itself failed, which is our fault".to_owned())
        })??;
        let Some((size, mut report)) = checked else { return Ok(None) };
        report.took_ms = Span::from(began.elapsed()).ms();
        if report.findings.is_empty() {
            self.verified(size, &report.root);
        } else {
            tracing::error!(findings = report.findings.len(), "what was recorded last does not verify");
        }
        let report = QuickReport { from, report };
        *lock(&self.inner.watched.last_quick) = Some(report.clone());
        Ok(Some(report))
    }

    /// What the last of these found in this run.
    pub fn last_quick(&self) -> Option<QuickReport> {
        lock(&self.inner.watched.last_quick).clone()
    }

    /// Where the check begins: at the end of what was verified, if that is what is stored, or at the first entry.
    async fn verified_tree(&self, verified: Option<Tree>) -> Result<Frontier, EngineError> {
        let Some(Tree { size, root }) = verified else { return Ok(Frontier::new()) };
        let stored = self.inner.reader.frontier(size).await?;
        Ok(stored.filter(|stored| stored.root().to_string() == root).unwrap_or_default())
    }
}
