//! The process that is the company.

use std::io::{BufRead, Write};
use std::time::Duration;

use rehearsal::{
    DemoSource, LoggedRequest, Plan, Rehearsal, Script, ScriptedCall, ScriptedMessage, ScriptedReply,
};
use serde::Serialize;

use super::wire::{About, Order, Record, Reply, Seen, Source};
use crate::trouble::Outcome;

/// Serves until nobody gives orders any more.
pub(crate) fn serve() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let company = runtime.block_on(Rehearsal::start(Plan::instant()))?;
    let model = company.model();
    say(&About {
        sources: vec![source(company.echo_source()), source(company.records_source())],
        model_url: model.base_url,
        model_id: model.model_id,
        secret_name: model.secret_name,
        secret: model.secret,
    })?;
    for line in std::io::stdin().lock().lines() {
        match serde_json::from_str(&line?)? {
            Order::Script { replies } => {
                company.forget_requests();
                company.model_script(Script::new(replies.into_iter().map(reply)));
                say(&())?;
            }
            Order::Seen => say(&company.requests().into_iter().map(seen).collect::<Vec<_>>())?,
            Order::Records => {
                let records = company.records().into_iter();
                say(&records.map(|(id, record)| Record { id, entries: record.entries }).collect::<Vec<_>>())?;
            }
        }
    }
    runtime.block_on(company.stop());
    Ok(())
}

fn say(answer: &impl Serialize) -> Outcome<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, answer)?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}

fn source(source: DemoSource) -> Source {
    Source { name: source.name, base_url: source.base_url, toml: source.toml }
}

fn reply(reply: Reply) -> ScriptedReply {
    match reply {
        Reply::Calls { calls, pace } => {
            let call = |call: super::wire::Call| ScriptedCall {
                arguments: call.fragments,
                ..ScriptedCall::new(call.id, call.name, "")
            };
            let pace = rehearsal::Pace::Tokens { first: Duration::ZERO, per_second: pace.per_second };
            ScriptedReply::Message(ScriptedMessage {
                calls: calls.into_iter().map(call).collect(),
                pace: Some(pace),
                ..ScriptedMessage::default()
            })
        }
        Reply::Stream(text) => ScriptedReply::raw(text),
        Reply::Whole(body) => ScriptedReply::Status { status: 200, retry_after: None, body },
    }
}

fn seen(request: LoggedRequest) -> Seen {
    let is_model = request.service == "model";
    Seen {
        service: request.service.to_owned(),
        path: request.path,
        query: request.query,
        began_us: request.began_us,
        ended_us: request.ended_us,
        body: request.body.filter(|_| is_model),
    }
}
