//! The record beside what the servers received.

use std::collections::{BTreeMap, VecDeque};

use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::Seq;
use engine::Engine;
use rehearsal::Rehearsal;

/// A request: when it was recorded or received, in microseconds since 1970, and its method and whole address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) at: i64,
}

/// A trail as far as it was read. It only grows, so it is read on from where it was left.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) entries: Vec<Entry>,
    /// What the entries say left this machine.
    pub(crate) leaving: Vec<Request>,
}

impl Record {
    /// The whole of it.
    pub(crate) async fn of(engine: &Engine) -> Self {
        let mut record = Self::default();
        record.read_on(engine).await;
        record
    }

    /// Reads what has come since.
    pub(crate) async fn read_on(&mut self, engine: &Engine) {
        for seq in self.entries.len() as u64..engine.size().await.unwrap() {
            let view = engine.entry(Seq(seq)).await.unwrap();
            let entry = Entry::from_body(view.body.canonical().as_bytes()).unwrap();
            if let Some(line) = request_line(engine, entry.seq, &entry.fact).await {
                self.leaving.push(Request { line, at: entry.at.0 });
            }
            self.entries.push(entry);
        }
    }

    /// What happened, in order.
    pub(crate) fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.entries.iter().map(|entry| &entry.fact)
    }

    /// Every call has ended exactly once.
    #[track_caller]
    pub(crate) fn has_one_outcome_each(&self) {
        let mut ends: BTreeMap<_, usize> = BTreeMap::new();
        for fact in self.facts() {
            match fact {
                Fact::CallRequested { call, .. } => drop(ends.insert(call, 0)),
                Fact::CallEnded { call, .. } => {
                    *ends.get_mut(call).expect("a call ends that nobody asked for") += 1;
                }
                _ => {}
            }
        }
        for (call, times) in ends {
            assert_eq!(times, 1, "{call} has {times} outcomes");
        }
    }
}

/// The request whose intent this is. What the entry itself says of it must be what the request says.
async fn request_line(engine: &Engine, seq: Seq, fact: &Fact) -> Option<String> {
    match fact {
        // Not a request to the company: what an MCP server hears, `mcp.rs` looks at.
        Fact::CallSent { method, .. } if method == "tools/call" => None,
        Fact::CallSent { method, endpoint, request, .. } => {
            let request = engine.payload(seq, *request, usize::MAX).await.unwrap().text;
            let line = request.lines().next().unwrap().to_owned();
            let stated = format!("{method} {endpoint}");
            assert_eq!(line.split('?').next(), Some(stated.as_str()), "the entry says another place");
            Some(line)
        }
        Fact::ModelCalled { endpoint, .. } => Some(format!("POST {endpoint}")),
        _ => None,
    }
}

/// What the company received.
pub(crate) fn arrived(rehearsal: &Rehearsal) -> Vec<Request> {
    let mut hosts: BTreeMap<String, String> = BTreeMap::new();
    for source in super::sources(rehearsal) {
        hosts.insert(source.name, source.base_url);
    }
    let model = rehearsal.model().base_url;
    hosts.insert("model".to_owned(), model.strip_suffix("/v1").unwrap().to_owned());
    rehearsal
        .requests()
        .into_iter()
        .map(|request| {
            // An entry names a model's endpoint, which is without a query.
            let is_bare = request.query.is_empty() || request.service == "model";
            let query = if is_bare { String::new() } else { format!("?{}", request.query) };
            let line = format!("{} {}{}{query}", request.method, hosts[request.service], request.path);
            Request { line, at: i64::try_from(request.began_us).unwrap() }
        })
        .collect()
}

/// Every request has its entry, made before it came; every entry has its request.
#[track_caller]
pub(crate) fn agree(leaving: &[Request], arrived: &[Request]) {
    none_unrecorded(leaving, arrived);
    let lines = |requests| sorted(requests).into_iter().map(|request| request.line).collect::<Vec<_>>();
    assert_eq!(lines(leaving), lines(arrived), "on record (left) is not what was received (right)");
}

/// Every request that was received has an entry of its own, made before it came. Of equal requests the first is paired
/// with the first entry, the second with the second, which can't hide a late entry.
#[track_caller]
pub(crate) fn none_unrecorded(leaving: &[Request], arrived: &[Request]) {
    let mut entries: BTreeMap<String, VecDeque<i64>> = BTreeMap::new();
    for request in sorted(leaving) {
        entries.entry(request.line).or_default().push_back(request.at);
    }
    for Request { line, at } in sorted(arrived) {
        let recorded = entries.get_mut(&line).and_then(VecDeque::pop_front);
        let recorded = recorded.unwrap_or_else(|| panic!("received, and not on record: {line}"));
        assert!(recorded <= at, "received {} µs before its entry: {line}", recorded - at);
    }
}

fn sorted(requests: &[Request]) -> Vec<Request> {
    let mut requests = requests.to_vec();
    requests.sort();
    requests
}

/// The trail verifies.
pub(crate) async fn verified(engine: &Engine) {
    let report = engine.verify(|_, _| std::ops::ControlFlow::Continue(())).await.unwrap().unwrap();
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert_eq!(report.entries, engine.size().await.unwrap());
}
