//! Where the time of a request goes: who asked for a connection, and how long its parts took.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::time::{Phases, Span};

use crate::names::Pin;

/// One sending of one request, as the connections see it. The client may give it a connection that was open, one
/// that it had opened for itself, or one that another request asked for; only its own costs it time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asker {
    dialled: Arc<AtomicBool>,
    /// Shared with the other sendings of the request: its redirects.
    pin: Pin,
}

tokio::task_local! {
    /// The client's pool calls its connector from within the request that needs a connection, and says nothing of
    /// the request: this does.
    static ASKER: Asker;
}

impl Asker {
    /// For a request whose host may have been looked up before.
    pub(crate) fn of(pin: &Pin) -> Self {
        Self { pin: pin.clone(), ..Self::default() }
    }

    /// Where the request's host was found.
    pub(crate) fn pin(&self) -> &Pin {
        &self.pin
    }

    /// Runs what sends the request, so that [`Self::current`] knows it there.
    pub(crate) fn asking<F: Future>(&self, sending: F) -> impl Future<Output = F::Output> + use<F> {
        ASKER.scope(self.clone(), sending)
    }

    /// Whose request is being sent by the task that asks this.
    pub(crate) fn current() -> Option<Self> {
        ASKER.try_with(Self::clone).ok()
    }

    /// A connection is being opened for it, and did not stand open already.
    pub(crate) fn dials(&self) {
        self.dialled.store(true, Ordering::Relaxed);
    }

    /// Whether a connection was opened for it.
    pub(crate) fn dialled(&self) -> bool {
        self.dialled.load(Ordering::Relaxed)
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.dialled, &other.dialled)
    }
}

/// How a connection came to be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Opened {
    /// For whom; nobody if it was opened ahead.
    pub(crate) asker: Option<Asker>,
    /// Finding the host's address.
    pub(crate) name: Duration,
    /// TCP.
    pub(crate) connect: Duration,
    /// TLS, and the proxy's tunnel below it if there is one.
    pub(crate) tls: Duration,
}

impl Opened {
    /// What it cost this request.
    pub(crate) fn cost(&self, asker: &Asker) -> Phases {
        if !self.asker.as_ref().is_some_and(|own| own.is(asker)) {
            return Phases { reused: true, ..Phases::default() };
        }
        Phases {
            name: self.name.into(),
            connect: self.connect.into(),
            tls: self.tls.into(),
            ..Phases::default()
        }
    }
}

/// Both together: the parts of a request that was redirected. It reused a connection if it opened none at all.
pub(crate) fn sum(one: Phases, other: Phases) -> Phases {
    let add = |one: Span, other: Span| Span(one.0.saturating_add(other.0));
    Phases {
        name: add(one.name, other.name),
        connect: add(one.connect, other.connect),
        tls: add(one.tls, other.tls),
        answer: add(one.answer, other.answer),
        body: add(one.body, other.body),
        reused: one.reused && other.reused,
    }
}
