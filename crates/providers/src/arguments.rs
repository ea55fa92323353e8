//! A call's arguments on their way back to a model.

use std::borrow::Cow;

use serde::de::IgnoredAny;

/// What a model wrote, in a form that every provider accepts.
///
/// OpenAI takes any text here, but many imitations parse it as an object to fill in the model's template and answer
/// 400 or 500 to anything else, which would end the conversation over one bad call. What is not an object is therefore
/// wrapped into one. `{}` in its place would be accepted too, but then the model could not see what it had written,
/// which is what the result beside it, saying that these arguments were refused, is about.
pub(crate) fn acceptable(written: &str) -> Cow<'_, str> {
    let text = written.trim();
    if text.is_empty() || text == "null" {
        return Cow::Borrowed("{}");
    }
    if text.starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok() {
        return Cow::Borrowed(written);
    }
    Cow::Owned(serde_json::json!({ "arguments_as_written": written }).to_string())
}
