//! From the bytes of an answer to events, whatever the protocol.

use domain::model::{ModelEvent, Protocol};

use crate::anthropic;
use crate::dialect::Decoding;
use crate::fault::DecodeError;
use crate::gemini;
use crate::openai_chat;
use crate::{bedrock, cohere, ollama, openai_responses};

/// Decodes one answer. Pure: where the bytes are cut makes no difference to the events.
///
/// A call becomes [`ModelEvent::CallReady`] only when the protocol says that it is complete; that its arguments parse
/// is no sign, since they may be the beginning of longer ones. That the next call began after arguments that parse is
/// one, and is said as [`ModelEvent::CallFollowed`], at most once a call. [`ModelEvent::Finished`] is the last event, and comes
/// once.
#[derive(Debug)]
pub struct Decoder {
    decoding: Box<dyn Decoding>,
    /// What went wrong: said again to whoever asks again.
    fault: Option<DecodeError>,
}

impl Decoder {
    /// For one answer in this protocol.
    pub fn new(protocol: Protocol) -> Self {
        let decoding: Box<dyn Decoding> = match protocol {
            Protocol::OpenaiChat => Box::new(openai_chat::Decoding::default()),
            Protocol::OpenaiResponses => Box::new(openai_responses::Decoding::default()),
            Protocol::Anthropic => Box::new(anthropic::Decoding::default()),
            Protocol::Gemini => Box::new(gemini::Decoding::default()),
            Protocol::Ollama => Box::new(ollama::Decoding::default()),
            Protocol::Cohere => Box::new(cohere::Decoding::default()),
            Protocol::Bedrock => Box::new(bedrock::Decoding::default()),
        };
        Self { decoding, fault: None }
    }

    /// Takes the next bytes and appends what they say to `events`; also what stood before an error.
    pub fn feed(&mut self, bytes: &[u8], events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        self.unless_faulty(|decoding| decoding.feed(bytes, events))
    }

    /// Says that no more bytes come. An answer that was not complete is [`DecodeError::Cut`].
    pub fn end(&mut self, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        self.unless_faulty(|decoding| decoding.end(events))
    }

    /// Whether the message itself is over and only what belongs to the stream (usage, its end mark) may follow: there
    /// is no need to wait for it long.
    pub fn is_finishing(&self) -> bool {
        self.decoding.is_finishing()
    }

    fn unless_faulty(
        &mut self,
        decode: impl FnOnce(&mut dyn Decoding) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let outcome = decode(self.decoding.as_mut());
        self.fault = outcome.as_ref().err().cloned();
        outcome
    }
}
