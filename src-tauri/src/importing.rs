//! An API's own description on its way from the page to a source. It comes in pieces, so that the page stays quick
//! and shows how far it is, and stays here while a person picks from it: the page gets what it shows, and no schema.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use engine::{Engine, EngineError, Fetched, ImportKind, ImportOptions, Imported, RefersTo};

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
    /// Where it was fetched from.
    address: Option<String>,
    /// What was fetched that it refers to.
    documents: BTreeMap<String, Vec<u8>>,
    read: Option<Arc<Imported>>,
}

/// A description, read, and where the documents are that it refers to and that were not fetched.
pub(crate) type Looked = (Arc<Imported>, Vec<RefersTo>);

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

    /// Takes all of it, from its address.
    ///
    /// # Errors
    /// If another was begun.
    pub(crate) fn fetched(&self, id: u32, fetched: Fetched) -> Result<(), EngineError> {
        let mut held = self.of(id)?;
        *held = Held { id, text: Arc::new(fetched.text), address: Some(fetched.address), ..Held::default() };
        Ok(())
    }

    /// What was fetched from its address.
    ///
    /// # Errors
    /// If another was begun, or it was not fetched.
    pub(crate) fn description(&self, id: u32) -> Result<Fetched, EngineError> {
        let held = self.of(id)?;
        let address = held.address.clone().ok_or_else(gone)?;
        Ok(Fetched { address, text: held.text.to_vec() })
    }

    /// Takes what it refers to.
    ///
    /// # Errors
    /// If another was begun.
    pub(crate) fn with_documents(
        &self,
        id: u32,
        documents: BTreeMap<String, Vec<u8>>,
    ) -> Result<(), EngineError> {
        self.of(id)?.documents.extend(documents);
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
        mut options: ImportOptions,
    ) -> Result<Looked, EngineError> {
        let text = {
            let held = self.of(id)?;
            if let Some(address) = &held.address {
                options.address = Some(address.clone());
            }
            options.documents.clone_from(&held.documents);
            Arc::clone(&held.text)
        };
        if text.is_empty() {
            return Err(EngineError::BadInput("there is no text to read".to_owned()));
        }
        let read = tauri::async_runtime::spawn_blocking(move || {
            let imported = Engine::read_import(kind, &text, &options)?;
            let elsewhere = match &options.address {
                Some(address) if options.documents.is_empty() => Engine::refers_to(&text, address)?,
                _ => Vec::new(),
            };
            Ok::<_, EngineError>((Arc::new(imported), elsewhere))
        });
        let failed =
            |_| EngineError::Internal("reading it failed in the middle, which is our fault".to_owned());
        let (imported, elsewhere) = read.await.map_err(failed)??;
        self.of(id)?.read = Some(Arc::clone(&imported));
        Ok((imported, elsewhere))
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
        assert_eq!(look(first).unwrap().0.operations.len(), 1);
        assert_eq!(importing.imported(first).unwrap().title, "Pets");
        let second = importing.begin();
        assert!(importing.imported(first).is_err() && importing.take(first, "x").is_err());
        assert!(look(second).is_err(), "it has no text");
    }

    #[test]
    fn what_was_fetched_says_where_it_is_and_what_it_refers_to() {
        let importing = Importing::default();
        let id = importing.begin();
        let text =
            br##"{"openapi": "3.1.0", "info": {"title": "Pets", "version": "1"}, "servers": [{"url": "/v1"}],
            "paths": {"/pets": {"get": {"parameters": [{"$ref": "parts.json#/limit"}]}}}}"##;
        let address = "https://pets.example/docs/openapi.json".to_owned();
        importing.fetched(id, Fetched { address, text: text.to_vec() }).unwrap();
        let look =
            || tauri::async_runtime::block_on(importing.look(id, ImportKind::Auto, ImportOptions::default()));
        let (imported, elsewhere) = look().unwrap();
        assert_eq!(imported.server.as_deref(), Some("https://pets.example/v1"));
        assert_eq!((elsewhere.len(), imported.tools().count()), (1, 0));
        let part = br#"{"limit": {"name": "limit", "in": "query", "schema": {"type": "integer"}}}"#.to_vec();
        let documents = BTreeMap::from([("https://pets.example/docs/parts.json".to_owned(), part)]);
        importing.with_documents(id, documents).unwrap();
        let (imported, elsewhere) = look().unwrap();
        assert_eq!((elsewhere.len(), imported.tools().count()), (0, 1));
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
