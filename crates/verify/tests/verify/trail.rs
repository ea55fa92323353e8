//! A trail as stored, and one that tells of everything that can happen.

use std::sync::LazyLock;

use domain::call::Verdict;
use domain::effect::Effect;
use domain::fact::{Fact, Stopped};
use domain::id::{BatchId, CallId, ConversationId, Handle, ModelCallId, Seq, TurnId};
use domain::label::Label;
use domain::model::{Finish, Usage};
use domain::outcome::{FailureClass, Outcome};
use domain::payload::{Commitment, Payload, PayloadRole};
use domain::time::{Micros, Span};
use domain::view::{Finding, FindingKind, VerifyReport};
use verify::Checker;

use crate::writer::{Said, opening, seal, write};

/// One piece of a trail, in the order in which the store gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    Entry { seq: Seq, body: Vec<u8>, leaf: [u8; 32] },
    Payload { commitment: Commitment, secret: [u8; 32], bytes: Vec<u8> },
    Tile { level: u8, index: u64, hash: [u8; 32] },
    Checkpoint { size: u64, note: String },
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Trail {
    pub(crate) pieces: Vec<Stored>,
}

impl Trail {
    pub(crate) fn report(&self) -> VerifyReport {
        self.report_of(Checker::new(None))
    }

    pub(crate) fn report_of(&self, mut checker: Checker) -> VerifyReport {
        self.feed(&mut checker);
        let payload = |_, wanted| {
            self.pieces.iter().find_map(|piece| match piece {
                Stored::Payload { commitment, bytes, .. } if *commitment == wanted => Some(bytes.clone()),
                _ => None,
            })
        };
        checker.finish_with(Micros(0), payload)
    }

    pub(crate) fn feed(&self, checker: &mut Checker) {
        for piece in &self.pieces {
            match piece {
                Stored::Entry { seq, body, leaf } => checker.entry(*seq, body, leaf),
                Stored::Payload { commitment, secret, bytes } => {
                    checker.payload(*commitment, Some(secret), bytes);
                }
                Stored::Tile { level, index, hash } => checker.tile(*level, *index, hash),
                Stored::Checkpoint { size, note } => checker.checkpoint(*size, note),
            }
        }
    }

    pub(crate) fn findings(&self) -> Vec<Finding> {
        self.report().findings
    }

    pub(crate) fn kinds(&self) -> Vec<FindingKind> {
        self.findings().into_iter().map(|finding| finding.kind).collect()
    }

    pub(crate) fn notes(&self) -> Vec<(u64, String)> {
        let note = |piece: &Stored| match piece {
            Stored::Checkpoint { size, note } => Some((*size, note.clone())),
            _ => None,
        };
        self.pieces.iter().filter_map(note).collect()
    }

    pub(crate) fn places(&self, wanted: impl Fn(&Stored) -> bool) -> Vec<usize> {
        (0..self.pieces.len()).filter(|place| wanted(&self.pieces[*place])).collect()
    }
}

pub(crate) fn is_entry(piece: &Stored) -> bool {
    matches!(piece, Stored::Entry { .. })
}

/// What is told, one after another. Each entry is one microsecond after the one before, and sealed.
#[derive(Default)]
pub(crate) struct Telling {
    pub(crate) said: Vec<Said>,
    boot: u32,
    mono: u64,
}

impl Telling {
    pub(crate) fn say(&mut self, conversation: Option<ConversationId>, fact: Fact, payloads: Vec<Payload>) {
        self.mono += 1;
        let (boot, mono) = (self.boot, self.mono);
        self.said.push(Said { boot, mono, conversation, fact, payloads, sealed: true });
    }

    /// Changes what was said last.
    pub(crate) fn but(&mut self, change: impl FnOnce(&mut Fact)) {
        change(&mut self.said.last_mut().unwrap().fact);
    }

    fn new_boot(&mut self) {
        self.boot += 1;
        self.mono = 0;
    }
}

pub(crate) fn call(number: u32) -> CallId {
    CallId::new(1, u128::from(number))
}
pub(crate) fn turn(number: u32) -> TurnId {
    TurnId::new(1, u128::from(number))
}
pub(crate) fn request(number: u32) -> ModelCallId {
    ModelCallId::new(1, u128::from(number))
}
pub(crate) fn batch(number: u32) -> BatchId {
    BatchId::new(1, u128::from(number))
}
pub(crate) fn conversation(number: u32) -> ConversationId {
    ConversationId::new(1, u128::from(number))
}

