//! What recording a large batch costs, beside one fsync of the same disk. Prints figures and asserts none:
//! `cargo test --release -p store --test store speed -- --ignored --nocapture`.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use domain::call::Verdict;
use domain::effect::Effect;
use domain::entry::Draft;
use domain::fact::Fact;
use domain::id::{BatchId, CallId, ConversationId, Handle, ModelCallId, TurnId};
use domain::label::{Category, Label, Level};
use domain::outcome::Outcome;
use domain::payload::PayloadRole;
use domain::time::{Phases, Span};
use store::Store;

use crate::scene::Scene;
use crate::story::asked;

const CALLS: u32 = 256;
const ROUNDS: usize = 30;

/// One batch of a turn, as the engine records it.
struct Batch<'a> {
    scene: &'a Scene,
    conversation: ConversationId,
    turn: TurnId,
    batch: BatchId,
    calls: Vec<CallId>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "prints figures; asserts none"]
async fn a_batch_of_256_calls() {
    let scene = Scene::new();
    let store = scene.create().await;
    let conversation = scene.conversation();
    let opened = scene.draft(Some(conversation), Fact::ConversationOpened {}, vec![]);
    store.append(vec![opened]).await.unwrap();
    let mut figures: [Vec<Duration>; 9] = Default::default();
    for _ in 0..ROUNDS {
        figures[0].push(fsync(scene.dir()));
        let batch = Batch::asked(&scene, &store, conversation).await;
        let begun = Instant::now();
        let (before, intents) = batch.intents();
        figures[1].push(begun.elapsed());
        let (begun, cpu) = (Instant::now(), processor());
        let _intents = store.append_and_intend(before, intents).await.unwrap();
        figures[2].push(begun.elapsed());
        figures[3].push(processor() - cpu);
        let begun = Instant::now();
        let ends = batch.ends();
        figures[4].push(begun.elapsed());
        let (begun, cpu) = (Instant::now(), processor());
        store.append(ends).await.unwrap();
        figures[5].push(begun.elapsed());
        figures[6].push(processor() - cpu);
        // As calls end in life: each in a task of its own.
        let others = Batch::asked(&scene, &store, conversation).await;
        let (before, intents) = others.intents();
        let _intents = store.append_and_intend(before, intents).await.unwrap();
        let ends = others.ends();
        let (begun, cpu) = (Instant::now(), processor());
        let tasks: Vec<_> = ends
            .into_iter()
            .map(|end| {
                let store = store.clone();
                tokio::spawn(async move { store.append(vec![end]).await.unwrap() })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        figures[7].push(begun.elapsed());
        figures[8].push(processor() - cpu);
    }
    let names = [
        "fsync of this disk",
        "seal 512 small payloads",
        "768 entries durable",
        "  processor, all threads",
        "seal 256 results of 2 kB",
        "256 ends durable",
        "  processor, all threads",
        "256 ends, each by its task",
        "  processor, all threads",
    ];
    for (name, mut times) in names.into_iter().zip(figures) {
        times.sort_unstable();
        let at = |part: usize| times[(times.len() - 1) * part / 10].as_secs_f64() * 1000.0;
        println!("{name:26} median {:7.2} ms   least {:7.2}   9 of 10 {:7.2}", at(5), at(0), at(9));
    }
}

impl<'a> Batch<'a> {
    async fn asked(scene: &'a Scene, store: &Store, conversation: ConversationId) -> Self {
        let turn = TurnId::new(1, scene.fresh());
        store.append(vec![asked(scene, conversation, turn, "How is everybody?")]).await.unwrap();
        let calls = (0..CALLS).map(|_| CallId::new(1_790_000_000_000, scene.fresh())).collect();
        Self { scene, conversation, turn, batch: BatchId::new(1, scene.fresh()), calls }
    }

    fn draft(&self, fact: Fact, payloads: Vec<domain::payload::Payload>) -> Draft {
        self.scene.draft(Some(self.conversation), fact, payloads)
    }

    fn intents(&self) -> (Vec<Draft>, Vec<Draft>) {
        let request = ModelCallId::new(1, 1);
        let opened = Fact::BatchOpened { batch: self.batch, turn: self.turn, request, calls: CALLS };
        let mut before = vec![self.draft(opened, vec![])];
        let mut intents = Vec::new();
        for (position, call) in (0..).zip(self.calls.iter().copied()) {
            let arguments =
                format!("{{\"id\": {position}, \"fields\": \"{}\"}}", "name, address ".repeat(12));
            let arguments = self.scene.payload(PayloadRole::Arguments, arguments);
            let requested = Fact::CallRequested {
                call,
                batch: Some(self.batch),
                turn: Some(self.turn),
                position,
                handle: Handle(position + 1),
                tool: "crm.get_customer".to_owned(),
                tool_version: "0123456789abcdef".to_owned(),
                effect: Effect::Read,
                arguments: arguments.commitment(),
                label: label(),
                early: None,
                retry_of: None,
            };
            before.push(self.draft(requested, vec![arguments]));
            let (rule, policy) = ("reads-run".to_owned(), "00".repeat(32));
            let decided = Fact::CallDecided { call, verdict: Verdict::Allow, rule, policy };
            before.push(self.draft(decided, vec![]));
            let request =
                format!("GET /customers/{position}\naccept: application/json\n{}", "x-trace: 1\n".repeat(14));
            let request = self.scene.payload(PayloadRole::Request, request);
            let sent = Fact::CallSent {
                call,
                attempt: 1,
                page: None,
                method: "GET".to_owned(),
                endpoint: format!("http://127.0.0.1:8080/customers/{position}"),
                request: request.commitment(),
                idempotency_key: None,
            };
            intents.push(self.draft(sent, vec![request]));
        }
        (before, intents)
    }

    fn ends(&self) -> Vec<Draft> {
        let ended = |(position, call): (usize, &CallId)| {
            let rows = (0..32).map(|row| {
                format!("{{\"invoice\": {}, \"open\": \"1,{row:03}.50\"}}", position * 7919 + row * 31)
            });
            let body = format!("{{\"id\": {position}, \"rows\": [{}]}}", rows.collect::<Vec<_>>().join(", "));
            let result = self.scene.payload(PayloadRole::Result, body.repeat(2)[..2000].to_owned());
            let fact = Fact::CallEnded {
                call: *call,
                outcome: Outcome::Returned,
                failure: None,
                status: Some(200),
                result: Some(result.commitment()),
                words: None,
                size: 2000,
                cut_from: None,
                took: Span(90_000),
                label: label(),
                from: None,
                phases: Some(Phases { answer: Span(80_000), body: Span(1_000), ..Phases::default() }),
                findings: None,
            };
            self.draft(fact, vec![result])
        };
        self.calls.iter().enumerate().map(ended).collect()
    }
}

fn label() -> Label {
    Label::of(Level::Confidential, [Category::Identity, Category::Contact])
}

/// What one commit can't go below here: a page written and flushed.
fn fsync(dir: &Path) -> Duration {
    let path = dir.join("yardstick");
    let mut file = File::options().create(true).append(true).open(&path).unwrap();
    let begun = Instant::now();
    file.write_all(&[7; 4096]).unwrap();
    file.sync_data().unwrap();
    begun.elapsed()
}

/// Processor time of all threads of this process, where the system tells it.
fn processor() -> Duration {
    let Ok(tasks) = fs::read_dir("/proc/self/task") else { return Duration::ZERO };
    let spent = tasks.filter_map(|task| {
        let text = fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(spent.sum())
}
