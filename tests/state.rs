//! Promise 5: nothing interferes. Random batches of reads and writes over few records, with random times and faults:
//! each call sees and leaves what it would have if the model's calls had run one by one, what could disturb one another
//! is never under way together, and the limits of the source's file hold in the service's own log.

use std::collections::BTreeMap;

use domain::call::Approve;
use domain::event::Ended;
use domain::outcome::Outcome;
use engine::Question;
use rehearsal::{Fault, LoggedRequest, Plan, Record, ScriptedCall, Times};
use serde_json::{Value, json};

use crate::scene::{Scene, call};

/// Scenes that play at one time, each with a company of its own.
const SCENES: u64 = 4;
const BATCHES: usize = 60;
const RECORDS: usize = 4;
const IN_FLIGHT: usize = 5;

/// Numbers that a seed decides (SplitMix64), so that a failure can be played again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let sides = u64::try_from(sides).unwrap();
        usize::try_from((mixed ^ (mixed >> 31)) % sides).unwrap()
    }
}

/// One call of a batch.
struct Step {
    tool: &'static str,
    id: String,
    value: Value,
    ms: usize,
}

impl Step {
    fn random(dice: &mut Dice, mark: String) -> Self {
        const TOOLS: [&str; 11] =
            ["get", "get", "get", "get", "list", "put", "append", "append", "patch", "create", "delete"];
        let tool = TOOLS[dice.below(TOOLS.len())];
        let id = format!("r{}", dice.below(RECORDS));
        let value = match tool {
            "patch" => json!({ format!("m{}", dice.below(3)): mark }),
            _ => json!({ "by": mark }),
        };
        Self { tool, id, value, ms: dice.below(25) }
    }

    fn scripted(&self, place: usize) -> ScriptedCall {
        let mut arguments = json!({ "ms": self.ms });
        if self.tool != "list" {
            arguments["id"] = json!(self.id);
        }
        match self.tool {
            "put" | "patch" | "create" => arguments["value"] = self.value.clone(),
            "append" => arguments["entry"] = self.value.clone(),
            _ => {}
        }
        call(&format!("call_{place}"), &format!("records__{}", self.tool), arguments)
    }

    /// What it does to the records when calls run one by one, and what it says.
    fn done(&self, records: &mut BTreeMap<String, Record>) -> (u16, Option<Value>) {
        let Self { tool, id, value, .. } = self;
        let known = records.contains_key(id);
        match *tool {
            "get" => match records.get(id) {
                Some(record) => (200, Some(shown(id, record))),
                None => (404, None),
            },
            "list" => {
                let all: Vec<Value> = records.iter().map(|(id, record)| shown(id, record)).collect();
                (200, Some(json!({ "total": all.len(), "data": all })))
            }
            "delete" => match records.remove(id) {
                Some(record) => (200, Some(shown(id, &record))),
                None => (404, None),
            },
            "create" if known => (409, None),
            "patch" if !known => (404, None),
            _ => {
                let record = records.entry(id.clone()).or_default();
                match *tool {
                    "append" => record.entries.push(value.clone()),
                    "patch" => merge(&mut record.value, value),
                    _ => record.value = value.clone(),
                }
                record.version += 1;
                let status = if !known && *tool != "append" { 201 } else { 200 };
                (status, Some(shown(id, record)))
            }
        }
    }
}

fn shown(id: &str, record: &Record) -> Value {
    let Record { value, entries, version } = record;
    json!({ "id": id, "value": value, "entries": entries, "version": version })
}

/// RFC 7396 for objects of texts.
fn merge(value: &mut Value, patch: &Value) {
    if !value.is_object() {
        *value = json!({});
    }
    for (name, member) in patch.as_object().unwrap() {
        value[name] = member.clone();
    }
}

