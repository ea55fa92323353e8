//! A service at work: who may ask, how often, how long it takes.

use std::sync::Arc;
use std::time::Duration;

use hyper::{Method, StatusCode};
use serde_json::Value;

use super::answer::Answer;
use super::openapi;
use super::operation::{Match, checked, find};
use super::service::Service;
use crate::company::Company;
use crate::door::Behind;
use crate::exchange::{Reply, Request};
use crate::noise::{Dice, digest};
use crate::plan::{Latency, Plan};

/// A service at work.
pub(crate) struct Desk {
    service: &'static Service,
    company: Arc<Company>,
    secret: String,
    openapi: Value,
    latency: Latency,
    seed: u64,
    /// What a read says of how long it stays fresh.
    fresh: String,
}

impl Desk {
    pub(crate) fn new(
        service: &'static Service,
        company: Arc<Company>,
        plan: &Plan,
        base_url: &str,
        secret: String,
    ) -> Self {
        Self {
            service,
            company,
            secret,
            openapi: openapi::document(service, base_url),
            latency: plan.latency,
            seed: plan.seed,
            fresh: plan.freshness(),
        }
    }

    fn answered(&self, request: &Request) -> Reply {
        let answer = self.handled(request);
        let reply = shown(&answer);
        if answer.is_problem() || request.method != Method::GET {
            return reply;
        }
        let tag = format!("\"{:016x}\"", digest(&reply.bytes()));
        let reply = match request.header("if-none-match") {
            Some(known) if known == tag => Reply::of(StatusCode::NOT_MODIFIED, "application/json", "".into()),
            _ => reply,
        };
        reply.with("etag", tag).with("cache-control", &self.fresh)
    }
    fn handled(&self, request: &Request) -> Answer {
        let (operation, path) = match find(self.service.operations, &request.method, &request.path) {
            Match::Found(operation, path) => (operation, path),
            Match::WrongMethod => {
                return Answer::problem(StatusCode::METHOD_NOT_ALLOWED, "the path knows other methods");
            }
            Match::Nothing => return Answer::problem(StatusCode::NOT_FOUND, "there is no such path"),
        };
        let body = match &request.body {
            body if body.is_empty() => None,
            body => match serde_json::from_slice(body) {
                Ok(value) => Some(value),
                Err(error) => {
                    return Answer::problem(StatusCode::BAD_REQUEST, format!("the body is no JSON: {error}"));
                }
            },
        };
        match checked(operation, path, &request.query_pairs(), body) {
            Ok(arguments) => (operation.handler)(&self.company, &arguments),
            Err(detail) => Answer::problem(StatusCode::BAD_REQUEST, detail),
        }
    }

    /// How long this request takes: always the same for the same path and query.
    fn latency_of(&self, request: &Request) -> Duration {
        match self.latency {
            Latency::None => Duration::ZERO,
            Latency::Fixed(wait) => wait,
            Latency::Realistic => {
                let asked = format!("{}{}?{}", self.service.name, request.path, request.query);
                let mut dice = Dice::new(self.seed, "latency", digest(asked.as_bytes()));
                // The lesser of two throws: most answers come early, as they do from real servers.
                let spread = dice.below(320).min(dice.below(320));
                let tail = if dice.chance(33) { dice.between(200, 700) } else { 0 };
                Duration::from_millis(u64::from(80 + spread + tail))
            }
        }
    }
}

impl Behind for Desk {
    /// The document is open to everybody, as API descriptions are; all else needs the secret.
    fn reply(&self, request: &Request) -> Reply {
        if request.method == Method::GET && request.path == "/openapi.json" {
            return Reply::json(StatusCode::OK, &self.openapi);
        }
        if !self.service.lock.opens(&self.secret, request) {
            let refused = Answer::problem(StatusCode::UNAUTHORIZED, "the credentials are missing or wrong");
            return shown(&refused).with("www-authenticate", self.service.lock.challenge());
        }
        // It takes effect at once and is answered later, as in a service that is far away: a client
        // that leaves in the meantime can't know what became of its write.
        self.answered(request).after(self.latency_of(request))
    }
}

fn shown(answer: &Answer) -> Reply {
    let media_type = if answer.is_problem() { "application/problem+json" } else { "application/json" };
    Reply::of(answer.status, media_type, answer.body.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::SERVICES;

    #[test]
    fn a_request_takes_as_long_every_time_and_few_take_very_long() {
        let company = Arc::new(Company::founded(7, 2_000, 20_000));
        let desk = Desk::new(&SERVICES[0], company, &Plan::default(), "http://127.0.0.1:1", "key".into());
        let asked = |id: u32| Request {
            method: Method::GET,
            path: format!("/customers/{id}"),
            query: String::new(),
            headers: hyper::HeaderMap::new(),
            body: bytes::Bytes::new(),
        };
        let times: Vec<u128> = (0..1_000).map(|id| desk.latency_of(&asked(id)).as_millis()).collect();
        let again: Vec<u128> = (0..1_000).map(|id| desk.latency_of(&asked(id)).as_millis()).collect();
        assert_eq!(times, again);
        assert!(times.iter().all(|time| (80..=1_100).contains(time)));
        let slow = times.iter().filter(|time| **time > 400).count();
        assert!((5..60).contains(&slow), "{slow}");
    }
}
