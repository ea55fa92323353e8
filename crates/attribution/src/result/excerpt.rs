//! What goes to the model with a batch's results.

use domain::id::Handle;

use super::lines;
use super::shown::Excerpt;

/// What a model is shown of the result of the call with this handle, in at most `budget` bytes.
pub fn excerpt(handle: Handle, media: &str, body: &[u8], budget: usize) -> Excerpt {
    let Ok(text) = std::str::from_utf8(body) else {
        let text = format!("(the source returned {} bytes of {media}, which is not text)", body.len());
        return Excerpt { text, shown: 0, whole: false }.within(budget);
    };
    if text.len() <= budget { Excerpt::whole(text) } else { lines::ends_of(handle, text, budget) }
}
