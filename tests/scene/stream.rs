//! A message of a model as different servers write it.

use rehearsal::{ScriptedCall, ScriptedReply, StreamEnd};
use serde_json::{Value, json};

/// How a server writes a message that asks for calls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shape {
    /// So many characters of arguments a piece, numbered; the rest of the message as OpenAI writes it.
    Pieces(usize),
    /// A call a piece.
    WholeCalls,
    /// A call a piece, told apart by ids alone.
    Unnumbered,
    /// A call a piece, each called the first.
    AllFirst,
    /// Id and name with every piece.
    Repeating,
    /// Pieces of all calls by turns, of so many characters of arguments.
    ByTurns(usize),
    /// All calls in one piece, with the end.
    OnePiece,
    /// Arguments as an object, not as text.
    Objects,
    /// Lines end with CR LF, the end mark is missing.
    NoMark,
    /// No stream at all.
    Document,
}

impl Shape {
    pub(crate) const ALL: [Self; 11] = [
        Self::Pieces(1),
        Self::Pieces(7),
        Self::WholeCalls,
        Self::Unnumbered,
        Self::AllFirst,
        Self::Repeating,
        Self::ByTurns(3),
        Self::OnePiece,
        Self::Objects,
        Self::NoMark,
        Self::Document,
    ];

    /// The message as the model's reply.
    pub(crate) fn reply(self, calls: &[ScriptedCall]) -> ScriptedReply {
        match self {
            Self::Document => {
                let whole = self.whole(calls);
                let message = json!({ "content": null, "tool_calls": whole });
                let choice = json!({ "index": 0, "finish_reason": "tool_calls", "message": message });
                ScriptedReply::Status { status: 200, retry_after: None, body: json!({ "choices": [choice] }) }
            }
            _ => ScriptedReply::Raw { pieces: vec![self.stream(calls)], end: StreamEnd::Whole },
        }
    }

    /// The message as a stream's bytes.
    pub(crate) fn stream(self, calls: &[ScriptedCall]) -> Vec<u8> {
        let whole = self.whole(calls);
        let deltas: Vec<Value> = match self {
            Self::Pieces(size) => whole.iter().flat_map(|call| in_pieces(call, size, false)).collect(),
            Self::Repeating => whole.iter().flat_map(|call| in_pieces(call, 5, true)).collect(),
            Self::ByTurns(size) => {
                let mut queues: Vec<_> =
                    whole.iter().map(|call| in_pieces(call, size, false).into_iter()).collect();
                let longest = queues.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
                let turn = |_| queues.iter_mut().filter_map(Iterator::next).collect::<Vec<_>>();
                (0..longest).flat_map(turn).collect()
            }
            _ => whole,
        };
        let chunk = |delta: Value, reason: Value| json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": reason }] });
        let asks = |calls: Value, reason: Value| chunk(json!({ "tool_calls": calls }), reason);
        let chunks: Vec<Value> = match self {
            Self::OnePiece => vec![asks(json!(deltas), json!("tool_calls"))],
            _ => {
                let pieces = deltas.into_iter().map(|delta| asks(json!([delta]), Value::Null));
                pieces.chain([chunk(json!({}), json!("tool_calls"))]).collect()
            }
        };
        let line_end = if self == Self::NoMark { "\r\n" } else { "\n" };
        let events = chunks.iter().map(|chunk| format!("data: {chunk}{line_end}{line_end}"));
        let mark = (self != Self::NoMark).then(|| "data: [DONE]\n\n".to_owned());
        events.chain(mark).collect::<String>().into_bytes()
    }

    /// Each call in one piece.
    fn whole(self, calls: &[ScriptedCall]) -> Vec<Value> {
        let whole = |(place, call): (usize, &ScriptedCall)| {
            let text = call.arguments.concat();
            let arguments = match self {
                Self::Objects => serde_json::from_str(&text).unwrap_or(json!(text)),
                _ => json!(text),
            };
            let mut whole = json!({
                "id": call.id,
                "type": "function",
                "function": { "name": call.name, "arguments": arguments },
            });
            match self {
                Self::Unnumbered | Self::Document => {}
                Self::AllFirst => whole["index"] = json!(0),
                _ => whole["index"] = json!(place),
            }
            whole
        };
        calls.iter().enumerate().map(whole).collect()
    }
}

/// A call in pieces: its beginning, then so many characters of its arguments each.
fn in_pieces(call: &Value, size: usize, repeating: bool) -> Vec<Value> {
    let text: Vec<char> = call["function"]["arguments"].as_str().unwrap().chars().collect();
    let mut begin = call.clone();
    begin["function"]["arguments"] = json!("");
    let more = |part: &[char]| {
        let arguments = json!(part.iter().collect::<String>());
        if !repeating {
            return json!({ "index": call["index"], "function": { "arguments": arguments } });
        }
        let mut again = call.clone();
        again["function"]["arguments"] = arguments;
        again
    };
    std::iter::once(begin.clone()).chain(text.chunks(size).map(more)).collect()
}