/// Plays a batch and compares each result with what it would be one by one.
async fn play(scene: &Scene, dice: &mut Dice, records: &mut BTreeMap<String, Record>, batch: usize) {
    let steps: Vec<Step> =
        (0..2 + dice.below(9)).map(|step| Step::random(dice, format!("{batch}.{step}"))).collect();
    scene.rehearsal.faults().clear();
    if dice.below(3) == 0 {
        // Each may pass, so it is tried again; where it was done already, its key keeps it from being done twice.
        let faults = [Fault::Reset, Fault::LostAnswer, Fault::Status(503), Fault::Status(502)];
        let fault = faults[dice.below(faults.len())].clone();
        let path = format!("/records/r{}", dice.below(RECORDS));
        scene.rehearsal.faults().set("records", &path, fault, Times::Once);
    }
    scene.script(steps.iter().enumerate().map(|(place, step)| step.scripted(place)).collect());
    let early = Some(dice.below(2) == 0);
    let question = Question { approve: Approve::All, early, ..Question::new("Do all of it") };
    let told = scene.put(question).await;
    let results = scene.results();
    let endings = told.endings();
    assert_eq!((endings.len(), results.len()), (steps.len(), steps.len()));
    for (place, step) in steps.iter().enumerate() {
        let what = format!("call {place} of batch {batch}: {} {}", step.tool, step.id);
        let (status, said) = step.done(records);
        let Ended { outcome, status: answered, words, .. } = endings[place].1;
        let expected = if said.is_some() { Outcome::Returned } else { Outcome::Failed };
        assert_eq!((*outcome, *answered), (expected, Some(status)), "{what}: {words}");
        if let Some(said) = said {
            let (_, body) = results[place].1.split_once('\n').unwrap();
            assert_eq!(
                serde_json::from_str::<Value>(body).unwrap_or_else(|_| panic!("{what}: {body}")),
                said,
                "{what}"
            );
        }
    }
    assert_eq!(scene.rehearsal.records(), *records, "after batch {batch}");
}

/// Whether the two could disturb one another: one writes, and they touch the same record, or one touches all of them.
fn meet(one: &LoggedRequest, other: &LoggedRequest) -> bool {
    let record = |request: &LoggedRequest| request.path.split('/').nth(2).map(str::to_owned);
    let same = match (record(one), record(other)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    same && (one.method != "GET" || other.method != "GET")
}

/// The service's own log: who met was never there together, and never were more there than the file allows.
#[track_caller]
fn kept_apart(requests: &[LoggedRequest]) {
    let ended = |request: &LoggedRequest| request.ended_us.unwrap();
    for (place, request) in requests.iter().enumerate() {
        let there: Vec<&LoggedRequest> =
            requests[..place].iter().filter(|earlier| ended(earlier) > request.began_us).collect();
        assert!(there.len() < IN_FLIGHT, "{} were there when {request:?} came", there.len());
        let met = there.iter().find(|earlier| meet(earlier, request));
        assert!(met.is_none(), "together: {met:?} and {request:?}");
    }
}

async fn scene(seed: u64) {
    let limited = |toml: &mut String| {
        let limits = format!("in_flight = {IN_FLIGHT}, per_second = 400, burst = 20,");
        if toml.contains("name = \"records\"") {
            *toml = toml.replace("in_flight = 256,", &limits);
        }
    };
    let scene = Scene::with(Plan::instant(), limited).await;
    let (mut dice, mut records) = (Dice(seed), BTreeMap::new());
    for batch in 0..BATCHES {
        play(&scene, &mut dice, &mut records, batch).await;
    }
    let mut requests = scene.rehearsal.requests();
    requests.retain(|request| request.service == "records");
    assert!(requests.len() > BATCHES * 3, "{} requests try too little", requests.len());
    kept_apart(&requests);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_batches_leave_what_the_models_order_leaves() {
    let scenes = (0..SCENES).map(|seed| tokio::spawn(scene(0x7165_6f75 + seed)));
    for played in futures_util::future::join_all(scenes).await {
        played.unwrap();
    }
}