pub(crate) fn requested(telling: &mut Telling, in_turn: Option<u32>, number: u32) {
    let arguments = seal(PayloadRole::Arguments, &format!("{{\"id\":{number}}}"));
    let fact = Fact::CallRequested {
        call: call(number),
        batch: in_turn.map(batch),
        turn: in_turn.map(turn),
        position: number,
        handle: Handle(number),
        tool: "crm.get_customer".to_owned(),
        tool_version: "0123456789abcdef".to_owned(),
        effect: Effect::Read,
        arguments: arguments.commitment(),
        label: Label::unlabelled(),
        early: None,
        retry_of: None,
    };
    telling.say(in_turn.map(conversation), fact, vec![arguments]);
}

pub(crate) fn decided(telling: &mut Telling, in_turn: Option<u32>, number: u32, verdict: Verdict) {
    let fact = Fact::CallDecided {
        call: call(number),
        verdict,
        rule: "reads-run".to_owned(),
        policy: "00".repeat(32),
    };
    telling.say(in_turn.map(conversation), fact, Vec::new());
}

pub(crate) fn sent(telling: &mut Telling, in_turn: Option<u32>, number: u32, attempt: u32) {
    let sent = seal(PayloadRole::Request, &format!("GET /customers/{number} attempt {attempt}"));
    let fact = Fact::CallSent {
        call: call(number),
        attempt,
        page: None,
        method: "GET".to_owned(),
        endpoint: "http://127.0.0.1:9/customers".to_owned(),
        request: sent.commitment(),
        idempotency_key: None,
    };
    telling.say(in_turn.map(conversation), fact, vec![sent]);
}

pub(crate) fn ended(telling: &mut Telling, in_turn: Option<u32>, number: u32, outcome: Outcome) {
    let result = (outcome == Outcome::Returned)
        .then(|| seal(PayloadRole::Result, &format!("{{\"name\":\"customer {number}\"}}")));
    let words =
        (outcome != Outcome::Returned).then(|| seal(PayloadRole::Words, &format!("no result {number}")));
    let fact = Fact::CallEnded {
        call: call(number),
        outcome,
        failure: (outcome == Outcome::Failed).then_some(FailureClass::InvalidArguments),
        status: result.as_ref().map(|_| 200),
        result: result.as_ref().map(Payload::commitment),
        words: words.as_ref().map(Payload::commitment),
        size: 12,
        cut_from: None,
        took: Span(90_000),
        label: Label::unlabelled(),
        from: None,
        phases: None,
        findings: None,
    };
    telling.say(in_turn.map(conversation), fact, result.into_iter().chain(words).collect());
}

pub(crate) fn asked(telling: &mut Telling, number: u32) {
    let question = seal(PayloadRole::Question, &format!("question {number}?"));
    telling.say(Some(conversation(number)), Fact::ConversationOpened {}, Vec::new());
    let fact = Fact::QuestionAsked { turn: turn(number), question: question.commitment() };
    telling.say(Some(conversation(number)), fact, vec![question]);
}

pub(crate) fn model_called(telling: &mut Telling, in_turn: u32, number: u32) {
    let prompt = seal(PayloadRole::Prompt, &format!("prompt {number}"));
    let fact = Fact::ModelCalled {
        request: request(number),
        turn: Some(turn(in_turn)),
        model: "rehearsal".to_owned(),
        endpoint: "http://127.0.0.1:9/v1/chat/completions".to_owned(),
        prompt: prompt.commitment(),
        label: Label::unlabelled(),
        shortened: 0,
        redacted: 0,
        hidden: None,
    };
    telling.say(Some(conversation(in_turn)), fact, vec![prompt]);
}

pub(crate) fn model_returned(telling: &mut Telling, in_turn: u32, number: u32) {
    let response = seal(PayloadRole::Response, &format!("response {number}"));
    let fact = Fact::ModelReturned {
        request: request(number),
        finish: Some(Finish::Stop),
        failure: None,
        response: response.commitment(),
        usage: Usage::default(),
        cost: None,
        took: Span(5),
    };
    telling.say(Some(conversation(in_turn)), fact, vec![response]);
}

pub(crate) fn approvals(telling: &mut Telling, in_turn: u32, answers: &[(u32, bool)]) {
    let shown = seal(PayloadRole::Shown, &format!("may these of {in_turn} run?"));
    let calls = answers.iter().map(|(number, _)| call(*number)).collect();
    let fact = Fact::ApprovalAsked { calls, shown: shown.commitment() };
    telling.say(Some(conversation(in_turn)), fact, vec![shown]);
    for (number, allowed) in answers {
        let reason = (!allowed).then(|| seal(PayloadRole::Reason, &format!("not {number}")));
        let fact = Fact::ApprovalGiven {
            call: call(*number),
            allowed: *allowed,
            reason: reason.as_ref().map(Payload::commitment),
            arguments: None,
        };
        telling.say(Some(conversation(in_turn)), fact, reason.into_iter().collect());
    }
}

