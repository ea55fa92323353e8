//! An answer's figures, tied to what its model was shown.

use attribution::{Cited, Hint, InContext, ResultText, recorded, tie};
use domain::id::{CallId, Handle};
use domain::payload::PayloadRole;
use domain::tie::Ties;
use domain::tool::ToolId;
use domain::view::{CallDetail, PayloadView};

use super::page::Page;
use crate::error::EngineError;
use crate::exposed::{Parts, ShownResult, Window};
use crate::inner::Inner;

/// How many bytes of results are searched: more would keep an answer waiting for a second, and take a lot of memory.
const SEARCHED: u64 = 16 << 20;
/// How much of an answer is searched for figures; nobody reads a longer one.
const ANSWER: usize = 256 << 10;
/// How much of a call's arguments is read: where to read on takes no more.
const ARGUMENTS: usize = 16 << 10;

/// What each figure of an answer comes from. An answer is worth more than its ties: what can't be searched is said in them.
pub(crate) async fn ties(inner: &Inner, cited: &Cited, in_context: &[InContext]) -> Ties {
    let tied = match shown_results(inner, in_context).await {
        Ok(found) => tied(found, cited).await,
        Err(error) => Err(error),
    };
    tied.unwrap_or_else(|error| {
        tracing::warn!(%error, "an answer's figures are not tied");
        Ties { limit: format!("nothing was searched: {error}"), ..Ties::default() }
    })
}

/// What there is to be searched.
struct Found {
    results: Vec<ShownResult>,
    /// What was left out, in words; empty if nothing was.
    limit: String,
}

async fn tied(found: Found, cited: &Cited) -> Result<Ties, EngineError> {
    let (text, citations) = (cited.text.clone(), cited.citations.clone());
    let work = tokio::task::spawn_blocking(move || {
        let Found { results, mut limit } = found;
        let searched = &text[..text.floor_char_boundary(ANSWER)];
        if searched.len() < text.len() {
            limit =
                format!("only the first {} kB of the answer are searched for figures. {limit}", ANSWER >> 10);
        }
        let named: Vec<String> = results.iter().map(|result| result.handle.to_string()).collect();
        let parts: Vec<Parts> = results.iter().map(ShownResult::parts).collect();
        let texts = results.iter().zip(&named).zip(&parts).map(|((result, call), parts)| ResultText {
            call,
            tool: &result.tool,
            body: result.text().unwrap_or_default(),
            shown: parts.as_shown(),
        });
        let texts: Vec<ResultText<'_>> = texts.collect();
        let hints: Vec<(Hint, Handle)> = citations
            .iter()
            .map(|citation| {
                let is_named = |result: &ShownResult| {
                    result.call == citation.call || result.others.contains(&citation.call)
                };
                let at = usize::try_from(citation.at).unwrap_or(usize::MAX);
                (Hint { at, result: results.iter().position(is_named) }, citation.handle)
            })
            .collect();
        let only_hints: Vec<Hint> = hints.iter().map(|(hint, _)| *hint).collect();
        let calls: Vec<CallId> = results.iter().map(|result| result.call).collect();
        let spans = tie(searched, &texts, &only_hints);
        Ties { limit: limit.trim_end().to_owned(), ..recorded(searched, spans, &calls, &hints) }
    });
    work.await.map_err(|_| EngineError::Internal("looking for figures failed, which is our fault".to_owned()))
}

/// The results that were shown, from the record: those of this turn first, then of earlier ones, the newest first, until they
/// are more than is searched.
async fn shown_results(inner: &Inner, in_context: &[InContext]) -> Result<Found, EngineError> {
    let mut order: Vec<&InContext> = in_context.iter().filter(|item| item.ok).collect();
    order.sort_by_key(|item| {
        let age = if item.earlier { u32::MAX - item.handle.0 } else { item.handle.0 };
        (item.earlier, age, std::cmp::Reverse(item.shown))
    });
    order.dedup_by_key(|item| item.call);
    let mut found = Found { results: Vec::new(), limit: String::new() };
    let (mut bytes, mut left_out) = (0, 0_u32);
    let mut pages = Vec::new();
    for item in order {
        let Some(detail) = inner.reader.call(item.call, ARGUMENTS).await? else { continue };
        let Some(result) = payload(&detail, PayloadRole::Result) else { continue };
        if detail.row.tool == ToolId::read_result().to_string() {
            pages.push((*item, detail));
            continue;
        }
        let window = Window::Excerpt { handle: item.handle, budget: item.budget };
        if let Some(same) = found.results.iter_mut().find(|known| known.commitment == result.commitment) {
            same.others.push(item.call);
            same.windows.push(window);
            continue;
        }
        if bytes + result.size > SEARCHED {
            left_out += 1;
            continue;
        }
        let Some(body) = inner.reader.payload_bytes(result.seq, result.commitment).await? else { continue };
        bytes += result.size;
        found.results.push(ShownResult {
            call: item.call,
            others: Vec::new(),
            handle: item.handle,
            tool: detail.row.tool.clone(),
            commitment: result.commitment,
            media: result.media.clone(),
            body,
            windows: vec![window],
        });
    }
    for (item, detail) in pages {
        read_on(inner, &item, &detail, &mut found.results).await?;
    }
    if left_out > 0 {
        let mb = SEARCHED >> 20;
        found.limit = format!(
            "the results that the model was shown are more than {mb} MB in all, and {left_out} of them were left out"
        );
    }
    Ok(found)
}

/// Adds what a call read of a result that is there already.
async fn read_on(
    inner: &Inner,
    item: &InContext,
    detail: &CallDetail,
    results: &mut [ShownResult],
) -> Result<(), EngineError> {
    let (Some(from), Some(text)) = (detail.row.from, payload(detail, PayloadRole::Result)) else {
        return Ok(());
    };
    let arguments = payload(detail, PayloadRole::Arguments).map(|payload| payload.text.as_str());
    let Some(page) = arguments.and_then(|arguments| Page::parse(arguments).ok()) else { return Ok(()) };
    let of = results.iter_mut().find(|result| result.call == from || result.others.contains(&from));
    if let Some(of) = of
        && let Some(text) = inner.reader.payload_bytes(text.seq, text.commitment).await?
    {
        of.others.push(item.call);
        let Page { call: handle, pointer, offset } = page;
        of.windows.push(Window::Page { handle, pointer, offset, budget: item.budget, text });
    }
    Ok(())
}

fn payload(detail: &CallDetail, role: PayloadRole) -> Option<&PayloadView> {
    detail.payloads.iter().find(|payload| payload.role == role && payload.erased.is_none())
}
