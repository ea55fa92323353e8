//! What must hold of every answer of a model, in every protocol, whatever its bytes are. A file of its own, without the
//! rest of this crate, so that the same property runs as an ordinary test of `providers` on stable Rust
//! (crates/providers/tests/recorded.rs includes it).

use std::collections::BTreeSet;

use domain::model::{ModelEvent, Protocol};
use providers::{DecodeError, Decoder};

/// How much longer than what came the texts may be that it says. A byte that is no text becomes a character of three
/// bytes, a control character in arguments that are put together from pieces is written with six, and a call may be
/// given once as a guess, once for certain.
const GROWTH: usize = 12;

/// An answer in this protocol: where its bytes are cut makes no difference, it ends once or not at all, no call is ready
/// twice or before it began, nothing is said after the end, and what is said takes no more memory than what came allows.
pub(crate) fn decode(protocol: Protocol, bytes: &[u8]) {
    let (events, outcome) = decoded(protocol, [bytes]);
    // The bytes themselves say where they are cut, so that what was found once is found again.
    let size =
        bytes.iter().fold(1, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte))) % 61;
    let pieces = decoded(protocol, bytes.chunks(size + 1));
    assert_eq!(pieces, (events.clone(), outcome.clone()), "cut into pieces of {}", size + 1);

    let mut begun = BTreeSet::new();
    let mut ready = BTreeSet::new();
    let mut length = 0;
    for (place, event) in events.iter().enumerate() {
        match event {
            ModelEvent::Text(text) | ModelEvent::Thinking(text) => length += text.len(),
            ModelEvent::Reasoned(piece) => length += piece.item.0.to_string().len(),
            ModelEvent::CallStarted { index, name } => {
                length += name.len();
                assert!(begun.insert(*index), "a call began twice");
            }
            ModelEvent::CallReady { index, call } => {
                length += call.name.len() + call.arguments.len();
                assert!(
                    begun.contains(index) && ready.insert(*index),
                    "a call was ready twice, or never began"
                );
            }
            ModelEvent::CallFollowed { index, call } => {
                length += call.name.len() + call.arguments.len();
                assert!(
                    begun.contains(index) && !ready.contains(index),
                    "a guess came after what is certain"
                );
            }
            ModelEvent::Usage(_) => {}
            ModelEvent::Finished(_) => {
                assert_eq!(place + 1, events.len(), "something was said after the end")
            }
        }
    }
    let is_over = matches!(events.last(), Some(ModelEvent::Finished(_)));
    assert_eq!(is_over, outcome.is_ok(), "it ended and did not: {outcome:?}");
    assert!(length <= 256 + GROWTH * bytes.len(), "{length} bytes were said of {}", bytes.len());
    assert!(events.len() <= 8 + bytes.len(), "{} events came of {} bytes", events.len(), bytes.len());
}

type Decoded = (Vec<ModelEvent>, Result<(), DecodeError>);

fn decoded<'a>(protocol: Protocol, chunks: impl IntoIterator<Item = &'a [u8]>) -> Decoded {
    let mut decoder = Decoder::new(protocol);
    let mut events = Vec::new();
    let fed = chunks.into_iter().try_for_each(|chunk| decoder.feed(chunk, &mut events));
    let outcome = fed.and_then(|()| decoder.end(&mut events));
    (events, outcome)
}
