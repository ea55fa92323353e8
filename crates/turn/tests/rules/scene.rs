//! One turn on a table: calls told in short, and what the machine said about them.

use domain::call::{Approval, Decision, ToolCall, Verdict};
use domain::effect::Effect as ToolEffect;
use domain::event::Waiting;
use domain::fact::Fact;
use domain::id::{BatchId, CallId, Handle, ModelCallId, TurnId};
use domain::label::Label;
use domain::model::Finish;
use domain::outcome::{Ending, FailureClass, Outcome};
use domain::payload::Commitment;
use domain::run::Straggler;
use domain::time::Span;
use turn::{Asked, Effect, EndedAttempt, EndedCall, Event, Plan, Settings, Turn};

pub(crate) const REQUEST: u128 = 1;

pub(crate) fn settings() -> Settings {
    Settings {
        turn: TurnId::new(1, 1),
        max_steps: 3,
        sequential: false,
        early: true,
        batch_calls: 128,
        straggler: Straggler::Wait,
        policy: String::new(),
    }
}

pub(crate) fn id(number: usize) -> CallId {
    CallId::new(7, number as u128)
}

pub(crate) fn batch(number: u128) -> BatchId {
    BatchId::new(1, number)
}

pub(crate) fn call(number: usize, effect: ToolEffect, resource: &str) -> Asked {
    let call = ToolCall {
        id: id(number),
        batch: Some(batch(1)),
        position: u32::try_from(number).unwrap(),
        handle: Handle(u32::try_from(number).unwrap() + 1),
        // Every call of the message has the same id, as careless models write: nothing may depend on it.
        asked_as: "call_0".to_owned(),
        asked_for: "crm__get".to_owned(),
        tool: None,
        tool_version: String::new(),
        effect,
        label: Label::unlabelled(),
        arguments: "{}".to_owned(),
        telling: String::new(),
    };
    let decision = Decision {
        verdict: Verdict::Allow,
        rule: "r".to_owned(),
        reason: "because".to_owned(),
        origins: Vec::new(),
    };
    let plan =
        Plan { resource: resource.to_owned(), repeatable: effect != ToolEffect::Write, ..Plan::default() };
    Asked { call, arguments: Commitment([0; 32]), decision, unfit: None, plan }
}

pub(crate) fn read(number: usize, resource: &str) -> Asked {
    call(number, ToolEffect::Read, resource)
}

pub(crate) fn write(number: usize, resource: &str) -> Asked {
    call(number, ToolEffect::Write, resource)
}

/// A read that is the same as any other of the same resource.
pub(crate) fn same(number: usize, resource: &str) -> Asked {
    let mut asked = read(number, resource);
    asked.plan.identity = Some(resource.to_owned());
    asked
}

pub(crate) fn reads_result_of(number: usize, of: usize) -> Asked {
    let mut asked = read(number, "");
    asked.plan.reads = Some(id(of));
    asked
}

pub(crate) fn exclusive(mut asked: Asked) -> Asked {
    asked.plan.exclusive = true;
    asked
}

pub(crate) fn judged(mut asked: Asked, verdict: Verdict) -> Asked {
    asked.decision.verdict = verdict;
    asked
}

pub(crate) fn unfit(mut asked: Asked) -> Asked {
    asked.unfit =
        Some(Ending::without_body(Outcome::Failed, Some(FailureClass::InvalidArguments), "`id` is missing"));
    asked
}

/// Puts a call into a later message.
pub(crate) fn in_batch(mut asked: Asked, number: u128, position: u32) -> Asked {
    asked.call.batch = Some(batch(number));
    asked.call.position = position;
    asked
}

pub(crate) fn ended(number: usize, outcome: Outcome) -> EndedCall {
    EndedCall {
        call: id(number),
        outcome,
        failure: (outcome == Outcome::Failed).then_some(FailureClass::Connect),
        status: None,
        result: None,
        words: (outcome != Outcome::Returned).then_some(Commitment([1; 32])),
        size: 0,
        cut_from: None,
        took: Span(1),
        label: Label::PUBLIC,
        from: None,
        phases: None,
        findings: None,
    }
}

pub(crate) fn attempt(number: usize, attempt: u32, outcome: Outcome) -> EndedAttempt {
    EndedAttempt {
        attempt,
        transient: false,
        renewed: false,
        retry_after: None,
        took: Span(1),
        deadline: Span(20_000_000),
        dice: 0,
        ended: ended(number, outcome),
    }
}

