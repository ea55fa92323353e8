//! What a call's arguments were taken from: computed when somebody looks, since it is nothing that happened.

use attribution::{Flow, ResultText, Shown, flows};
use domain::outcome::Outcome;
use domain::payload::PayloadRole;
use domain::tie::ArgumentSource;
use domain::view::{CallDetail, CallRow};
use store::CallQuery;

use crate::error::EngineError;
use crate::inner::Inner;

/// How many bytes of earlier results are looked through, the newest first: a person waits for it.
const SEARCHED: u64 = 4 << 20;
/// How many earlier calls are looked at.
const CALLS: u32 = 200;

/// The places of earlier results of its conversation that a call's arguments come from. What the model asked for in the same
/// message it had not seen yet.
pub(crate) async fn origins(inner: &Inner, detail: &CallDetail) -> Result<Vec<ArgumentSource>, EngineError> {
    let row = &detail.row;
    let said = detail.payloads.iter().rev().find(|payload| payload.role == PayloadRole::Arguments);
    let arguments = said.filter(|payload| payload.whole && payload.erased.is_none());
    let (Some(conversation), Some(arguments)) = (row.conversation, arguments) else { return Ok(Vec::new()) };
    let query = CallQuery {
        before: Some(row.seq),
        limit: CALLS,
        conversation: Some(conversation),
        outcome: Some(Outcome::Returned),
        ..CallQuery::default()
    };
    let earlier = inner.reader.calls(query).await?;
    // Those that have another call's result say nothing that it does not.
    let own = |call: &CallRow| call.from.is_none() && (call.batch.is_none() || call.batch != row.batch);
    let mut results: Vec<(CallRow, Vec<u8>)> = Vec::new();
    let mut bytes = 0;
    for call in earlier.into_iter().filter(own) {
        bytes += call.size;
        if bytes > SEARCHED {
            break;
        }
        let Some(before) = inner.reader.call(call.call, 0).await? else { continue };
        let result = before.payloads.iter().find(|payload| payload.role == PayloadRole::Result);
        let Some(result) = result.filter(|payload| payload.erased.is_none()) else { continue };
        if let Some(body) = inner.reader.payload_bytes(result.seq, result.commitment).await? {
            results.push((call, body));
        }
    }
    let arguments = arguments.text.clone();
    let found = tokio::task::spawn_blocking(move || found(&arguments, &results)).await;
    found.map_err(|_| EngineError::Internal("looking for origins failed, which is our fault".to_owned()))
}

fn found(arguments: &str, earlier: &[(CallRow, Vec<u8>)]) -> Vec<ArgumentSource> {
    let texts: Vec<ResultText<'_>> = earlier
        .iter()
        .map(|(row, body)| ResultText {
            call: "",
            tool: &row.tool,
            body: std::str::from_utf8(body).unwrap_or_default(),
            shown: Shown::Whole,
        })
        .collect();
    let source = |flow: Flow| {
        let (row, _) = earlier.get(flow.place.result)?;
        Some(ArgumentSource {
            argument: flow.pointer,
            raw: flow.place.raw,
            call: row.call,
            handle: row.handle,
            pointer: flow.place.pointer,
            others: u32::try_from(flow.others).unwrap_or(u32::MAX),
        })
    };
    flows(arguments, &texts).into_iter().filter_map(source).collect()
}
