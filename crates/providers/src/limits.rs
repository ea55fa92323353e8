//! What a provider's refusal tells of its model: how much it can read, and whether it can ask for tools at all.

/// The context that a refusal for a too long conversation names, in tokens. The words are a provider's own, of which no
/// two are alike, so only a number in a known setting counts: another (how much we sent, say) would be learnt as a limit.
pub fn context_named(words: &str) -> Option<u32> {
    // Before the number: OpenAI and vLLM; xAI; Groq and others; llama.cpp; LM Studio. What follows may put a word in between.
    const BEFORE: [&str; 7] = [
        "maximum context length is",
        "maximum prompt length is",
        "context window of",
        "context length of only",
        "context length of",
        "available context size (",
        "context size of",
    ];
    let words = words.to_lowercase();
    let before = BEFORE.iter().find_map(|before| {
        let rest = &words[words.find(before)? + before.len()..];
        number(rest.trim_start())
    });
    // Anthropic: `prompt is too long: 208310 tokens > 200000 maximum`.
    let above = || number(words.split_once("tokens >")?.1.trim_start());
    before.or_else(above).filter(|limit| (256..=100_000_000).contains(limit))
}

/// Whether a refusal says that the model can't ask for tools. What a server's setting forbids (vLLM's
/// `--enable-auto-tool-choice`, llama.cpp's `--jinja`) is no word about the model.
pub fn refuses_tools(words: &str) -> bool {
    // Ollama; Groq; OpenRouter; OpenAI and Together; Fireworks; Bedrock.
    const SAYS_SO: [&str; 8] = [
        "does not support tools",
        "`tool calling` is not supported with this model",
        "no endpoints found that support tool use",
        "does not support function calling",
        "does not support tool calling",
        "tools is not supported in this model",
        "does not support tool use",
        "doesn't support tool use",
    ];
    let words = words.to_lowercase();
    SAYS_SO.iter().any(|says| words.contains(says))
}

/// The number at the beginning, however its thousands are set apart.
fn number(text: &str) -> Option<u32> {
    let digits = text.chars().take_while(|char| char.is_ascii_digit() || matches!(char, ',' | '_'));
    let digits: String = digits.filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_learnt_only_where_the_words_name_it() {
        for (words, limit) in [
            (
                "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
                Some(8192),
            ),
            ("prompt is too long: 208,310 tokens > 200,000 maximum", Some(200_000)),
            ("the request exceeds the available context size (4096 tokens), try increasing it", Some(4096)),
            (
                "This model's maximum prompt length is 131072 but the request contains 140000 tokens",
                Some(131_072),
            ),
            ("Please reduce the length of the messages: 9001 tokens", None),
            ("your maximum context length is short", None),
            ("maximum context length is 12 tokens", None),
        ] {
            assert_eq!(context_named(words), limit, "{words}");
        }
    }

    #[test]
    fn a_server_that_is_set_up_without_tools_says_nothing_of_its_model() {
        assert!(refuses_tools("registry.ollama.ai/library/gemma:2b does not support tools"));
        assert!(refuses_tools("No endpoints found that support tool use. Try disabling \"x\"."));
        assert!(!refuses_tools("\"auto\" tool choice requires --enable-auto-tool-choice"));
        assert!(!refuses_tools("tools param requires --jinja flag"));
    }
}
