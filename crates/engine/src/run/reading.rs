//! `read_result`: more of a result that is on record, without a second request to its source.

use std::sync::Arc;

use domain::id::{CallId, Handle};
use domain::outcome::{Ending, FailureClass, Outcome};
use domain::payload::PayloadRole;

use super::page::Page;
use crate::error::EngineError;
use crate::inner::Inner;

/// The part of a recorded result that a page asks for, as an ending.
pub(crate) async fn read(inner: Arc<Inner>, of: CallId, page: Page, handle: Handle, budget: usize) -> Ending {
    match part(&inner, of, &page, handle, budget).await {
        Ok(Ok((media, text))) => {
            Ending { media, body: text.into_bytes(), ..Ending::without_body(Outcome::Returned, None, "") }
        }
        Ok(Err(words)) => Ending::without_body(Outcome::Failed, Some(FailureClass::InvalidArguments), words),
        Err(error) => {
            let words = format!("the record can't be read: {error}");
            Ending::without_body(Outcome::Failed, Some(FailureClass::Internal), words)
        }
    }
}

async fn part(
    inner: &Inner,
    of: CallId,
    page: &Page,
    handle: Handle,
    budget: usize,
) -> Result<Result<(String, String), String>, EngineError> {
    let Some(detail) = inner.reader.call(of, 0).await? else {
        return Ok(Err(format!("{} is not on record", page.call)));
    };
    let Some(result) = detail.payloads.iter().find(|payload| payload.role == PayloadRole::Result) else {
        let word = detail.row.outcome.map_or("has not ended", Outcome::word);
        return Ok(Err(format!("{} has no result to read: it {word}", page.call)));
    };
    let Some(bytes) = inner.reader.payload_bytes(result.seq, result.commitment).await? else {
        return Ok(Err(format!("the result of {} is no longer on record", page.call)));
    };
    let media = result.media.clone();
    let (pointer, offset, of) = (page.pointer.clone(), page.offset, page.call);
    let paged = move || attribution::page(of, &media, &bytes, &pointer, offset, budget);
    let excerpt = tokio::task::spawn_blocking(paged)
        .await
        .map_err(|error| EngineError::Internal(format!("reading {handle} failed: {error}")))?;
    Ok(excerpt.map(|excerpt| ("text/plain".to_owned(), excerpt.text)))
}
