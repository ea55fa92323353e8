//! The driver of one turn: waits for what happens, steps the machine, and has its effects performed.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::call::Approve;
use domain::event::{Ended, Happening, Waiting};
use domain::fact::Stopped;
use domain::id::{BatchId, CallId, ConversationId, TurnId};
use domain::intent::DurableIntent;
use domain::model::{Capabilities, ModelEvent, ModelSpec, Usage};
use domain::run::RunSettings;
use domain::secret::{Secret, SecretName};
use domain::time::Span;
use policy::Held;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use turn::{Event, Ticket, Turn};

use super::again::Again;
use super::arriving::Arriving;
use super::calling::Arrival;
use super::departure::Notice;
use super::end::End;
use super::line::Line;
use super::live::Live;
use super::offer::Offer;
use super::talk::Talk;
use super::thinking::{Outgoing, Thinking};
use crate::catalogue::Connected;
use crate::error::EngineError;
use crate::inner::Inner;
use crate::turns::Say;

/// How long a person may take to answer a sheet. Then what was asked counts as refused.
pub(crate) const APPROVAL_WAIT: Duration = Duration::from_secs(30 * 60);
/// How often calls in line are asked what they wait for.
pub(crate) const LINES: Duration = Duration::from_millis(250);
/// Events that are looked at together, at most.
const AT_ONCE: usize = 1024;
/// And of what the model says, so that its first calls leave while the next are still being looked at.
const FROM_MODEL: usize = 96;

/// What people are waited for to say.
#[derive(Default)]
pub(crate) struct People {
    pub(crate) asking: Vec<CallId>,
    pub(crate) held: Option<BatchId>,
    pub(crate) until: Option<tokio::time::Instant>,
}

impl People {
    /// Nobody is asked about this call any more. Whether somebody was.
    pub(crate) fn ask_no_more(&mut self, call: CallId) -> bool {
        let asked = self.asking.len();
        self.asking.retain(|waiting| *waiting != call);
        self.asking.len() < asked
    }
}

/// One turn under way.
pub(crate) struct Driver {
    pub(crate) inner: Arc<Inner>,
    pub(crate) turn: TurnId,
    pub(crate) conversation: ConversationId,
    pub(crate) machine: Turn,
    pub(crate) began: Instant,
    pub(crate) model: ModelSpec,
    pub(crate) key: Option<Secret>,
    pub(crate) approve: Approve,
    pub(crate) run: RunSettings,
    /// Whether reads may start early, and whether the conversation or the question says so by itself.
    pub(crate) early: bool,
    pub(crate) early_by_name: bool,
    /// Who shares the gates fairly: this turn.
    pub(crate) lane: u128,
    pub(crate) connected: Arc<Connected>,
    pub(crate) offer: Offer,
    pub(crate) secrets: HashMap<SecretName, Result<Option<Secret>, String>>,
    pub(crate) talk: Talk,
    pub(crate) next_handle: u32,
    pub(crate) calls: HashMap<CallId, Live>,
    /// The person's words, and the results that the model has been shown.
    pub(crate) held: Held,
    /// How many calls the batch under way has.
    pub(crate) batch_calls: usize,
    /// The first request to the model, recorded with the question.
    pub(crate) first: Option<(Outgoing, DurableIntent)>,
    /// How often the model was asked for its present message, and when it is asked again.
    pub(crate) again: Again,
    pub(crate) thinking: Option<Thinking>,
    pub(crate) arriving: Arriving,
    pub(crate) tasks: JoinSet<Result<Arrival, EngineError>>,
    pub(crate) task_calls: HashMap<tokio::task::Id, (CallId, Option<u32>)>,
    pub(crate) notices: (mpsc::UnboundedSender<Notice>, mpsc::UnboundedReceiver<Notice>),
    pub(crate) people: People,
    /// When the time of the batch under way is up; it stands still while people are waited for.
    pub(crate) batch_until: Option<(BatchId, tokio::time::Instant)>,
    /// Reads under way, and when the straggler budget of each is used up. All have the same, so the first comes first.
    pub(crate) stragglers: VecDeque<(tokio::time::Instant, CallId)>,
    /// The calls in line at a gate, and what each was last said to wait for.
    pub(crate) in_line: HashMap<CallId, (Ticket, Waiting)>,
    /// When to look again at what those in line wait for. However much happens meanwhile, it comes.
    pub(crate) look_at: tokio::time::Instant,
    /// Results of this turn that may be used again, by identity, and until when.
    pub(crate) fresh: HashMap<String, (CallId, Instant)>,
    pub(crate) line: Line,
    /// How calls and attempts ended, until the machine says which of the two it was. Nobody else may look at that before.
    pub(crate) ends: HashMap<CallId, (Ended, End)>,
    /// Whether the disk had no room for something that was about to be sent.
    pub(crate) full: bool,
    pub(crate) usage: Usage,
    /// What the turn has shown of its model so far.
    pub(crate) learnt: Capabilities,
    pub(crate) batches: Span,
    pub(crate) one_by_one: Span,
    pub(crate) first_word: Option<Instant>,
    pub(crate) says: mpsc::UnboundedReceiver<Say>,
    /// What was said while the turn waited for something else, and that it has not listened to yet.
    pub(crate) said_meanwhile: VecDeque<Say>,
    pub(crate) question: String,
}

/// How a call's task ended: with the call's end, with a trail that can't be written, or in a panic.
pub(crate) type TaskEnd = Result<(tokio::task::Id, Result<Arrival, EngineError>), tokio::task::JoinError>;

