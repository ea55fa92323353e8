//! `read_result`: more of a result that is on record, without a second request to its source.

use std::sync::Arc;

use domain::id::{CallId, Handle};
use domain::label::Level;
use domain::outcome::{Ending, FailureClass, Outcome};
use domain::payload::PayloadRole;

use super::history::detected_in;
use super::page::Page;
use crate::error::EngineError;
use crate::finished::{Part, Uncovered};
use crate::inner::Inner;

/// What was read, and, if the result is above the clearance of the model that reads, all of the result: what the model is
/// told is a part of that with everything hidden, and not what is hidden of a part.
type Read = (Ending, Option<Arc<Uncovered>>);

/// The part of a recorded result that a page asks for, as an ending.
pub(crate) async fn read(
    inner: Arc<Inner>,
    of: CallId,
    page: Page,
    handle: Handle,
    budget: usize,
    clearance: Level,
) -> Read {
    match part(&inner, of, &page, handle, budget, clearance).await {
        Ok(Ok(read)) => read,
        Ok(Err(words)) => {
            (Ending::without_body(Outcome::Failed, Some(FailureClass::InvalidArguments), words), None)
        }
        Err(error) => {
            let words = format!("the record can't be read: {error}");
            (Ending::without_body(Outcome::Failed, Some(FailureClass::Internal), words), None)
        }
    }
}

async fn part(
    inner: &Inner,
    of: CallId,
    page: &Page,
    handle: Handle,
    budget: usize,
    clearance: Level,
) -> Result<Result<Read, String>, EngineError> {
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
    let uncovered = if detail.row.label.level > clearance {
        let whole = Ending {
            media: result.media.clone(),
            body: bytes.clone(),
            ..Ending::without_body(Outcome::Returned, None, "")
        };
        Some(Arc::new(Uncovered {
            call: of,
            handle,
            ending: whole,
            arguments: String::new(),
            detected: detected_in(inner, &detail).await?,
            part: Some(Part { of: page.call, pointer: page.pointer.clone(), offset: page.offset }),
            budget,
        }))
    } else {
        None
    };
    let media = result.media.clone();
    let (pointer, offset, of) = (page.pointer.clone(), page.offset, page.call);
    let paged = move || attribution::page(of, &media, &bytes, &pointer, offset, budget);
    let excerpt = tokio::task::spawn_blocking(paged)
        .await
        .map_err(|error| EngineError::Internal(format!("reading {handle} failed: {error}")))?;
    Ok(excerpt.map(|excerpt| {
        let (media, body) = ("text/plain".to_owned(), excerpt.text.into_bytes());
        (Ending { media, body, ..Ending::without_body(Outcome::Returned, None, "") }, uncovered)
    }))
}
