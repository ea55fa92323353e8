//! A workspace of many calls, made once and kept.

use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::call::Verdict;
use domain::effect::Effect;
use domain::entry::Draft;
use domain::fact::Fact;
use domain::filter::{Condition, Filter, Test};
use domain::id::{BatchId, BootId, CallId, ConversationId, Handle, TurnId};
use domain::label::{Category, Label, Level};
use domain::outcome::{FailureClass, Outcome};
use domain::payload::PayloadRole;
use domain::time::{Micros, Moment, Span};
use store::{Opening, Reader, Store};

use crate::mint::{Mint, mixed};
use crate::trouble::Outcome as Done;
use crate::workspace;

/// Calls that are recorded together.
const GROUP: u64 = 256;
/// Entries of a call: asked for, decided, sent, ended.
const PER_CALL: usize = 4;
/// Stands in the folder of a workspace that is full, words included.
const FULL: &str = "complete";
const TOOLS: [&str; 5] =
    ["crm.get_customer", "crm.find", "billing.open_invoices", "support.tickets", "people.get_salary"];

/// The workspace, open.
pub(crate) struct ManyCalls {
    pub(crate) reader: Reader,
    pub(crate) folder: PathBuf,
    pub(crate) store: Store,
}

impl ManyCalls {
    /// The one of as many calls as have so many entries, and a few more.
    pub(crate) async fn of_entries(into: &Path, entries: usize) -> Done<Self> {
        Self::open(into, entries.div_ceil(PER_CALL)).await
    }

    /// Opens the one of so many calls that lies below `into`, or makes it: that takes minutes for a million calls.
    pub(crate) async fn open(into: &Path, calls: usize) -> Done<Self> {
        let folder = into.join(format!("calls-{calls}"));
        let is_full = folder.join(FULL).is_file();
        if !is_full {
            if folder.is_dir() {
                std::fs::remove_dir_all(&folder)?;
            }
            workspace::make(&folder).await?;
        }
        let mint = Mint::default();
        let many = Self::at(folder, &mint).await?;
        if is_full {
            return Ok(many);
        }
        for first in (0..calls as u64).step_by(usize::try_from(GROUP)?) {
            let group = first..(first + GROUP).min(calls as u64);
            many.store.append(drafts(group, &mint)).await?;
        }
        many.words_are_found(calls as u64).await?;
        std::fs::write(many.folder.join(FULL), "")?;
        Ok(many)
    }

    /// A copy of it in this folder, open, which may be written to.
    pub(crate) async fn copied(self, to: &Path, mint: &Mint) -> Done<Self> {
        let from = self.folder.clone();
        self.close().await;
        std::fs::create_dir(to)?;
        for file in std::fs::read_dir(from)? {
            let file = file?;
            std::fs::copy(file.path(), to.join(file.file_name()))?;
        }
        Self::at(to.to_owned(), mint).await
    }

    async fn at(folder: PathBuf, mint: &Mint) -> Done<Self> {
        let mut secrets = || mint.secret();
        let opening = Opening {
            dir: &folder,
            boot: BootId::new(1, mint.next()),
            program: "bench",
            moment: Moment { at: Micros(0), mono: 0 },
            mint: &mut secrets,
        };
        let (store, _) = Store::open(opening, workspace::keys(&folder).await?).await?;
        Ok(Self { reader: store.reader(), folder, store })
    }

    pub(crate) async fn close(self) {
        self.store.close().await;
    }

