//! `intent_wait`: what waiting for a durable intent adds to a call, while 64 callers ask for one again and again. Each
//! carries a request of 1 kB, and is on disk with its place in the tree, a signed checkpoint and what screens query. The
//! bound is one sync of 4 kB on the same disk.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use domain::effect::Effect;
use domain::entry::Draft;
use domain::fact::Fact;
use domain::id::{BootId, CallId, Handle};
use domain::label::Label;
use domain::payload::{Payload, PayloadRole};
use domain::time::{Micros, Moment};
use futures_util::future::try_join_all;
use store::{DatabaseKey, Keys, Opening, Store};
use tlog::Signer;

use crate::arguments::Arguments;
use crate::journal::Journal;
use crate::report::{Figure, Goal, Report};
use crate::scene::millis;
use crate::spread::quantile;
use crate::trouble::Outcome;

const CALLERS: usize = 64;
/// Intents of each caller in a round.
const EACH: usize = 20;
const SYNCS: usize = 60;
const REQUEST: usize = 1000;

pub(crate) async fn run(arguments: &Arguments) -> Outcome<Report> {
    let folder = tempfile::Builder::new().prefix("intents-").tempdir_in(&arguments.into)?;
    let mint = Mint::default();
    let store = open(folder.path(), &mint).await?;
    let mut journal = Journal::new(&folder.path().join("journal"))?;
    let (mut half, mut most, mut sync, mut rate) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let rounds = arguments.rounds.unwrap_or(11);
    for round in 0..=rounds {
        let begun = Instant::now();
        let waits = waits(&store, &mint).await?;
        let lasted = begun.elapsed();
        let syncs = syncs(&mut journal)?;
        // The first round opens files and fills caches.
        if round > 0 {
            half.push(quantile(&waits, 0.5));
            most.push(quantile(&waits, 0.99));
            sync.push(quantile(&syncs, 0.5));
            rate.push((CALLERS * EACH) as f64 / lasted.as_secs_f64());
        }
    }
    store.close().await;
    let bound = ("one sync", &sync[..]);
    let figures = vec![
        Figure::against("64 callers, p50", "ms", &half, bound, Some(Goal::RatioAtMost(2.0))),
        Figure::against("64 callers, p99", "ms", &most, bound, None),
    ];
    let rate = quantile(&rate, 0.5);
    let notes = vec![format!(
        "{rate:.0} durable intents a second. A caller that comes while a commit runs waits for that one and its own."
    )];
    Ok(Report { name: "intent_wait", figures, notes })
}

/// How long each intent of all callers took to be durable, in milliseconds.
async fn waits(store: &Store, mint: &Mint) -> Outcome<Vec<f64>> {
    let callers = (0..CALLERS).map(|_| async {
        let mut calls = Vec::with_capacity(EACH);
        for _ in 0..EACH {
            let call = CallId::new(1, mint.next());
            store.append(vec![requested(call, mint)]).await?;
            calls.push(call);
        }
        Outcome::Ok(calls)
    });
    let calls = try_join_all(callers).await?;
    // Tasks of their own, as an engine's calls are.
    let drafts =
        calls.into_iter().map(|calls| calls.into_iter().map(|call| sent(call, mint)).collect::<Vec<_>>());
    let tasks: Vec<_> = drafts
        .map(|drafts| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut waits = Vec::with_capacity(drafts.len());
                for draft in drafts {
                    let begun = Instant::now();
                    // Nothing is sent: what would use the intent up is what is left out here.
                    drop(store.intend(draft).await?);
                    waits.push(millis(begun.elapsed()));
                }
                Outcome::Ok(waits)
            })
        })
        .collect();
    let mut all = Vec::with_capacity(CALLERS * EACH);
    for task in tasks {
        all.extend(task.await??);
    }
    Ok(all)
}

fn syncs(journal: &mut Journal) -> Outcome<Vec<f64>> {
    let page = [0x2a; 4096];
    (0..SYNCS)
        .map(|_| {
            let begun = Instant::now();
            journal.commit(&page)?;
            Ok(millis(begun.elapsed()))
        })
        .collect()
}

async fn open(folder: &Path, mint: &Mint) -> Outcome<Store> {
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

fn requested(call: CallId, mint: &Mint) -> Draft {
    let arguments = mint.payload(PayloadRole::Arguments, br#"{"id": 7}"#.to_vec());
    let fact = Fact::CallRequested {
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
    Draft { moment: now(), conversation: None, fact, payloads: vec![arguments] }
}

fn sent(call: CallId, mint: &Mint) -> Draft {
    let request = mint.payload(PayloadRole::Request, vec![b'x'; REQUEST]);
    let fact = Fact::CallSent {
        call,
        attempt: 1,
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

/// Numbers that were not given before, for ids and secrets.
#[derive(Default)]
struct Mint(AtomicU64);

impl Mint {
    fn next(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::Relaxed))
    }

    fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        secret[..16].copy_from_slice(&self.next().to_be_bytes());
        secret
    }

    fn payload(&self, role: PayloadRole, bytes: Vec<u8>) -> Payload {
        Payload::seal(self.secret(), role, "application/json", bytes)
    }
}
