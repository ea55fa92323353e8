//! The record beside what the servers received.

use std::collections::BTreeMap;

use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::Seq;
use domain::payload::Commitment;
use engine::Engine;
use rehearsal::Rehearsal;

/// A request: when it was recorded or received, in microseconds since 1970, and its method and whole address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) at: i64,
}

/// The whole trail.
pub(crate) async fn entries(engine: &Engine) -> Vec<Entry> {
    let mut entries = Vec::new();
    for seq in 0..engine.size().await.unwrap() {
        let view = engine.entry(Seq(seq)).await.unwrap();
        entries.push(Entry::from_body(view.body.canonical().as_bytes()).unwrap());
    }
    entries
}

/// What a payload says, whole.
pub(crate) async fn text(engine: &Engine, commitment: Commitment) -> String {
    engine.payload(commitment, usize::MAX).await.unwrap().text
}

/// What the trail says left this machine. What the entry itself says must be what its request says.
pub(crate) async fn leaving(engine: &Engine) -> Vec<Request> {
    let mut requests = Vec::new();
    for entry in entries(engine).await {
        let line = match entry.fact {
            Fact::CallSent { method, endpoint, request, .. } => {
                let line = text(engine, request).await.lines().next().unwrap().to_owned();
                let stated = format!("{method} {endpoint}");
                assert_eq!(line.split('?').next(), Some(stated.as_str()), "the entry says another place");
                line
            }
            Fact::ModelCalled { endpoint, .. } => format!("POST {endpoint}"),
            _ => continue,
        };
        requests.push(Request { line, at: entry.at.0 });
    }
    requests.sort();
    requests
}

/// What the company received.
pub(crate) fn arrived(rehearsal: &Rehearsal) -> Vec<Request> {
    let mut hosts: BTreeMap<String, String> = BTreeMap::new();
    for source in rehearsal.sources().into_iter().chain([rehearsal.echo_source()]) {
        hosts.insert(source.name, source.base_url);
    }
    let model = rehearsal.model().base_url;
    hosts.insert("model".to_owned(), model.strip_suffix("/v1").unwrap().to_owned());
    let mut requests: Vec<Request> = rehearsal
        .requests()
        .into_iter()
        .map(|request| {
            let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
            let line = format!("{} {}{}{query}", request.method, hosts[request.service], request.path);
            Request { line, at: i64::try_from(request.at).unwrap() }
        })
        .collect();
    requests.sort();
    requests
}

/// Every request has its entry, made before it came; every entry has its request.
#[track_caller]
pub(crate) fn agree(leaving: &[Request], arrived: &[Request]) {
    none_unrecorded(leaving, arrived);
    let lines =
        |requests: &[Request]| requests.iter().map(|request| request.line.clone()).collect::<Vec<_>>();
    assert_eq!(lines(leaving), lines(arrived), "on record (left) is not what was received (right)");
}

/// Every request that was received has an entry of its own, made before it came. The times of equal requests are
/// paired in order, which can't hide a late entry.
#[track_caller]
pub(crate) fn none_unrecorded(leaving: &[Request], arrived: &[Request]) {
    let mut left: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for request in leaving {
        left.entry(&request.line).or_default().push(request.at);
    }
    let mut used: BTreeMap<&str, usize> = BTreeMap::new();
    for request in arrived {
        let place = used.entry(&request.line).or_default();
        let entry = left.get(request.line.as_str()).and_then(|times| times.get(*place));
        let at = entry.unwrap_or_else(|| panic!("received, and not on record: {}", request.line));
        assert!(*at <= request.at, "received {} µs before its entry: {}", at - request.at, request.line);
        *place += 1;
    }
}

/// The trail verifies.
pub(crate) async fn verified(engine: &Engine) {
    let report = engine.verify(|_, _| {}).await.unwrap();
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert_eq!(report.entries, engine.size().await.unwrap());
}
