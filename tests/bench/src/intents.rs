//! Intents past the engine: the store alone, and calls that are nothing but asked for, allowed and about to be sent.

use std::path::Path;

use domain::call::Verdict;
use domain::effect::Effect;
use domain::entry::Draft;
use domain::fact::Fact;
use domain::filter::{Condition, Filter, Test};
use domain::id::{BootId, CallId, Handle};
use domain::label::Label;
use domain::payload::PayloadRole;
use domain::time::{Micros, Moment};
use store::{DatabaseKey, Keys, Opening, Store};
use tlog::Signer;

use crate::mint::Mint;
use crate::trouble::Outcome;

/// A new workspace in `folder`, without an engine.
pub(crate) async fn create(folder: &Path, mint: &Mint) -> Outcome<Store> {
    let mut secrets = || mint.secret();
    let opening = Opening {
        dir: &folder.join("workspace"),
        boot: BootId::new(1, mint.next()),
        program: "bench",
        moment: now(),
        mint: &mut secrets,
    };
    let signer = Signer::from_seed("tieout.local/bench".parse()?, [9; 32]);
    Ok(Store::create(opening, Keys { database: DatabaseKey::new([7; 32]), signer: signer.into() }).await?)
}

/// Calls that have leave to be sent: on record, and nothing is left to do of it in the background.
pub(crate) async fn allowed(store: &Store, mint: &Mint, calls: usize) -> Outcome<Vec<CallId>> {
    let calls: Vec<CallId> = (0..calls).map(|_| CallId::new(1, mint.next())).collect();
    store.append(calls.iter().flat_map(|call| leave(*call, mint)).collect()).await?;
    // A search waits for tables and words of all that is durable.
    let words = Condition { not: false, any: vec![Test::Words("settled".to_owned())] };
    store.reader().search(Filter { conditions: vec![words] }, None, 1).await?;
    Ok(calls)
}

fn leave(call: CallId, mint: &Mint) -> [Draft; 2] {
    let arguments = mint.payload(PayloadRole::Arguments, br#"{"id": 7}"#);
    let requested = Fact::CallRequested {
        call,
        batch: None,
        turn: None,
        position: 0,
        handle: Handle(1),
        tool: "crm.get_customer".to_owned(),
        tool_version: "0123456789abcdef".to_owned(),
        effect: Effect::Read,
        arguments: arguments.commitment(),
        label: Label::unlabelled(),
        early: None,
        retry_of: None,
    };
    let (verdict, rule) = (Verdict::Allow, "reads".to_owned());
    let decided = Fact::CallDecided { call, verdict, rule, policy: String::new() };
    let draft = |fact, payloads| Draft { moment: now(), conversation: None, fact, payloads };
    [draft(requested, vec![arguments]), draft(decided, vec![])]
}

/// The intent to send a call, with its request.
pub(crate) fn sent(call: CallId, request: Vec<u8>, mint: &Mint) -> Draft {
    let request = mint.payload(PayloadRole::Request, request);
    let fact = Fact::CallSent {
        call,
        attempt: 1,
        page: None,
        method: "GET".to_owned(),
        endpoint: "https://crm.example.com/customers/7".to_owned(),
        request: request.commitment(),
        idempotency_key: None,
    };
    Draft { moment: now(), conversation: None, fact, payloads: vec![request] }
}

/// The times on record are not what is measured.
fn now() -> Moment {
    Moment { at: Micros(1_790_000_000_000_000), mono: 0 }
}
