//! An API's own description on its way from the page to a source. It comes in pieces, so that the page stays quick
//! and shows how far it is, and stays here while a person picks from it: the page gets what it shows, and no schema.

use std::sync::{Arc, Mutex};

use engine::{Engine, EngineError, ImportKind, ImportOptions, Imported};

use crate::locked::locked;

/// The most that is taken of a description, in bytes: what the importer accepts, and one more.
const MOST: usize = (50 << 20) + 1;

/// The one description that is looked at.
#[derive(Default)]
pub(crate) struct Importing {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// Which description it is: what was begun before is gone when the next begins.
    id: u32,
    text: Arc<Vec<u8>>,
    read: Option<Arc<Imported>>,
}

impl Importing {
    /// Begins another description, and gives its number.
    pub(crate) fn begin(&self) -> u32 {
        let mut held = locked(&self.held);
        *held = Held { id: held.id.wrapping_add(1), ..Held::default() };
        held.id
    }

    /// Takes the next piece of it.
    ///
    /// # Errors
    /// If another was begun, or it is too long.
    pub(crate) fn take(&self, id: u32, piece: &str) -> Result<(), EngineError> {
        let mut held = self.of(id)?;
        if held.text.len() + piece.len() > MOST {
            return Err(EngineError::BadInput("it is longer than 50 MB, which no description is".to_owned()));
        }
        held.read = None;
        Arc::make_mut(&mut held.text).extend_from_slice(piece.as_bytes());
        Ok(())
    }

    /// Reads all of it, where taking long holds up nobody.
    ///
    /// # Errors
    /// If it is no description that can be read, in words that say what to mend.
    pub(crate) async fn look(
        &self,
        id: u32,
        kind: ImportKind,
        options: ImportOptions,
    ) -> Result<Arc<Imported>, EngineError> {
        let text = Arc::clone(&self.of(id)?.text);
        if text.is_empty() {
            return Err(EngineError::BadInput(
                "nothing is fetched from an address yet: get the document, and give it as a file or as text"
                    .to_owned(),
            ));
        }
        let read = tauri::async_runtime::spawn_blocking(move || Engine::read_import(kind, &text, &options));
        let failed =
            |_| EngineError::Internal("reading it failed in the middle, which is our fault".to_owned());
        let imported = Arc::new(read.await.map_err(failed)??);
        self.of(id)?.read = Some(Arc::clone(&imported));
        Ok(imported)
    }

    /// What was read of it.
    ///
    /// # Errors
    /// If it was not read.
    pub(crate) fn imported(&self, id: u32) -> Result<Arc<Imported>, EngineError> {
        self.of(id)?.read.clone().ok_or_else(gone)
    }

    /// Forgets it, and gives its memory back.
    pub(crate) fn close(&self, id: u32) {
        if let Ok(mut held) = self.of(id) {
            *held = Held { id, ..Held::default() };
        }
    }

    fn of(&self, id: u32) -> Result<std::sync::MutexGuard<'_, Held>, EngineError> {
        let held = locked(&self.held);
        if held.id == id { Ok(held) } else { Err(gone()) }
    }
}

fn gone() -> EngineError {
    EngineError::NotFound("this description is not looked at any more: choose it again".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_comes_in_pieces_and_goes_when_another_begins() {
        let importing = Importing::default();
        let first = importing.begin();
        importing.take(first, r#"{"openapi": "3.1.0", "info": {"title": "Pets", "#).unwrap();
        importing.take(first, r#""version": "1"}, "paths": {"/pets": {"get": {}}}}"#).unwrap();
        assert!(importing.imported(first).is_err(), "nobody has read it");
        let look = |id| {
            tauri::async_runtime::block_on(importing.look(id, ImportKind::Auto, ImportOptions::default()))
        };
        assert_eq!(look(first).unwrap().operations.len(), 1);
        assert_eq!(importing.imported(first).unwrap().title, "Pets");
        let second = importing.begin();
        assert!(importing.imported(first).is_err() && importing.take(first, "x").is_err());
        assert!(look(second).is_err(), "it has no text");
    }

    #[test]
    fn what_is_too_long_is_refused_before_it_is_kept() {
        let importing = Importing::default();
        let id = importing.begin();
        let piece = " ".repeat(MOST / 2);
        importing.take(id, &piece).unwrap();
        importing.take(id, &piece).unwrap();
        assert!(importing.take(id, "xxx").is_err());
    }
}
