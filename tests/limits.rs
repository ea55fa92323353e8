//! Limits hold in the service's own log: those of the source's file, those that the source tells, and how many calls one
//! message may ask for.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::call::Approval;
use domain::event::{Happening, Waiting};
use domain::outcome::Outcome;
use engine::Question;
use rehearsal::{
    Left, LoggedRequest, Plan, Rate, Rehearsal, RetryAfter, Script, ScriptedReply, ServiceLimit,
};
use serde_json::json;

use crate::scene::workspace::Workspace;
use crate::scene::{Scene, call, soon};

/// Requests leave in time and arrive when the machine lets them: so much closer together than they left they may come.
const JITTER: Duration = Duration::from_secs(1);

fn arrivals(scene: &Scene, service: &str) -> Vec<LoggedRequest> {
    let mut requests = scene.rehearsal.requests();
    requests.retain(|request| request.service == service);
    requests
}

/// Never more at one time.
#[track_caller]
fn never_more_than(requests: &[LoggedRequest], in_flight: usize) {
    for (place, request) in requests.iter().enumerate() {
        let there = requests[..place].iter().filter(|earlier| earlier.ended_us.unwrap() > request.began_us);
        assert!(there.count() < in_flight, "more than {in_flight} at {request:?}");
    }
}

/// Never more in any stretch of time.
#[track_caller]
fn never_faster_than(requests: &[LoggedRequest], per_second: f64, burst: f64) {
    for (first, from) in requests.iter().enumerate() {
        for (last, to) in requests.iter().enumerate().skip(first) {
            let stretch = Duration::from_micros(to.began_us - from.began_us) + JITTER;
            let most = burst + per_second * stretch.as_secs_f64();
            let came = (last - first + 1) as f64;
            assert!(came <= most, "{came} requests in {stretch:?}, jitter included: at most {most}");
        }
    }
}

