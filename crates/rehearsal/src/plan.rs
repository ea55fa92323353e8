//! How the company is made and how it behaves.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::limit::ServiceLimit;

/// What a [`crate::Rehearsal`] is started from. The default is the demo: realistic in everything.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Decides every record, every secret and every latency.
    pub seed: u64,
    /// How many customers there are; fewer than 2,000 are raised to 2,000, which the sample
    /// questions rely on.
    pub customers: u32,
    /// How many invoices there are; fewer than 20,000 are raised to 20,000.
    pub invoices: u32,
    /// How long the four services take to answer.
    pub latency: Latency,
    /// How fast the model writes.
    pub model_pace: Pace,
    /// Whether the four services each take 25 requests a second and 50 at once, and answer `429` to a
    /// client that asks faster. Their source files then say 20 and 40, which such a client keeps to.
    pub rate_limits: bool,
    /// The limits of services by name (`crm`, `billing`, `support`, `people`, `echo`, `records`,
    /// `model`, `witness`), in the place of their own. Source files say nothing of these.
    pub limits: BTreeMap<&'static str, ServiceLimit>,
    /// How long the reads of the four services and of `records` say that they stay fresh
    /// (`Cache-Control: private, max-age=…`); none says `private, no-cache`.
    pub fresh_for: Option<Duration>,
    /// A file that receives one JSON line per request, written the moment the request's head has
    /// arrived, so that another process can read what a killed client had sent.
    pub log_file: Option<PathBuf>,
}

/// How long a service takes to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latency {
    /// 80 to 400 ms, one in thirty with a tail of up to 700 ms more. The seed, the path and the
    /// query decide, so that a run repeats.
    Realistic,
    /// At once.
    None,
    /// The same for every request.
    Fixed(Duration),
}

/// How fast the model writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// The first token after 300 ms, then 80 tokens a second.
    Realistic,
    /// Everything at once.
    Instant,
    /// As a bench wants it.
    Tokens {
        /// The wait for the first token.
        first: Duration,
        /// Tokens a second after the first.
        per_second: u32,
    },
}

impl Plan {
    /// The same company with no wait anywhere and no rate limits: what most tests want.
    #[must_use]
    pub fn instant() -> Self {
        Self { latency: Latency::None, model_pace: Pace::Instant, rate_limits: false, ..Self::default() }
    }

    /// The same plan with this limit for one service.
    #[must_use]
    pub fn limited(mut self, service: &'static str, limit: ServiceLimit) -> Self {
        self.limits.insert(service, limit);
        self
    }

    /// What a read's `Cache-Control` says.
    pub(crate) fn freshness(&self) -> String {
        match self.fresh_for {
            Some(time) => format!("private, max-age={}", time.as_secs()),
            None => "private, no-cache".to_owned(),
        }
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            seed: 7,
            customers: 2_400,
            invoices: 24_000,
            latency: Latency::Realistic,
            model_pace: Pace::Realistic,
            rate_limits: true,
            limits: BTreeMap::new(),
            fresh_for: None,
            log_file: None,
        }
    }
}

impl Pace {
    /// When the token with this number (from 0) is written, counted from the request.
    pub(crate) fn due(self, token: u32) -> Duration {
        match self {
            Self::Instant => Duration::ZERO,
            Self::Realistic => Duration::from_millis(300) + Duration::from_micros(12_500) * token,
            Self::Tokens { first, per_second } => first + Duration::from_secs(1) * token / per_second.max(1),
        }
    }
}
