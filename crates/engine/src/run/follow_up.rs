//! What the model is given of a call's end, and what the answer's exposure says of it.

use attribution::InContext;
use domain::call::ToolCall;
use domain::outcome::{CallResult, Ending, Outcome};

/// The most of one result that goes into a prompt, in bytes. What is longer is cut, and the cut is said.
pub(crate) const SHOWN_BYTES: usize = 96 * 1024;

/// A call's place in the model's context.
pub(crate) struct Shown {
    pub(crate) result: CallResult,
    pub(crate) context: InContext,
}

/// Turns an ending into what the model reads.
pub(crate) fn shown(call: &ToolCall, ending: &Ending, earlier: bool) -> Shown {
    let (text, shown_bytes, ok) = match ending.outcome {
        Outcome::Returned => {
            let (text, shown) = result_text(ending);
            (text, shown, true)
        }
        Outcome::Failed | Outcome::Refused | Outcome::Cancelled | Outcome::TimedOut | Outcome::Unknown => {
            (format!("{}: {}", ending.outcome.word(), ending.words), 0, false)
        }
    };
    let of = ending.cut_from.unwrap_or(ending.body.len() as u64);
    Shown {
        result: CallResult {
            id: call.asked_as.clone(),
            handle: call.handle,
            tool: call.tool.clone(),
            ok,
            text,
        },
        context: InContext { call: call.id, handle: call.handle, shown: shown_bytes as u64, of, ok, earlier },
    }
}

/// The text of a result, cut at a character, and how many of its bytes that shows.
fn result_text(ending: &Ending) -> (String, usize) {
    if ending.body.is_empty() {
        return ("(the source returned an empty body)".to_owned(), 0);
    }
    let Ok(whole) = std::str::from_utf8(&ending.body) else {
        let words = format!(
            "(the source returned {} bytes of {}, which is not text)",
            ending.body.len(),
            ending.media
        );
        return (words, 0);
    };
    let end = whole.floor_char_boundary(SHOWN_BYTES);
    let all = ending.cut_from.unwrap_or(whole.len() as u64);
    if end as u64 == all {
        return (whole.to_owned(), end);
    }
    let cut = format!(
        "{}\n(cut: these are the first {end} bytes of {all}; ask for less at once to see the rest)",
        &whole[..end]
    );
    (cut, end)
}

#[cfg(test)]
mod tests {
    use domain::effect::Effect;
    use domain::id::{CallId, Handle};
    use domain::label::Label;

    use super::*;

    fn call() -> ToolCall {
        ToolCall {
            id: CallId::new(1, 1),
            batch: None,
            position: 0,
            handle: Handle(3),
            asked_as: "x".to_owned(),
            asked_for: "crm__get".to_owned(),
            tool: None,
            tool_version: String::new(),
            effect: Effect::Read,
            label: Label::PUBLIC,
            arguments: String::new(),
            telling: String::new(),
        }
    }

    #[test]
    fn a_long_result_is_cut_at_a_character_and_says_so() {
        let mut ending = Ending::without_body(Outcome::Returned, None, "");
        ending.body = "ü".repeat(SHOWN_BYTES).into_bytes();
        let Shown { result, context } = shown(&call(), &ending, false);
        assert!(result.text.contains("(cut: these are the first"));
        assert_eq!((context.shown, context.of), (SHOWN_BYTES as u64, 2 * SHOWN_BYTES as u64));
    }

    #[test]
    fn bytes_that_are_no_text_are_named_not_shown() {
        let mut ending = Ending::without_body(Outcome::Returned, None, "");
        ending.body = vec![0xff, 0xfe];
        ending.media = "image/png".to_owned();
        assert_eq!(
            shown(&call(), &ending, false).result.text,
            "(the source returned 2 bytes of image/png, which is not text)"
        );
    }

    #[test]
    fn a_failure_is_words() {
        let ending = Ending::without_body(Outcome::TimedOut, None, "no answer in 20 s");
        let Shown { result, context } = shown(&call(), &ending, false);
        assert_eq!((result.text.as_str(), result.ok), ("timed out: no answer in 20 s", false));
        assert_eq!(context.shown, 0);
    }
}
