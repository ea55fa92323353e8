//! The gate that every call passes: `turn::Gates` says who may leave, this waits and wakes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use domain::event::Waiting;
use domain::source::Limits;
use domain::time::Span;
use domain::tool::SourceName;
use tokio::sync::oneshot;
use turn::{Gates, Lane, Ticket};

use crate::locked::lock;

/// One gate for a workspace: its limits hold for all conversations together.
pub(crate) struct Gate {
    shared: Arc<Shared>,
}

struct Shared {
    began: Instant,
    inside: Mutex<Inside>,
}

struct Inside {
    gates: Gates,
    waiting: HashMap<Ticket, oneshot::Sender<()>>,
    /// When a timer will look again, if one is set.
    timer: Option<Span>,
}

/// A call's place at the gate: in line until it is admitted, then under way. Dropping it gives the place away.
pub(crate) struct Place {
    shared: Arc<Shared>,
    ticket: Ticket,
    admitted: oneshot::Receiver<()>,
}

impl Gate {
    pub(crate) fn new(in_flight: u32) -> Self {
        let inside = Inside { gates: Gates::new(in_flight), waiting: HashMap::new(), timer: None };
        Self { shared: Arc::new(Shared { began: Instant::now(), inside: Mutex::new(inside) }) }
    }

    /// Gets in line.
    pub(crate) fn enter(&self, source: &SourceName, limits: &Limits, lane: Lane) -> Place {
        let (admit, admitted) = oneshot::channel();
        let ticket = {
            let mut inside = lock(&self.shared.inside);
            let ticket = inside.gates.enter(self.shared.now(), source, limits, lane);
            inside.waiting.insert(ticket, admit);
            ticket
        };
        self.shared.let_go();
        Place { shared: self.shared.clone(), ticket, admitted }
    }

    /// What a call in line waits for; `None` once it may leave.
    pub(crate) fn waits_for(&self, ticket: Ticket) -> Option<Waiting> {
        lock(&self.shared.inside).gates.waits_for(self.shared.now(), ticket)
    }

    /// The source takes no more requests for a while, as it said itself.
    pub(crate) fn pause(&self, source: &SourceName, lasts: Span, words: String) {
        lock(&self.shared.inside).gates.pause(self.shared.now(), source, lasts, words);
        self.shared.let_go();
    }

    /// How long the source still wants no requests, and how it said so.
    pub(crate) fn paused_for(&self, source: &SourceName) -> Option<(Span, String)> {
        let inside = lock(&self.shared.inside);
        inside.gates.paused_for(self.shared.now(), source).map(|(span, words)| (span, words.to_owned()))
    }

    /// A person pauses a source.
    pub(crate) fn hold(&self, source: &SourceName) {
        lock(&self.shared.inside).gates.hold(source);
    }

    /// A person lets it go on. What the source itself asked for is forgotten too: the person knows better.
    pub(crate) fn release(&self, source: &SourceName) {
        {
            let mut inside = lock(&self.shared.inside);
            inside.gates.release(source);
            inside.gates.forget_pause(source);
        }
        self.shared.let_go();
    }

    pub(crate) fn set_in_flight(&self, in_flight: u32) {
        lock(&self.shared.inside).gates.set_in_flight(in_flight);
        self.shared.let_go();
    }
}

impl Place {
    pub(crate) fn ticket(&self) -> Ticket {
        self.ticket
    }

    /// Whether it may leave at once.
    pub(crate) fn is_admitted(&mut self) -> bool {
        self.admitted.try_recv().is_ok()
    }

    /// Returns when it may leave.
    pub(crate) async fn admitted(&mut self) {
        if (&mut self.admitted).await.is_err() {
            // The sender goes only with its message, and with the place itself.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        {
            let mut inside = lock(&self.shared.inside);
            inside.waiting.remove(&self.ticket);
            inside.gates.leave(self.ticket);
        }
        self.shared.let_go();
    }
}

impl Shared {
    fn now(&self) -> Span {
        self.began.elapsed().into()
    }

    /// Lets everybody go who may, and sees to it that somebody looks again when the next may.
    fn let_go(self: &Arc<Self>) {
        let mut inside = lock(&self.inside);
        let now = self.now();
        for ticket in inside.gates.admit(now) {
            if let Some(admit) = inside.waiting.remove(&ticket) {
                // Whoever gave up in this moment drops its place, and that lets the next one go.
                let _gave_up = admit.send(());
            }
        }
        let Some(at) = inside.gates.wake_at(now) else { return };
        if inside.timer.is_none_or(|timer| at < timer) {
            inside.timer = Some(at);
            let shared = Arc::downgrade(self);
            tokio::spawn(look_again(shared, at, Duration::from(at).saturating_sub(now.into())));
        }
    }
}

async fn look_again(shared: Weak<Shared>, at: Span, after: Duration) {
    tokio::time::sleep(after).await;
    let Some(shared) = shared.upgrade() else { return };
    {
        let mut inside = lock(&shared.inside);
        if inside.timer == Some(at) {
            inside.timer = None;
        }
    }
    shared.let_go();
}