pub(crate) fn answered(telling: &mut Telling, in_turn: u32, exposed: &[u32]) {
    let answer = seal(PayloadRole::Answer, &format!("{{\"text\":\"up {in_turn} %\"}}"));
    let fact = Fact::AnswerGiven {
        turn: turn(in_turn),
        answer: answer.commitment(),
        exposed: exposed.iter().copied().map(call).collect(),
        label: Label::unlabelled(),
        entries: 0,
    };
    telling.say(Some(conversation(in_turn)), fact, vec![answer]);
}

/// Two conversations side by side, a call by hand, a crash and its recovery.
pub(crate) fn tell_everything() -> Telling {
    let mut telling = Telling::default();
    telling.say(None, opening(), Vec::new());
    let setting = seal(PayloadRole::Setting, "the crm");
    let fact = Fact::SourceChanged {
        source: "crm".to_owned(),
        change: domain::fact::Change::Added,
        setting: Some(setting.commitment()),
    };
    telling.say(None, fact, vec![setting]);

    asked(&mut telling, 1);
    model_called(&mut telling, 1, 1);
    asked(&mut telling, 2);
    model_returned(&mut telling, 1, 1);
    let opened = |number| Fact::BatchOpened {
        batch: batch(number),
        turn: turn(number),
        request: request(number),
        calls: if number == 1 { 4 } else { 2 },
    };
    telling.say(Some(conversation(1)), opened(1), Vec::new());
    for (number, verdict) in [(1, Verdict::Allow), (2, Verdict::Ask), (3, Verdict::Ask)] {
        requested(&mut telling, Some(1), number);
        decided(&mut telling, Some(1), number, verdict);
    }
    requested(&mut telling, Some(1), 4);
    ended(&mut telling, Some(1), 4, Outcome::Failed);
    sent(&mut telling, Some(1), 1, 1);
    approvals(&mut telling, 1, &[(2, true), (3, false)]);
    ended(&mut telling, Some(1), 3, Outcome::Refused);
    sent(&mut telling, Some(1), 2, 1);
    sent(&mut telling, Some(1), 1, 2);
    ended(&mut telling, Some(1), 1, Outcome::Returned);
    ended(&mut telling, Some(1), 2, Outcome::TimedOut);

    requested(&mut telling, None, 20);
    decided(&mut telling, None, 20, Verdict::Allow);
    sent(&mut telling, None, 20, 1);

    model_called(&mut telling, 1, 3);
    model_returned(&mut telling, 1, 3);
    answered(&mut telling, 1, &[1, 2, 3, 4]);
    ended(&mut telling, None, 20, Outcome::Returned);

    model_called(&mut telling, 2, 2);
    model_returned(&mut telling, 2, 2);
    telling.say(Some(conversation(2)), opened(2), Vec::new());
    for number in [11, 12] {
        requested(&mut telling, Some(2), number);
        decided(&mut telling, Some(2), number, Verdict::Allow);
    }
    sent(&mut telling, Some(2), 11, 1);

    telling.new_boot();
    ended(&mut telling, Some(2), 11, Outcome::Unknown);
    ended(&mut telling, Some(2), 12, Outcome::Cancelled);
    let words = seal(PayloadRole::Words, "crashed");
    let fact = Fact::TurnStopped { turn: turn(2), why: Stopped::Crashed, words: Some(words.commitment()) };
    telling.say(Some(conversation(2)), fact, vec![words]);
    let after = Seq(telling.said.len() as u64 - 4);
    telling.say(None, Fact::TrailRecovered { unknown: 1, cancelled: 1, after }, Vec::new());
    telling
}

/// The same, and settings changed until the tree has hashes of level 1.
pub(crate) fn long_trail() -> Trail {
    static WRITTEN: LazyLock<Trail> = LazyLock::new(write_long);
    WRITTEN.clone()
}

fn write_long() -> Trail {
    let mut telling = tell_everything();
    for number in 0..230 {
        let setting = seal(PayloadRole::Setting, &format!("theme {number}"));
        let fact = Fact::SettingsChanged { key: "theme".to_owned(), setting: setting.commitment() };
        telling.say(None, fact, vec![setting]);
    }
    // As a commit group does: some entries share a checkpoint.
    for said in telling.said.iter_mut().skip(1).step_by(3) {
        said.sealed = false;
    }
    telling.said.last_mut().unwrap().sealed = true;
    write(&telling.said)
}

pub(crate) fn short_trail() -> Trail {
    static WRITTEN: LazyLock<Trail> = LazyLock::new(|| write(&tell_everything().said));
    WRITTEN.clone()
}
