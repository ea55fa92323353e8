//! What each protocol's module provides.

use domain::model::{Message, ModelEvent, ModelSpec};
use domain::outcome::CallResult;

use crate::fault::DecodeError;
use crate::names::Names;

/// What a protocol's module does with a conversation. It keeps to what [`crate::Encoder`] promises.
pub(crate) trait Encoding: std::fmt::Debug + Send + Sync {
    /// See [`push`](crate::Encoder::push).
    fn push(&mut self, message: &Message);
    /// See [`push_result`](crate::Encoder::push_result).
    fn push_result(&mut self, result: &CallResult);
    /// The request as it stands. `parallel` says whether several calls may be asked for at once, where somebody said so.
    fn request(&self, parallel: Option<bool>) -> Written;
    /// The names that are sent under another.
    fn names(&self) -> &Names;
}

/// A request as its protocol writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// What follows the base address, with its `/` and perhaps a query.
    pub(crate) path: String,
    /// Headers beside `content-type: application/json` and without the key.
    pub(crate) headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub(crate) body: Vec<u8>,
}

/// Whether answers are to come while they are written: unless a person, or what is known of the model, says otherwise.
pub(crate) fn streams(spec: &ModelSpec) -> bool {
    spec.capabilities.streaming != Some(false)
}

/// The header that says which of two shapes an answer is to have, where a stream's is server-sent events.
pub(crate) fn accept(streams: bool) -> (String, String) {
    let accept = if streams { "text/event-stream" } else { "application/json" };
    ("accept".to_owned(), accept.to_owned())
}

/// What a protocol's module does with the bytes of one answer. It keeps to what [`crate::Decoder`] promises.
pub(crate) trait Decoding: std::fmt::Debug + Send {
    /// See [`feed`](crate::Decoder::feed); not called again after an error.
    fn feed(&mut self, bytes: &[u8], events: &mut Vec<ModelEvent>) -> Result<(), DecodeError>;
    /// See [`end`](crate::Decoder::end); called at most once.
    fn end(&mut self, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError>;
    /// See [`is_finishing`](crate::Decoder::is_finishing).
    fn is_finishing(&self) -> bool;
}
