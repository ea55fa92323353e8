//! What protocols do alike whose answer is server-sent events or one document.

use std::fmt::Debug;

use domain::model::ModelEvent;

use crate::body::{Body, Piece};
use crate::dialect::Decoding;
use crate::fault::DecodeError;

/// A message as its protocol reads it.
pub(crate) trait TakesPieces: Debug + Default + Send {
    /// Takes the next piece.
    fn take(&mut self, piece: Piece<'_>, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError>;
    /// Says that the last piece was taken and the message is not over. `has_begun` says whether anything
    /// came that means something.
    fn end(&mut self, has_begun: bool, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError>;
    /// See [`Decoding::is_finishing`].
    fn is_finishing(&self) -> bool;
    /// Whether [`ModelEvent::Finished`] was given. Nothing is taken then.
    fn is_over(&self) -> bool;
}

/// One answer as far as it has come.
#[derive(Debug, Default)]
pub(crate) struct Piecewise<M> {
    body: Body,
    message: M,
}

impl<M: TakesPieces> Decoding for Piecewise<M> {
    fn feed(&mut self, bytes: &[u8], events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let Self { body, message } = self;
        if message.is_over() {
            return Ok(());
        }
        body.feed(bytes, |piece| message.take(piece, events))
    }

    fn end(&mut self, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        let Self { body, message } = self;
        if message.is_over() {
            return Ok(());
        }
        body.end(|piece| message.take(piece, events))?;
        if message.is_over() { Ok(()) } else { message.end(body.has_begun(), events) }
    }

    fn is_finishing(&self) -> bool {
        self.message.is_finishing()
    }
}

/// Why an answer is none that ended before its message did: what has begun and holds nothing of the protocol is something
/// else.
pub(crate) fn unfinished(has_begun: bool, is_recognised: bool) -> DecodeError {
    if has_begun && !is_recognised {
        DecodeError::Malformed("it holds no message".to_owned())
    } else {
        DecodeError::Cut
    }
}
