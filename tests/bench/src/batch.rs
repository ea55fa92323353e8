//! `batch`: from the question to the final text, N calls of 50 ms in one message, streaming off. Ours records every
//! call before it is sent; the same by hand records nothing (a), or commits the requests of all calls before the first
//! leaves and all results after the last, to a plain file (b) or as rows of an encrypted database (c).

use engine::Question;
use serde_json::json;

use crate::arguments::Arguments;
use crate::by_hand::ByHand;
use crate::company::{Call, Company, Reply};
use crate::cost;
use crate::journal::Journal;
use crate::kept::Kept;
use crate::message::{call, done, whole};
use crate::raw::Raw;
use crate::report::{Figure, Goal, Report};
use crate::rounds::{Rounds, interleaved};
use crate::scene::{Scene, millis};
use crate::spread::quantile;
use crate::trouble::Outcome;

const SIZES: [usize; 5] = [1, 4, 16, 64, 256];
const QUESTION: &str = "Look up all of them";

pub(crate) async fn run(arguments: &Arguments) -> Outcome<Report> {
    let mut company = Company::open().await?;
    let scene = Scene::wired(&company, &arguments.into, Vec::new()).await?;
    scene.allow(256, 256).await?;
    let mut journal = Journal::new(&scene.disk().join("journal"))?;
    let raw = Raw::create(&scene.disk().join("raw.db"))?;
    let rounds = Rounds { before: 3, counted: arguments.rounds.unwrap_or(21) };
    let mut figures = Vec::new();
    // How long after its text an answer is on record.
    let mut later = Vec::new();
    for size in SIZES {
        let calls: Vec<Call> = (0..size).map(asked).collect();
        company.script(replies(&calls)).await?;
        scene.answered(Question::new(QUESTION)).await?;
        let seen = company.seen().await?;
        let first = seen.into_iter().find_map(|request| request.body).ok_or("the model was not asked")?;
        let by_hand = ByHand::new(&company, first)?;
        let mut spent: [Vec<f64>; 4] = Default::default();
        let [ours, plain, synced, rows] = interleaved(rounds, async |case| {
            company.script(replies(&calls)).await?;
            let before = cost::cpu();
            let took = match case {
                0 => {
                    let answered = scene.answered(Question::new(QUESTION)).await?;
                    later.push(millis(answered.recorded.saturating_sub(answered.text)));
                    scene.settled().await?;
                    answered.text
                }
                1 => by_hand.turn(None).await?,
                2 => by_hand.turn(Some(Kept::File(&mut journal))).await?,
                _ => by_hand.turn(Some(Kept::Database(&raw))).await?,
            };
            spent[case].push(millis(cost::cpu().saturating_sub(before)));
            Ok(millis(took))
        })
        .await?;
        let what = |to: &str| format!("{size} {}, to {to}", if size == 1 { "call" } else { "calls" });
        let against = |to, name, bound: &[f64], most| {
            Figure::against(what(to), "ms", &ours, (name, bound), Some(Goal::RatioAtMost(most)))
        };
        figures.push(against("(a)", "by hand", &plain, 1.15));
        figures.push(against("(b)", "by hand, synced", &synced, 1.05));
        figures.push(against("(c)", "by hand, in a database", &rows, 1.1));
        if size == 256 {
            let [ours, _, synced, _] = spent.map(|spent| spent[rounds.before..].to_vec());
            let what = format!("{size} calls, CPU");
            let bound = ("by hand, synced", &synced[..]);
            figures.push(Figure::against(what, "ms", &ours, bound, Some(Goal::AtMost(25.0))));
        }
    }
    scene.close().await?;
    let notes = vec![
        format!(
            "Both end when the final text is here; ours is on record {:.1} ms later.",
            quantile(&later, 0.5)
        ),
        "CPU is this process's alone, all threads, from the question until the turn is in the tables too."
            .to_owned(),
    ];
    Ok(Report { name: "batch", figures, notes })
}

fn asked(place: usize) -> Call {
    let id = format!("item{place:04}");
    call(&format!("call_{place:04}"), "echo__get", &json!({ "id": id, "ms": 50 }), 1)
}

fn replies(calls: &[Call]) -> Vec<Reply> {
    vec![whole(calls), done()]
}
