//! The ids under which calls and results find each other on the wire.

use std::collections::HashSet;

use domain::model::AskedCall;

/// Gives every call of a conversation an id of its own, and its result the same.
///
/// A provider's own id goes back as it came. But models leave ids out, write one twice, or begin with `call_0` in each
/// message, and providers refuse a request in which two calls share an id. Such a call gets an id made from its place
/// in the conversation, so a longer conversation gives the same id again. Made ids are nine letters and digits: the
/// one form that the strictest provider (Mistral) takes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ids {
    /// Whether no other form is taken: then an id of another form, from a model that spoke before, is replaced too.
    nine_letters: bool,
    used: HashSet<String>,
    /// How many calls there were so far.
    calls: usize,
    /// The calls of the last message that have no result yet: as the model named them, and as they are sent.
    open: Vec<(String, String)>,
}

impl Ids {
    /// For a conversation in which nothing was called yet.
    pub(super) fn new(nine_letters: bool) -> Self {
        Self { nine_letters, ..Self::default() }
    }

    /// An id for each call of an assistant's message.
    pub(crate) fn for_calls(&mut self, calls: &[AskedCall]) -> Vec<String> {
        let sent: Vec<String> = calls.iter().map(|call| self.distinct(&call.id)).collect();
        self.open = calls.iter().map(|call| call.id.clone()).zip(sent.iter().cloned()).collect();
        sent
    }

    /// The id for the next result of the message before: that of the first call under this id that has no result yet.
    pub(crate) fn for_result(&mut self, id: &str) -> String {
        let place = self.open.iter().position(|(named, _)| named == id);
        match place.or(if self.open.is_empty() { None } else { Some(0) }) {
            Some(place) => self.open.remove(place).1,
            // A result that nobody asked for: the provider says so better than we could.
            None => id.to_owned(),
        }
    }

    fn distinct(&mut self, given: &str) -> String {
        let place = self.calls;
        self.calls += 1;
        let mut id = given.to_owned();
        let mut number = place;
        while !self.takes(&id) || self.used.contains(&id) {
            id = format!("call{number:05}");
            number += 1;
        }
        self.used.insert(id.clone());
        id
    }

    fn takes(&self, id: &str) -> bool {
        let nine = || id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        !id.is_empty() && (!self.nine_letters || nine())
    }
}
