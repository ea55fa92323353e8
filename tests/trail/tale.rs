//! What people did, as drafts: whole conversations with a call in each, told by several tellers at once. It is the same
//! at each telling, but for the wall clock that it is given.

use domain::answer::{Answer, Exposed, Exposure, Timings};
use domain::call::Verdict;
use domain::effect::Effect;
use domain::entry::Draft;
use domain::fact::Fact;
use domain::id::{BatchId, BootId, CallId, ConversationId, Handle, ModelCallId, TurnId};
use domain::label::Label;
use domain::model::{Finish, Usage};
use domain::outcome::Outcome;
use domain::payload::{Payload, PayloadRole};
use domain::time::{Micros, Moment, Span};
use std::path::Path;
use store::{DatabaseKey, Keys, Opening, Recovery, Store, StoreError};
use tlog::Signer;

/// Opens the database of every workspace here.
pub(crate) const KEY: [u8; 32] = [7; 32];
/// When tales begin.
const NOON: i64 = 1_790_000_000_000_000;
const USAGE: Usage = Usage { input: 10, output: 5, cached: 0, reasoning: 0 };

/// The signer of every workspace here.
pub(crate) fn signer() -> Signer {
    Signer::from_seed("tieout.example/ada".parse().unwrap(), [9; 32])
}

fn keys() -> Keys {
    Keys { database: DatabaseKey::new(KEY), signer: signer().into() }
}

/// Makes a workspace.
pub(crate) async fn create(dir: &Path) -> Result<Store, StoreError> {
    let mut mint = || [1; 32];
    Store::create(opening(dir, 1, &mut mint), keys()).await
}

/// Opens a workspace in run number `run`.
pub(crate) async fn open(dir: &Path, run: u64) -> Result<(Store, Recovery), StoreError> {
    let mut minted = 0_u64;
    let mut mint = move || {
        minted += 1;
        secret(u64::MAX - run, minted)
    };
    Store::open(opening(dir, run, &mut mint), keys()).await
}

fn opening<'a>(dir: &'a Path, run: u64, mint: &'a mut (dyn FnMut() -> [u8; 32] + Send)) -> Opening<'a> {
    let moment = Moment { at: Micros(NOON + i64::try_from(run).unwrap()), mono: 0 };
    Opening { dir, boot: BootId::new(3, u128::from(run)), program: "tieout 0.1.0", moment, mint }
}

/// Somebody who tells. Two tellers of different numbers never give the same id or secret.
pub(crate) struct Teller {
    number: u64,
    given: u64,
    mono: u64,
    /// What the wall clock says, in microseconds after noon.
    pub(crate) clock: i64,
}

impl Teller {
    pub(crate) fn new(number: u64) -> Self {
        Self { number, given: 0, mono: 0, clock: 0 }
    }