/// A turn, and everything that it said.
pub(crate) struct Scene {
    pub(crate) turn: Turn,
    pub(crate) said: Vec<Effect>,
}

impl Scene {
    /// A turn whose model is writing its first message.
    pub(crate) fn new(settings: Settings) -> Self {
        let mut scene = Self { turn: Turn::new(settings), said: Vec::new() };
        scene.tell(Event::Begin);
        scene
    }

    /// A turn whose model asked for these.
    pub(crate) fn with(settings: Settings, calls: Vec<Asked>) -> Self {
        let mut scene = Self::new(settings);
        scene.message(1, calls);
        scene
    }

    /// What it says to this.
    pub(crate) fn tell(&mut self, event: Event) -> Vec<Effect> {
        let effects = self.turn.step(event);
        self.said.extend(effects.iter().cloned());
        effects
    }

    pub(crate) fn ready(&mut self, asked: Asked) -> Vec<Effect> {
        self.tell(Event::CallReady { request: ModelCallId::new(1, REQUEST), asked })
    }

    pub(crate) fn message(&mut self, number: u128, calls: Vec<Asked>) -> Vec<Effect> {
        let finish = if calls.is_empty() { Finish::Stop } else { Finish::ToolCalls };
        self.finish(number, finish, calls)
    }

    pub(crate) fn finish(&mut self, number: u128, finish: Finish, calls: Vec<Asked>) -> Vec<Effect> {
        let request = ModelCallId::new(1, REQUEST);
        self.tell(Event::ModelEnded {
            request,
            batch: batch(number),
            finish,
            text: "words".to_owned(),
            calls,
        })
    }

    /// The only attempt of a call ended so.
    pub(crate) fn end(&mut self, number: usize, outcome: Outcome) -> Vec<Effect> {
        self.tell(Event::AttemptEnded(attempt(number, 1, outcome)))
    }

    pub(crate) fn returned(&mut self, number: usize) -> Vec<Effect> {
        self.end(number, Outcome::Returned)
    }

    /// A call that was concluded, shared or read ended so.
    pub(crate) fn conclude(&mut self, number: usize, outcome: Outcome) -> Vec<Effect> {
        self.tell(Event::CallEnded(ended(number, outcome)))
    }

    pub(crate) fn answer(&mut self, number: usize, approval: Approval) -> Vec<Effect> {
        self.tell(Event::Answered { call: id(number), approval, reason: None, edited: None })
    }

    /// The first attempts that were dispatched, in order.
    pub(crate) fn sent(&self) -> Vec<usize> {
        sent(&self.said)
    }

    /// How often this call's outcome is on record.
    pub(crate) fn outcomes(&self, number: usize) -> usize {
        let is_end = |effect: &&Effect| matches!(effect, Effect::Record(Fact::CallEnded { call, .. }) if *call == id(number));
        self.said.iter().filter(is_end).count()
    }
}

/// The calls whose first attempt is dispatched among these.
pub(crate) fn sent(effects: &[Effect]) -> Vec<usize> {
    let number = |call: &CallId| (0..2000).find(|number| id(*number) == *call).unwrap();
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Dispatch { call, attempt: 1, .. } => Some(number(call)),
        _ => None,
    });
    sent.collect()
}

/// What each call waits for that began to wait among these: its number, the other's, and the kind.
pub(crate) fn waits(effects: &[Effect]) -> Vec<(CallId, CallId, &'static str)> {
    let waits = effects.iter().filter_map(|effect| match effect {
        Effect::Wait(call, Waiting::Resource { call: other, .. }) => Some((*call, *other, "resource")),
        Effect::Wait(call, Waiting::Order { call: other, .. }) => Some((*call, *other, "order")),
        Effect::Wait(call, Waiting::Same { call: other, .. }) => Some((*call, *other, "same")),
        Effect::Wait(call, Waiting::Result { call: other, .. }) => Some((*call, *other, "result")),
        _ => None,
    });
    waits.collect()
}

/// The words and outcomes of those that end without being sent.
pub(crate) fn concluded(effects: &[Effect]) -> Vec<(CallId, Outcome, String)> {
    let concluded = effects.iter().filter_map(|effect| match effect {
        Effect::Conclude(call, ending) => Some((*call, ending.outcome, ending.words.clone())),
        _ => None,
    });
    concluded.collect()
}