/// What woke the driver.
pub(crate) enum Woken {
    Said(Say),
    Model(Option<ModelEvent>),
    Call(Box<Option<TaskEnd>>),
    Noticed(Notice),
    NobodyAnswered,
    AskAgain,
    Straggles(CallId),
    BatchTimedOut(BatchId),
    LookAtLines,
}

impl Driver {
    /// Runs the turn to its end. What can't be recorded ends it: nothing more is sent, and the events say why.
    pub(crate) async fn run(mut self) {
        let (conversation, question) = (self.conversation, std::mem::take(&mut self.question));
        let model = self.model.title().to_owned();
        self.line.emit(Happening::TurnStarted { conversation, question, model });
        if let Err(error) = self.drive().await {
            tracing::error!(turn = %self.turn, %error, "a turn can't go on");
            if let Some(thinking) = self.thinking.take() {
                thinking.abandon().await;
            }
            self.tasks.shutdown().await;
            self.line.emit(Happening::TurnEnded {
                stopped: Some(Stopped::Trail),
                failure: None,
                words: error.to_string(),
                usage: self.usage,
            });
        }
    }

    async fn drive(&mut self) -> Result<(), EngineError> {
        let mut events = vec![Event::Begin];
        loop {
            events = self.take(events).await?;
            if !events.is_empty() {
                continue;
            }
            if self.machine.is_over() {
                return self.line.flush().await;
            }
            let woken = match self.waiting_already().await {
                Some(woken) if !self.line.is_full() => woken,
                already => {
                    self.line.flush().await?;
                    match already {
                        Some(woken) => woken,
                        None => self.wait().await,
                    }
                }
            };
            events = self.events_of(woken).await?;
            // What comes together is looked at together: calls that are ready at one time leave in one commit, and
            // calls that end at one time are recorded in one.
            let mut from_model = 0;
            while events.len() < AT_ONCE && from_model < FROM_MODEL {
                let Some(woken) = self.waiting_already().await else { break };
                from_model += usize::from(matches!(woken, Woken::Model(Some(_))));
                // The end of a message is recorded when it is looked at: behind the calls that came before it. And of
                // two attempts of one call that end together, the first may be the call's end: the second waits for
                // the machine to say so.
                if matches!(woken, Woken::Model(None)) || self.ends_again(&woken) {
                    events = self.take(events).await?;
                }
                events.extend(self.events_of(woken).await?);
            }
            // A stop comes before everything that came with it, so that nothing leaves which it could still hold back.
            events.sort_by_key(|event| !matches!(event, Event::Stop));
        }
    }

    /// Whether this is the end of an attempt whose call has another end that the machine has not seen yet.
    fn ends_again(&self, woken: &Woken) -> bool {
        let Woken::Call(ended) = woken else { return false };
        matches!(&**ended, Some(Ok((_, Ok(arrival)))) if self.ends.contains_key(&arrival.call))
    }

    /// Steps the machine through these events and does what it says. What happens at once comes back.
    async fn take(&mut self, mut events: Vec<Event>) -> Result<Vec<Event>, EngineError> {
        if self.full && !self.machine.is_full() {
            // First, so that nothing of this begins anything new.
            events.insert(0, Event::Full);
        }
        let effects: Vec<_> = events.into_iter().flat_map(|event| self.machine.step(event)).collect();
        self.perform(effects).await
    }

    /// What happened meanwhile, if anything did.
    async fn waiting_already(&mut self) -> Option<Woken> {
        tokio::select! {
            biased;
            woken = self.wait() => Some(woken),
            () = std::future::ready(()) => None,
        }
    }

    async fn wait(&mut self) -> Woken {
        if let Some(said) = self.said_meanwhile.pop_front() {
            return Woken::Said(said);
        }
        let people_wait = !self.people.asking.is_empty() || self.people.held.is_some();
        let batch = self.batch_until.filter(|_| !people_wait);
        let straggler = self.stragglers.front().copied();
        let in_line = !self.in_line.is_empty();
        let model = async {
            match &mut self.thinking {
                Some(thinking) => thinking.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            Some(notice) = self.notices.1.recv() => Woken::Noticed(notice),
            // The way to us lies in the engine's table until this task ends; should it go first, nobody speaks.
            Some(said) = self.says.recv() => Woken::Said(said),
            event = model => Woken::Model(event),
            ended = self.tasks.join_next_with_id(), if !self.tasks.is_empty() => Woken::Call(Box::new(ended)),
            () = until(self.people.until) => Woken::NobodyAnswered,
            () = until(self.again.due) => Woken::AskAgain,
            call = at(straggler) => {
                self.stragglers.pop_front();
                Woken::Straggles(call)
            }
            batch = at(batch.map(|(batch, until)| (until, batch))) => Woken::BatchTimedOut(batch),
            () = tokio::time::sleep_until(self.look_at), if in_line => Woken::LookAtLines,
        }
    }

    /// How many calls share what the next follow-up shows.
    pub(crate) fn calls_of_message(&self) -> usize {
        self.batch_calls.max(self.arriving.early_calls())
    }
}

async fn until(instant: Option<tokio::time::Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

async fn at<T>(due: Option<(tokio::time::Instant, T)>) -> T {
    match due {
        Some((instant, what)) => {
            tokio::time::sleep_until(instant).await;
            what
        }
        None => std::future::pending().await,
    }
}
