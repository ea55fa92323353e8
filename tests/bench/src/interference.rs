//! `interference`: 64 calls on 8 records, a tenth of them writes, in an order that a model might write. Ours runs
//! together what does not touch, and keeps the model's order where it does; the bound runs one after another. Both must
//! leave the records as the model's order leaves them.

use engine::Question;
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::company::{Call, Company};
use crate::message::{call, done, whole};
use crate::report::{Figure, Goal, Report};
use crate::rounds::{Rounds, interleaved};
use crate::scene::{Scene, millis};
use crate::trouble::{Outcome, trouble};

const CALLS: usize = 64;
const RECORDS: usize = 8;
/// How long the shortest call takes, in milliseconds; no two of one record take the same.
const TAKES: usize = 40;

pub(crate) async fn run(arguments: &Arguments) -> Outcome<Report> {
    let mut company = Company::open().await?;
    let scene = Scene::wired(&company, &arguments.into, Vec::new()).await?;
    scene.allow(64, 64).await?;
    let rounds = Rounds { before: 1, counted: arguments.rounds.unwrap_or(7) };
    let mut run = 0;
    let [ours, sequential] = interleaved(rounds, async |case| {
        run += 1;
        // Records of its own, so that each run's final state stands for itself.
        let name = |record: usize| format!("r{run}x{record}");
        make(&mut company, &scene, name).await?;
        let calls: Vec<Call> = (0..CALLS).map(|place| asked(place, name)).collect();
        company.script(vec![whole(&calls), done()]).await?;
        let question = Question {
            sequential: Some(case == 1),
            approve: domain::call::Approve::All,
            ..Question::new("Bring them up to date")
        };
        let took = scene.answered(question).await?.text;
        in_order(&mut company, name).await?;
        Ok(millis(took))
    })
    .await?;
    scene.close().await?;
    // How many times faster: the bound's time by ours.
    let goal = Some(Goal::RatioAtLeast(5.0));
    let mut figure =
        Figure::against("64 calls, 6 writes", "ms", &ours, ("one after another", &sequential), goal);
    figure.ratio = Some(crate::spread::Spread::of_ratios(&sequential, &ours));
    let notes = vec![
        "The ratio is how many times faster ours is. After every run the records were as the model's order leaves them."
            .to_owned(),
        "The order in 10,000 random batches is held by crates/turn/tests/simulation, in simulated time.".to_owned(),
    ];
    Ok(Report { name: "interference", figures: vec![figure], notes })
}

/// Every tenth call appends to its record; the others read.
fn is_write(place: usize) -> bool {
    place % 10 == 5
}

fn asked(place: usize, name: impl Fn(usize) -> String) -> Call {
    let id = name(place % RECORDS);
    // Two reads of one record are never the same request, or one would serve both.
    let ms = TAKES + place / RECORDS;
    let (tool, given) = if is_write(place) {
        ("records__append", json!({ "id": id, "entry": place, "ms": ms }))
    } else {
        ("records__get", json!({ "id": id, "ms": ms }))
    };
    call(&format!("call_{place}"), tool, &given, 1)
}

/// Makes the records, in a turn that is not measured.
async fn make(company: &mut Company, scene: &Scene, name: impl Fn(usize) -> String) -> Outcome<()> {
    let made = |record| {
        call(&format!("put_{record}"), "records__put", &json!({ "id": name(record), "value": 0 }), 1)
    };
    company.script(vec![whole(&(0..RECORDS).map(made).collect::<Vec<_>>()), done()]).await?;
    let question = Question { approve: domain::call::Approve::All, ..Question::new("Make them") };
    scene.answered(question).await?;
    Ok(())
}

/// What was appended to each record is what the model's order appends, in that order.
async fn in_order(company: &mut Company, name: impl Fn(usize) -> String) -> Outcome<()> {
    let records = company.records().await?;
    for record in 0..RECORDS {
        let expected: Vec<Value> = (0..CALLS)
            .filter(|place| is_write(*place) && place % RECORDS == record)
            .map(|place| json!(place))
            .collect();
        let found = records.iter().find(|(id, _)| *id == name(record)).map(|(_, entries)| entries);
        if found != Some(&expected) {
            return trouble(format!("{}: {found:?} and not {expected:?}", name(record)));
        }
    }
    Ok(())
}
