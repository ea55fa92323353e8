//! `memory`: what batches leave behind in the process that ran them, and what one batch of large results holds while
//! it runs. The company's memory is its own.

use domain::run::RunSettings;
use engine::Question;
use serde_json::json;

use crate::arguments::Arguments;
use crate::company::{Call, Company};
use crate::cost::{forget_peak, memory};
use crate::message::{call, done, whole};
use crate::report::{Figure, Goal, Report};
use crate::scene::Scene;
use crate::trouble::Outcome;

/// Calls of each batch.
const CALLS: usize = 16;
const LARGE: u32 = 1_000;
const MEGABYTE: u32 = 1_000_000;
/// How often memory is read in each half.
const READINGS: usize = 20;

pub(crate) async fn run(arguments: &Arguments) -> Outcome<Report> {
    let mut company = Company::open().await?;
    let scene = Scene::wired(&company, &arguments.into, Vec::new()).await?;
    let calls: Vec<Call> = (0..CALLS).map(asked).collect();
    // A tenth of the batches before anything is read: caches and the allocator have their size then.
    for _ in 0..arguments.batches.div_ceil(10) {
        batch(&mut company, &scene, &calls).await?;
    }
    let first = readings(&mut company, &scene, &calls, arguments.batches).await?;
    let last = readings(&mut company, &scene, &calls, arguments.batches).await?;
    let batches = arguments.batches;
    let mut figures = vec![Figure::against(
        format!("{batches} batches of {CALLS} calls, second half"),
        "MiB",
        &last,
        ("first half", &first),
        Some(Goal::RatioAtMost(1.1)),
    )];

    let other = Scene::wired(&company, &arguments.into, Vec::new()).await?;
    other.allow(RunSettings::default().in_flight, LARGE).await?;
    let before = memory()?.now;
    forget_peak()?;
    let calls: Vec<Call> = (0..LARGE).map(large).collect();
    batch(&mut company, &other, &calls).await?;
    let peak = memory()?.peak;
    let what = format!("{LARGE} results of 1 MB in one batch, at most");
    figures.push(Figure::alone(what, "MiB", &[peak], Goal::AtMost(300.0)));
    // Only now: closing verifies the trail, and the allocator keeps what that took.
    scene.close().await?;
    other.close().await?;
    let notes = vec![format!("Before the large batch the process held {before:.0} MiB.")];
    Ok(Report { name: "memory", figures, notes })
}

/// Runs half of the batches, and reads the memory now and then.
async fn readings(company: &mut Company, scene: &Scene, calls: &[Call], batches: usize) -> Outcome<Vec<f64>> {
    let half = batches.div_ceil(2);
    let every = half.div_ceil(READINGS);
    let mut found = Vec::new();
    for done in 1..=half {
        batch(company, scene, calls).await?;
        if done % every == 0 {
            found.push(memory()?.now);
        }
    }
    Ok(found)
}

async fn batch(company: &mut Company, scene: &Scene, calls: &[Call]) -> Outcome<()> {
    company.script(vec![whole(calls), done()]).await?;
    scene.answered(Question::new("Look up all of them")).await?;
    Ok(())
}

fn asked(place: usize) -> Call {
    call(&format!("call_{place}"), "echo__get", &json!({ "id": format!("item{place}"), "ms": 0 }), 1)
}

/// No two ask the same, or one request would serve both.
fn large(place: u32) -> Call {
    call(&format!("call_{place}"), "echo__big", &json!({ "bytes": MEGABYTE + place }), 1)
}