    /// Waits until a word that every call has finds every call.
    async fn words_are_found(&self, calls: u64) -> Done<()> {
        let test = Test::Words("customer".to_owned());
        let filter = Filter { conditions: vec![Condition { not: false, any: vec![test] }] };
        while self.reader.facets(filter.clone()).await?.total < calls {
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        Ok(())
    }
}

/// One conversation, one turn and one batch.
fn drafts(calls: std::ops::Range<u64>, mint: &Mint) -> Vec<Draft> {
    let (conversation, turn) = (ConversationId::new(1, mint.next()), TurnId::new(1, mint.next()));
    let batch = BatchId::new(1, mint.next());
    let mut drafts = Vec::new();
    // An hour for each group.
    let at = |seconds: u64| 1_700_000_000_000_000 + i64::try_from(seconds * 14_000_000).unwrap_or(0);
    let mut add = |number: u64, fact, payloads| {
        let moment = Moment { at: Micros(at(number)), mono: 0 };
        drafts.push(Draft { moment, conversation: Some(conversation), fact, payloads });
    };
    add(calls.start, Fact::ConversationOpened {}, vec![]);
    let question = mint.payload(PayloadRole::Question, "Who owes us what?".to_owned());
    add(calls.start, Fact::QuestionAsked { turn, question: question.commitment() }, vec![question]);
    let mut before = None;
    for number in calls {
        let mixed = mixed(number);
        let of = |bound: u64, shift: u32| (mixed >> shift) % bound;
        let call = CallId::new(1, mint.next());
        let tool = TOOLS[usize::try_from(of(5, 3)).unwrap_or(0)];
        let arguments = mint.payload(PayloadRole::Arguments, format!("{{\"customer\": {}}}", of(50_000, 5)));
        let level = if of(50, 7) == 0 { Level::Restricted } else { Level::Confidential };
        let category = if of(5_000, 9) == 0 { Category::Health } else { Category::Financial };
        let label = Label::of(level, [category]);
        // What is made again is made by hand, outside of the turn.
        let retry_of = before.replace(call).filter(|_| of(3_000, 11) == 0);
        let requested = Fact::CallRequested {
            call,
            batch: retry_of.is_none().then_some(batch),
            turn: retry_of.is_none().then_some(turn),
            position: u32::try_from(number % GROUP).unwrap_or(0),
            handle: Handle(1),
            tool: tool.to_owned(),
            tool_version: "0123456789abcdef".to_owned(),
            effect: Effect::Read,
            arguments: arguments.commitment(),
            label: label.clone(),
            early: None,
            retry_of,
        };
        add(number, requested, vec![arguments]);
        add(
            number,
            Fact::CallDecided {
                call,
                verdict: Verdict::Allow,
                rule: "reads".to_owned(),
                policy: String::new(),
            },
            vec![],
        );
        let request = mint.payload(PayloadRole::Request, "GET /".to_owned());
        let sent = Fact::CallSent {
            call,
            attempt: 1,
            page: None,
            method: "GET".to_owned(),
            endpoint: "https://crm.example.com/customers".to_owned(),
            request: request.commitment(),
            idempotency_key: None,
        };
        add(number, sent, vec![request]);
        let failed = of(20, 13) == 0;
        let failure = if of(10, 15) == 0 { FailureClass::Connect } else { FailureClass::Status };
        let body = if failed { "no customer".to_owned() } else { result(number, mixed) };
        let role = if failed { PayloadRole::Words } else { PayloadRole::Result };
        let payload = mint.payload(role, body);
        let ended = Fact::CallEnded {
            call,
            outcome: if failed { Outcome::Failed } else { Outcome::Returned },
            failure: failed.then_some(failure),
            status: (!failed || failure == FailureClass::Status).then_some(if failed { 503 } else { 200 }),
            result: (!failed).then(|| payload.commitment()),
            words: failed.then(|| payload.commitment()),
            size: if of(10_000, 17) == 0 { 200_000 } else { 600 },
            cut_from: None,
            took: Span(if of(2_000, 19) == 0 { 3_000_000 } else { 40_000 + of(60_000, 21) }),
            label,
            from: None,
            phases: None,
            findings: None,
        };
        add(number, ended, vec![payload]);
    }
    let words = mint.payload(PayloadRole::Words, "That is all.".to_owned());
    let fact =
        Fact::TurnStopped { turn, why: domain::fact::Stopped::StepLimit, words: Some(words.commitment()) };
    add(0, fact, vec![words]);
    drafts
}

/// Some rows of invoices; one in five hundred names the same firm, one in fifty thousand has a word of its own.
fn result(number: u64, mixed: u64) -> String {
    let firm = if mixed.is_multiple_of(500) { "Acme GmbH" } else { "Norda Hafen AG" };
    let rare = if number.is_multiple_of(50_000) { "needle" } else { "hay" };
    let rows: Vec<String> = (0..6)
        .map(|row| {
            format!(
                "{{\"open invoice\": {}, \"amount\": \"{}.50\", \"due\": \"2026-11-0{row}\"}}",
                mixed % 900_000 + row,
                mixed % 4_000
            )
        })
        .collect();
    format!("{{\"customer\": \"{firm}\", \"note\": \"{rare}\", \"rows\": [{}]}}", rows.join(", "))
}
