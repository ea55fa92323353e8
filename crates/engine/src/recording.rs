//! A model's recorded answer, taken apart as a turn would take it: no workspace, no network, nothing on record.

use std::io::{self, Read};

use domain::model::{AskedCall, Finish, ModelEvent, Protocol, Usage};
use providers::Decoder;

/// Bytes that are read at one time.
const CHUNK: usize = 64 << 10;

/// What a recorded answer says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// Its words.
    pub text: String,
    /// What was thought, in words that a person may read.
    pub reasoning: String,
    /// The calls that are complete, in the model's order. One that was cut is not among them.
    pub calls: Vec<AskedCall>,
    /// Tokens, as the provider counted them; zero if it didn't.
    pub usage: Usage,
    /// Why it ended.
    pub finish: Option<Finish>,
    /// What is wrong with it, if it is cut, faulty or a refusal: then nobody said why it ended.
    pub fault: Option<String>,
}

/// Reads a recorded answer to its end: an event stream, or whatever else its protocol's servers send.
///
/// # Errors
/// If it can't be read. An answer that is not whole is no error: the recording says how far it came and what is wrong.
pub fn decode(protocol: Protocol, mut answer: impl Read) -> io::Result<Recording> {
    let mut decoder = Decoder::new(protocol);
    let mut recording = Recording::default();
    let mut events = Vec::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let length = answer.read(&mut chunk)?;
        let outcome = match chunk.get(..length) {
            Some(bytes) if length > 0 => decoder.feed(bytes, &mut events),
            _ => decoder.end(&mut events),
        };
        events.drain(..).for_each(|event| recording.take(event));
        recording.fault = outcome.err().map(|fault| fault.to_string());
        if length == 0 || recording.finish.is_some() || recording.fault.is_some() {
            return Ok(recording);
        }
    }
}

impl Recording {
    fn take(&mut self, event: ModelEvent) {
        match event {
            ModelEvent::Text(text) => self.text.push_str(&text),
            ModelEvent::Thinking(text) => self.reasoning.push_str(&text),
            ModelEvent::CallReady { call, .. } => self.calls.push(call),
            ModelEvent::Usage(usage) => self.usage = usage,
            ModelEvent::Finished(finish) => self.finish = Some(finish),
            ModelEvent::Reasoned(_) | ModelEvent::CallStarted { .. } | ModelEvent::CallFollowed { .. } => {}
        }
    }
}
