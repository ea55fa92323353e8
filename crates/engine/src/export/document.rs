//! An answer as a document with footnotes: for reading, not for proving.

use std::io::Write;
use std::path::Path;

use domain::bundle::{BundleKind, BundleMade, DocumentForm};
use domain::id::{ConversationId, TurnId};
use evidence::{Document, document};
use store::Snapshot;

use super::halt::Halt;
use super::target::Target;
use crate::blocking::blocking;
use crate::engine::Engine;
use crate::error::EngineError;

impl Engine {
    /// Writes an answer with what its figures come from to a file at `to`, where nothing may be yet. That its words
    /// leave the trail is on record, before and after.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] if there is no such turn, [`EngineError::BadInput`] if it has no answer, if the answer
    /// was erased, or if the file can't be made; as for [`Engine::export`] if nothing can be put on record.
    pub async fn export_document(
        &self,
        turn: TurnId,
        form: DocumentForm,
        to: &Path,
    ) -> Result<BundleMade, EngineError> {
        self.inner.store()?;
        let mut target = Target::at(to)?;
        let reader = self.inner.reader.clone();
        let (conversation, text) =
            blocking(move || written(&reader.snapshot()?, turn, form)).await.map_err(Halt::into_error)?;
        let begun = self.begin(BundleKind::Answer, Some(conversation), Some(turn), true, false).await?;
        let made = blocking(move || {
            target.file().write_all(text.as_bytes())?;
            let kept = target.keep()?;
            Ok(BundleMade { path: kept.path, size: kept.size, sha256: kept.sha256, entries: 0, payloads: 0 })
        });
        self.record(begun, made.await.map_err(Halt::into_error)?).await
    }
}

/// The document, and the conversation that it is of.
fn written(snapshot: &Snapshot, turn: TurnId, form: DocumentForm) -> Result<(ConversationId, String), Halt> {
    let none = || EngineError::NotFound(format!("there is no turn {turn}"));
    let place = snapshot.place_of(turn)?.ok_or_else(none)?;
    let view = snapshot.turn(turn)?.ok_or_else(none)?;
    let Some(answer) = view.answer.as_ref().filter(|answer| !answer.text.is_empty()) else {
        let words = format!("the turn {turn} has no answer, or its words were erased");
        return Err(EngineError::BadInput(words).into());
    };
    let mut calls: Vec<_> = view.batches.iter().flat_map(|batch| batch.calls.iter().cloned()).collect();
    for exposed in answer.exposure.iter().filter(|exposed| exposed.earlier) {
        calls.extend(snapshot.call(exposed.call, 0)?.map(|detail| detail.row));
    }
    let of = Document { question: &view.question, at: view.at, answer, calls: &calls };
    Ok((place.conversation, document(&of, form)))
}