/// Sixty calls of two conversations at a source that takes three at a time and twenty a second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_s_limits_hold_for_two_conversations_together_and_neither_starves() {
    const EACH: usize = 30;
    let limited = |toml: &mut String| {
        if toml.contains("name = \"echo\"") {
            *toml = toml.replace("in_flight = 256,", "in_flight = 3, per_second = 20, burst = 5,");
        }
    };
    let scene = Scene::with(Plan::instant(), limited).await;
    let asks = |who: &str| {
        let asks = (0..EACH).map(|place| {
            let arguments = json!({ "id": format!("{who}{place}"), "ms": 20 });
            call(&format!("call_{place}"), "echo__get", arguments)
        });
        ScriptedReply::calls(asks)
    };
    // Both have asked before either call is sent: the source is let go when both batches are there.
    let echo = "echo".parse().unwrap();
    scene.engine.pause_source(&echo).await.unwrap();
    let done = || ScriptedReply::text("Done.");
    scene.rehearsal.model_script(Script::new([asks("a"), asks("b"), done(), done()]));
    let question = || Question { early: Some(false), ..Question::new("Do it") };
    let (one, other) =
        (scene.engine.ask(question()).await.unwrap(), scene.engine.ask(question()).await.unwrap());
    let let_go = async {
        let both = async {
            loop {
                let calls = scene.engine.stats().await.unwrap().open_calls;
                if calls == 2 * EACH as u64 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        soon("both have asked", both).await;
        assert_eq!(scene.received("echo"), 0, "a paused source is asked nothing");
        scene.engine.resume_source(&echo).await.unwrap();
    };
    let no_one = |_: &_| Approval::Allowed;
    let (one, other, ()) = tokio::join!(scene.hear(one, no_one), scene.hear(other, no_one), let_go);
    for told in [&one, &other] {
        assert_eq!(told.outcomes(), vec![Outcome::Returned; EACH]);
        let said = told.events.iter().filter_map(|event| match &event.what {
            Happening::Waits { waiting, .. } => Some(waiting),
            _ => None,
        });
        let limits = said.filter(|waiting| {
            matches!(
                waiting,
                Waiting::Rate { milli_per_second: 20_000, .. } | Waiting::Source { in_flight: 3, .. }
            )
        });
        assert!(limits.count() > 0, "whoever waits for a limit says so");
    }
    let requests = arrivals(&scene, "echo");
    assert_eq!(requests.len(), 2 * EACH);
    never_more_than(&requests, 3);
    never_faster_than(&requests, 20.0, 5.0);
    // Fair: at no time is one conversation further ahead than what may be under way, and an order that the log of three
    // at a time may turn round.
    let (mut ahead, mut most) = (0_i32, 0_i32);
    for request in &requests {
        ahead += if request.path.starts_with("/echo/a") { 1 } else { -1 };
        most = most.max(ahead.abs());
    }
    assert!(most <= 8, "one was {most} calls ahead of the other");
    scene.close().await;
}

/// A service that takes ten a second and answers `429` to whoever is faster, in every form in which services say so. The
/// file says nothing of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_says_when_to_come_back_is_obeyed_in_every_form() {
    for (retry_after, left) in [
        (RetryAfter::Seconds, Left::Silent),
        (RetryAfter::Date, Left::Silent),
        (RetryAfter::Silent, Left::Drafts),
        (RetryAfter::Silent, Left::Structured),
        (RetryAfter::Silent, Left::Epoch),
    ] {
        let what = format!("{retry_after:?}, {left:?}");
        let rate = Some(Rate { every: Duration::from_millis(400), burst: 2 });
        let limit = ServiceLimit { rate, retry_after, left, ..ServiceLimit::default() };
        let scene = Scene::of(Plan::instant().limited("echo", limit)).await;
        let get = |id: &str| call(id, "echo__get", json!({ "id": id }));
        // The first two use the burst up; whoever comes right after them is turned away, or waits.
        let told = scene.batch(vec![get("a"), get("b"), get("c")]).await;
        assert_eq!(told.outcomes(), [Outcome::Returned; 3], "{what}");
        let requests = arrivals(&scene, "echo");
        let turned_away: Vec<&LoggedRequest> =
            requests.iter().filter(|request| request.status == Some(429)).collect();
        assert!(turned_away.len() <= 1, "{what}: it came back too early: {turned_away:#?}");
        if let Some(away) = turned_away.first() {
            let back = requests.iter().rfind(|request| request.path == away.path).unwrap();
            assert!(back.status == Some(200) && back.began_us > away.began_us, "{what}");
        }
        scene.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_of_eight_hundred_calls_sends_nothing_until_a_person_lets_it_go() {
    const CALLS: usize = 800;
    let scene = Scene::instant().await;
    scene
        .script((0..CALLS).map(|place| call("x", "echo__get", json!({ "id": place.to_string() }))).collect());
    let mut held = None;
    let question = Question { early: Some(false), ..Question::new("Do it") };
    let run = scene.engine.ask(question).await.unwrap();
    let told = scene
        .hear_and(run, |engine, run, what| {
            if let Happening::BatchHeld { batch, calls, limit, tools } = what {
                held = Some((*calls, *limit, tools[0].name.clone(), tools[0].count));
                assert_eq!(scene.received("echo"), 0, "not a byte");
                engine.release_batch(run.turn, *batch, Approval::Allowed).unwrap();
            }
        })
        .await;
    assert_eq!(held, Some((800, 128, "echo__get".to_owned(), 800)));
    assert_eq!(told.outcomes(), vec![Outcome::Returned; CALLS]);
    assert_eq!(scene.received("echo"), CALLS);
    never_more_than(&arrivals(&scene, "echo"), 128);
    scene.close().await;
}

/// On the command line with nobody to ask: refused, in words that say how to allow it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_terminal_eight_hundred_calls_are_refused_and_it_says_what_to_do() {
    const CALLS: usize = 800;
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&rehearsal).await;
    let script = || {
        let asks = (0..CALLS).map(|place| call("x", "echo__get", json!({ "id": place.to_string() })));
        rehearsal.model_script(Script::new([ScriptedReply::calls(asks), ScriptedReply::text("Done.")]));
    };
    let asked = |service| rehearsal.requests().iter().filter(|request| request.service == service).count();
    script();
    let run = workspace.tieout(&["ask", "Do it", "--early", "off", "--json"]).await.ends(0);
    assert_eq!(asked("echo"), 0, "not a byte");
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for object in run.objects() {
        if object["type"] == "call_ended" {
            *outcomes.entry(object["outcome"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    assert_eq!(outcomes, BTreeMap::from([("refused".to_owned(), CALLS)]));
    let prompts = crate::scene::prompts(&rehearsal);
    let told = crate::scene::results(prompts.last().unwrap());
    for words in ["800 calls", "128", "no terminal", "--approve all", "ask for fewer"] {
        assert!(told[0].1.contains(words), "the model is told `{words}`: {}", told[0].1);
    }
    script();
    let run = workspace.tieout(&["ask", "Do it", "--early", "off"]).await.ends(0);
    let said = format!("{}{}", run.out, run.err);
    assert!(said.contains("--approve all"), "the person is told what to do: {said}");
    assert_eq!(asked("echo"), 0);
    script();
    workspace.tieout(&["ask", "Do it", "--early", "off", "--approve", "all"]).await.ends(0);
    assert_eq!(asked("echo"), CALLS);
    workspace.tieout(&["trail", "verify"]).await.ends(0);
    soon("the company closes", rehearsal.stop()).await;
}
