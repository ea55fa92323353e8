//! By how much a conversation is too long, where its refusal says so.

/// Numbers of tokens that a refusal names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overrun {
    /// How many the model takes.
    pub limit: Option<u32>,
    /// How many it was asked to take.
    pub asked: Option<u32>,
}

/// What stands before the limit.
const LIMIT: [&str; 14] = [
    "context length is ",
    "prompt length is ",
    "input length is ",
    "context length of ",
    "context window of ",
    "context size of ",
    "context size (",
    "tokens allowed (",
    "tokens allowed is ",
    "context limit of ",
    "limit is ",
    "limit ",
    "> ",
    "only ",
];
/// What stands before the size of the request.
const ASKED: [&str; 10] = [
    "you requested ",
    "requested ",
    "resulted in ",
    "request contains ",
    "prompt contains ",
    "too long: ",
    "token count (",
    "token count of ",
    "request (",
    "prompt has ",
];

/// Reads the numbers that stand where providers put them.
pub(crate) fn overrun(message: &str) -> Overrun {
    let text = message.to_ascii_lowercase().replace([',', '`'], "");
    let after = |signs: &[&str]| {
        signs.iter().find_map(|sign| {
            text.match_indices(sign).find_map(|(place, sign)| number(&text[place + sign.len()..]))
        })
    };
    // Mistral: “too large for model with 32768 maximum context length”.
    let before = || text.split(" maximum context length").next()?.rsplit(' ').next().and_then(number);
    let has_it = text.contains(" maximum context length") && !text.contains("context length is");
    let limit = if has_it { before().or_else(|| after(&LIMIT)) } else { after(&LIMIT) };
    Overrun { limit, asked: after(&ASKED).filter(|asked| limit.is_none_or(|limit| *asked > limit)) }
}

/// The number at the beginning, if it may count tokens of a context.
fn number(text: &str) -> Option<u32> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok().filter(|number| *number >= 256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_wherever_providers_put_them() {
        for (message, limit, asked) in [
            (
                "This model's maximum context length is 8192 tokens. However, you requested 10000 tokens (6000 in \
                 the messages, 4000 in the completion).",
                Some(8192),
                Some(10_000),
            ),
            (
                "This model's maximum context length is 16,385 tokens. However, your messages resulted in 20,042 \
                 tokens.",
                Some(16_385),
                Some(20_042),
            ),
            ("prompt is too long: 210000 tokens > 200000 maximum", Some(200_000), Some(210_000)),
            (
                "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length",
                Some(200_000),
                None,
            ),
            (
                "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
                Some(1_048_576),
                Some(1_200_000),
            ),
            (
                "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
                Some(131_072),
                Some(140_000),
            ),
            (
                "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
                Some(32_768),
                Some(40_000),
            ),
            (
                "request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it",
                Some(4096),
                Some(5000),
            ),
            ("Request too large for model `x`: Limit 6000, Requested 8000", Some(6000), Some(8000)),
            ("input is too long", None, None),
        ] {
            assert_eq!(overrun(message), Overrun { limit, asked }, "{message}");
        }
    }
}