    /// A conversation from its question to its answer, as the appends that it is written by. `bulk` is how large the
    /// call's result is.
    pub(crate) fn conversation(&mut self, bulk: usize) -> Vec<Vec<Draft>> {
        let within = Some(ConversationId::new(1, self.fresh()));
        let turn = TurnId::new(1, self.fresh());
        let batch = BatchId::new(1, self.fresh());
        let call = CallId::new(1, self.fresh());
        let (asking, answering) = (ModelCallId::new(1, self.fresh()), ModelCallId::new(1, self.fresh()));
        let question = self.payload(PayloadRole::Question, "What does Norda owe us?");
        let asked = Fact::QuestionAsked { turn, question: question.commitment() };
        let arguments = self.payload(PayloadRole::Arguments, r#"{"id":7}"#);
        let requested = Fact::CallRequested {
            call,
            batch: Some(batch),
            turn: Some(turn),
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
        let decided = Fact::CallDecided {
            call,
            verdict: Verdict::Allow,
            rule: "reads-run".to_owned(),
            policy: "00".repeat(32),
        };
        vec![
            vec![
                self.draft(within, Fact::ConversationOpened {}, vec![]),
                self.draft(within, asked, vec![question]),
            ],
            vec![self.model_called(within, turn, asking)],
            vec![
                self.model_returned(within, asking),
                self.draft(within, Fact::BatchOpened { batch, turn, request: asking, calls: 1 }, vec![]),
                self.draft(within, requested, vec![arguments]),
                self.draft(within, decided, vec![]),
            ],
            vec![self.sent(within, call)],
            vec![self.ended(within, call, bulk)],
            vec![self.model_called(within, turn, answering)],
            vec![self.model_returned(within, answering), self.answered(within, turn, call)],
        ]
    }

    /// A setting's change: the smallest thing that names a payload.
    pub(crate) fn setting(&mut self, bulk: usize) -> Draft {
        let mut value = self.noise(bulk);
        value.insert(0, '"');
        value.push('"');
        let setting = self.payload(PayloadRole::Setting, &value);
        let fact = Fact::SettingsChanged { key: "look".to_owned(), setting: setting.commitment() };
        self.draft(None, fact, vec![setting])
    }

    fn model_called(&mut self, within: Option<ConversationId>, turn: TurnId, request: ModelCallId) -> Draft {
        let prompt = self.payload(PayloadRole::Prompt, r#"{"messages":[]}"#);
        let fact = Fact::ModelCalled {
            request,
            turn: Some(turn),
            model: "rehearsal".to_owned(),
            endpoint: "http://127.0.0.1:9/chat/completions".to_owned(),
            prompt: prompt.commitment(),
            label: Label::PUBLIC,
            shortened: 0,
            redacted: 0,
            hidden: None,
        };
        self.draft(within, fact, vec![prompt])
    }

    fn model_returned(&mut self, within: Option<ConversationId>, request: ModelCallId) -> Draft {
        let response = self.payload(PayloadRole::Response, "data: [DONE]");
        let fact = Fact::ModelReturned {
            request,
            finish: Some(Finish::Stop),
            failure: None,
            response: response.commitment(),
            usage: USAGE,
            cost: None,
            took: Span(12),
        };
        self.draft(within, fact, vec![response])
    }

    fn sent(&mut self, within: Option<ConversationId>, call: CallId) -> Draft {
        let request = self.payload(PayloadRole::Request, "GET http://127.0.0.1:9/customers/7");
        let fact = Fact::CallSent {
            call,
            attempt: 1,
            page: None,
            method: "GET".to_owned(),
            endpoint: "http://127.0.0.1:9/customers/7".to_owned(),
            request: request.commitment(),
            idempotency_key: None,
        };
        self.draft(within, fact, vec![request])
    }

    fn ended(&mut self, within: Option<ConversationId>, call: CallId, bulk: usize) -> Draft {
        let noise = self.noise(bulk);
        let result =
            self.payload(PayloadRole::Result, &format!(r#"{{"owes":"1,204.50","notes":"{noise}"}}"#));
        let fact = Fact::CallEnded {
            call,
            outcome: Outcome::Returned,
            failure: None,
            status: Some(200),
            result: Some(result.commitment()),
            words: None,
            size: result.bytes().len() as u64,
            cut_from: None,
            took: Span(90_000),
            label: Label::unlabelled(),
            from: None,
            phases: None,
            findings: None,
        };
        self.draft(within, fact, vec![result])
    }

    fn answered(&mut self, within: Option<ConversationId>, turn: TurnId, call: CallId) -> Draft {
        let exposed = Exposed { call, handle: Handle(1), mode: Exposure::Full, earlier: false };
        let answer = Answer {
            text: "Norda owes 1,204.50.".to_owned(),
            exposure: vec![exposed],
            citations: Vec::new(),
            unknown_citations: 0,
            ties: domain::tie::Ties::default(),
            unseen: domain::answer::Unseen::default(),
            combined: Vec::new(),
            label: Label::unlabelled(),
            model: "Rehearsal model (no AI)".to_owned(),
            finish: Finish::Stop,
            usage: USAGE,
            timings: Timings::default(),
        };
        let payload = self.payload(PayloadRole::Answer, &serde_json::to_string(&answer).unwrap());
        let (answer, exposed, label) = (payload.commitment(), vec![call], Label::unlabelled());
        // The writer counts the entries.
        self.draft(within, Fact::AnswerGiven { turn, answer, exposed, label, entries: 0 }, vec![payload])
    }

    fn draft(&mut self, within: Option<ConversationId>, fact: Fact, payloads: Vec<Payload>) -> Draft {
        self.mono += 1_000;
        let at = Micros(NOON + self.clock + i64::try_from(self.mono).unwrap());
        Draft { moment: Moment { at, mono: self.mono }, conversation: within, fact, payloads }
    }

    fn payload(&mut self, role: PayloadRole, text: &str) -> Payload {
        self.given += 1;
        let secret = secret(self.number, self.given);
        Payload::seal(secret, role, "application/json", text.as_bytes().to_vec())
    }

    /// Words that no compression shortens much.
    fn noise(&mut self, bulk: usize) -> String {
        let mut chance = Chance::new(self.number << 32 | self.given);
        let digit = |_| char::from(b"0123456789abcdefghijklmnopqrstuv"[chance.below(32)]);
        (0..bulk).map(digit).collect()
    }

    fn fresh(&mut self) -> u128 {
        self.given += 1;
        u128::from(self.number) << 64 | u128::from(self.given)
    }
}

fn secret(teller: u64, given: u64) -> [u8; 32] {
    let mut secret = [5; 32];
    secret[..8].copy_from_slice(&teller.to_be_bytes());
    secret[8..16].copy_from_slice(&given.to_be_bytes());
    secret
}

/// Numbers that look random and are the same at each run (splitmix64), so that whatever fails can be repeated.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }
}

/// How often something is tried: as `usual`, or as often as an environment variable says.
pub(crate) fn times(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|times| times.parse().ok()).unwrap_or(usual)
}

/// A folder for files that are made and read again thousands of times: in memory, where there is such a place.
pub(crate) fn quick_folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        // Where it can't be written, as in some containers, an ordinary folder is only slower.
        if let Ok(folder) = tempfile::tempdir_in(memory) {
            return folder;
        }
    }
    tempfile::tempdir().unwrap()
}
