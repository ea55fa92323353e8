//! What `read_result` gives.

use domain::id::Handle;

use super::lines;
use super::shown::Excerpt;

/// A part of the result of the call with this handle, in at most `budget` bytes: from `offset` on, what stands at
/// `pointer` (RFC 6901).
///
/// # Errors
/// If there is no such place. The words are for the model: what is wrong, and what there is instead.
pub fn page(
    handle: Handle,
    media: &str,
    body: &[u8],
    pointer: &str,
    offset: u64,
    budget: usize,
) -> Result<Excerpt, String> {
    let text = std::str::from_utf8(body).map_err(|_| {
        format!("the result of {handle} is {} bytes of {media}, which is not text", body.len())
    })?;
    lines::characters(handle, pointer, text, offset, budget)
        .ok_or_else(|| format!("the result of {handle} has fewer than {offset} characters"))
}
