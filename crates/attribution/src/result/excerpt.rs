//! What goes to the model with a batch's results.

use domain::id::Handle;

use super::closed::{NOTE, closed};
use super::lines;
use super::outline::outline;
use super::part::document;
use super::shown::{Excerpt, no_text, start_in, text_of};

/// What a model is shown of the result of the call with this handle, in at most `budget` bytes.
///
/// A result that fits stands as the source sent it. A longer one of JSON becomes shorter JSON of the same shape, with
/// an object wherever something is left out; any other text is shown by its first and last lines. Each cut names the
/// call with which a model reads on. JSON that ends in the middle is shown so too, and a line behind it says that it
/// does. The time is linear in the result's length, whatever it holds; what a source calls its result counts for
/// nothing.
pub fn excerpt(handle: Handle, media: &str, body: &[u8], budget: usize) -> Excerpt {
    let Some(text) = text_of(body) else {
        let text = format!("(the source returned {})", no_text(media, body));
        return Excerpt { text, ..Excerpt::default() }.within(budget);
    };
    if body.is_empty() {
        let text = "(the source returned an empty body)".to_owned();
        return Excerpt { text, whole: true, ..Excerpt::default() }.within(budget);
    }
    if text.len() <= budget {
        return Excerpt { whole: text.len() == body.len(), ..Excerpt::whole(text) };
    }
    let outlined = document(text).and_then(|document| {
        let outlined = outline(handle, document, budget).or_else(|| {
            let outlined = outline(handle, &closed(document)?, budget.saturating_sub(NOTE.len()))?;
            Some(outlined.followed_by(NOTE))
        })?;
        // What was closed begins as the document does.
        Some(outlined.starting_at(start_in(text, document)))
    });
    outlined.unwrap_or_else(|| lines::ends_of(handle, text, budget)).within(budget)
}
