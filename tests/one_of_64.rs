//! One call of 64 fails, in each way in which a call can: 63 results arrive whole, the 64th says why, and all 64 go back
//! in one message, in the model's order.

use domain::call::Approval;
use domain::outcome::{FailureClass, Outcome};
use engine::Question;
use rehearsal::{Fault, ScriptedCall, Times};
use serde_json::json;

use crate::scene::wild::Nobody;
use crate::scene::{Scene, call};

/// The place of the one that fails: neither first nor last.
const ONE: usize = 41;
const CALLS: usize = 64;

/// A way to fail: the call, how it ends, how often it is sent, and words that a person and the model read.
struct Way {
    what: &'static str,
    fault: Option<Fault>,
    call: ScriptedCall,
    ends: (Outcome, Option<FailureClass>),
    sent: usize,
    words: &'static str,
}

impl Way {
    /// A read at the echo that a fault strikes every time.
    fn fault(fault: Fault, class: FailureClass, sent: usize, words: &'static str) -> Self {
        Self {
            what: "a fault",
            fault: Some(fault),
            call: call("one", "echo__get", json!({ "id": "one" })),
            ends: (Outcome::Failed, Some(class)),
            sent,
            words,
        }
    }

    /// A call that fails by itself.
    fn call(what: &'static str, call: ScriptedCall, class: FailureClass, words: &'static str) -> Self {
        Self { what, fault: None, call, ends: (Outcome::Failed, Some(class)), sent: 0, words }
    }
}

fn ways() -> Vec<Way> {
    use FailureClass::{
        BadBody, Connect, Interrupted, InvalidArguments, MissingSecret, Redirect, Status, UnknownTool,
    };
    let one = |tool: &str, arguments| call("one", tool, arguments);
    let elsewhere = Fault::Redirect { to: "http://127.0.0.2:9/gone".to_owned() };
    let mut ways = vec![
        Way::fault(Fault::Reset, Interrupted, 3, "reset the connection before it answered"),
        Way::fault(Fault::ResetInBody, Interrupted, 1, "bytes that it announced"),
        Way::fault(Fault::Truncate, Interrupted, 1, "bytes that it announced"),
        Way::fault(Fault::Status(500), Status, 1, "500 Internal Server Error"),
        Way::fault(Fault::Status(503), Status, 3, "503 Service Unavailable"),
        Way::fault(Fault::BadJson, BadBody, 1, "JSON ends in the middle"),
        Way::fault(Fault::WrongLength, BadBody, 1, "JSON ends in the middle"),
        Way::fault(Fault::Html, BadBody, 1, "an HTML page"),
        Way::fault(elsewhere, Redirect, 1, "127.0.0.2"),
        Way::call(
            "no such tool",
            one("echo__fetch", json!({})),
            UnknownTool,
            "there is no tool `echo__fetch`",
        ),
        Way::call("unfit", one("echo__get", json!({ "ms": "x" })), InvalidArguments, "`id` is missing"),
        Way::call("nobody there", one("down__get", json!({})), Connect, "connection refused"),
        Way::call("no secret", one("locked__get", json!({})), MissingSecret, "`missing`"),
    ];
    ways.push(Way {
        call: one("hasty__get", json!({ "id": "one" })),
        ends: (Outcome::TimedOut, None),
        ..Way::fault(Fault::Hang, Interrupted, 1, "1 s")
    });
    ways.push(Way {
        what: "refused by the person",
        fault: None,
        call: one("echo__write", json!({ "id": "one", "value": 1 })),
        ends: (Outcome::Refused, None),
        sent: 0,
        words: "refused by the person: not this one",
    });
    ways
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_three_arrive_whole_and_one_says_why() {
    let scene = Scene::instant().await;
    // Only the one that hangs has little time: a busy machine may take a second for its siblings, and for three attempts.
    let echo = scene.rehearsal.echo_source().toml;
    let hasty = echo
        .replace("name = \"echo\"", "name = \"hasty\"")
        .replace("deadline = \"60s\"", "deadline = \"1s\"");
    scene.connect(&hasty).await;
    let nobody = Nobody::there();
    scene.connect(&nobody.source("down", "")).await;
    scene.connect(&nobody.source("locked", "auth = { kind = \"bearer\", secret = \"missing\" }")).await;
    for way in ways() {
        one_fails(&scene, way).await;
    }
    scene.close_unheard().await;
}

async fn one_fails(scene: &Scene, way: Way) {
    let what = format!("{} {:?}", way.what, way.fault);
    let before = scene.rehearsal.requests().len();
    scene.rehearsal.faults().clear();
    if let Some(fault) = way.fault {
        scene.rehearsal.faults().set("echo", "/echo/one", fault, Times::Always);
    }
    let id = |place: usize| format!("sibling-{place}");
    let sibling = |place: usize| call(&format!("call_{place}"), "echo__get", json!({ "id": id(place) }));
    let asked = (0..CALLS).map(|place| if place == ONE { way.call.clone() } else { sibling(place) });
    scene.script(asked.collect());
    let run = scene.engine.ask(Question::new("Do all of it")).await.unwrap();
    let told = scene.hear(run, |_| Approval::Refused { reason: "not this one".to_owned() }).await;
    assert_eq!(told.answer().text, "Done.", "{what}");

    let endings = told.endings();
    let results = scene.results();
    assert_eq!((endings.len(), results.len()), (CALLS, CALLS), "{what}");
    for (place, ((_, ended), (asked_as, content))) in endings.into_iter().zip(results).enumerate() {
        assert!(content.starts_with(&format!("[c{}]", place + 1)), "{what}: {content}");
        if place == ONE {
            assert_eq!((ended.outcome, ended.failure), way.ends, "{what}: {}", ended.words);
            assert_eq!(asked_as, "one", "{what}");
            assert!(ended.words.contains(way.words), "{what}: the person reads: {}", ended.words);
            assert!(content.contains(way.words), "{what}: the model reads: {content}");
            continue;
        }
        assert_eq!((ended.outcome, &*asked_as), (Outcome::Returned, &*format!("call_{place}")), "{what}");
        let (_, body) = content.split_once('\n').unwrap();
        let body: serde_json::Value = serde_json::from_str(body).expect("the whole result");
        assert_eq!(body["id"], id(place), "{what}");
    }
    let requests = scene.rehearsal.requests().split_off(before);
    let of_one = requests.iter().filter(|request| request.path == "/echo/one").count();
    assert_eq!(of_one, way.sent, "{what}");
    let siblings = requests.iter().filter(|request| request.path.starts_with("/echo/sibling")).count();
    assert_eq!(siblings, CALLS - 1, "{what}");
}
