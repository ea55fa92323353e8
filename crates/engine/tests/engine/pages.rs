//! Results in pages: each page on record before it is asked for, one outcome for all of them, and words for what is
//! missing.

use domain::call::Approve;
use domain::event::Happening;
use domain::outcome::Outcome;
use domain::payload::PayloadRole;
use domain::view::CallDetail;
use engine::Engine;
use serde_json::{Value, json};

use crate::answering::{Answer, Host};
use crate::scene::{Scene, watch};

/// A number in a target's query.
fn number(target: &str, name: &str) -> Option<u64> {
    let (_, query) = target.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))?.parse().ok())
}

/// Pages of two items, seven items in all, by cursor, page, offset, `Link` and address.
fn shop(target: &str, base: &str) -> Option<Answer> {
    let page = number(target, "page").or(number(target, "cursor")).unwrap_or(1);
    let from = number(target, "offset").unwrap_or((page - 1) * 2);
    let items: Vec<String> =
        (from + 1..=(from + 2).min(7)).map(|id| format!(r#"{{"id": {id}, "n": 1.50}}"#)).collect();
    let (items, more) = (items.join(", "), page < 4);
    let path = target.split('?').next().unwrap_or_default();
    Some(match path {
        "/cursor" if more => Answer::json(format!(r#"{{"data": [{items}], "next": "{}"}}"#, page + 1)),
        "/cursor" => Answer::json(format!(r#"{{"data": [{items}], "next": null}}"#)),
        "/link" if more => Answer::json(format!("[{items}]"))
            .with("link", &format!("</link?page={}>; rel=\"next\"", page + 1)),
        "/url" if more => {
            Answer::json(format!(r#"{{"items": [{items}], "next": "{base}/url?page={}"}}"#, page + 1))
        }
        "/url" => Answer::json(format!(r#"{{"items": [{items}]}}"#)),
        "/circle" => Answer::json(format!(r#"{{"data": [{items}], "next": "1"}}"#)),
        "/away" => Answer::json(format!(r#"{{"items": [{items}], "next": "http://127.0.0.2:9/x"}}"#)),
        "/breaks" if page == 3 => Answer::status("500 Internal Server Error"),
        "/hangs" if page == 2 => return None,
        _ => Answer::json(format!("[{items}]")),
    })
}

fn source(base: &str, follow: u32) -> String {
    let tool = |name: &str, paging: &str| {
        format!(
            "[[tool]]\nname = \"{name}\"\ndescription = \"Items\"\nmethod = \"GET\"\npath = \"/{name}\"\n\
             paging = {{ {paging}, follow = {follow} }}\n[tool.input]\ntype = \"object\"\n\
             properties.page = {{ type = \"integer\" }}\nproperties.offset = {{ type = \"integer\" }}\n\
             properties.cursor = {{ type = \"string\" }}\n"
        )
    };
    let cursor = "kind = \"cursor\", parameter = \"cursor\", next = \"/next\", items = \"/data\"";
    let page = "kind = \"page\", parameter = \"page\"";
    let url = "kind = \"next_url\", next = \"/next\", items = \"/items\"";
    let tools = [
        tool("cursor", cursor),
        tool("page", page),
        tool("offset", "kind = \"offset\", parameter = \"offset\""),
        tool("link", "kind = \"link\""),
        tool("url", url),
        tool("circle", cursor),
        tool("away", url),
        tool("breaks", page),
        tool("hangs", page),
        tool("same", page).replace("/same", "/link"),
    ];
    format!(
        "name = \"shop\"\nkind = \"http\"\nbase_url = \"{base}\"\nauth = {{ kind = \"none\" }}\n{}",
        tools.concat()
    )
}

async fn world(follow: u32, edit: impl Fn(String) -> String) -> (Scene, Host) {
    let scene = Scene::in_memory().await;
    let host = Host::start(shop).await;
    let source = Engine::read_source(&edit(source(&host.base, follow))).unwrap();
    scene.engine.save_source(source).await.unwrap();
    (scene, host)
}

async fn call(scene: &Scene, tool: &str, arguments: Value) -> CallDetail {
    let tool = format!("shop.{tool}").parse().unwrap();
    scene.engine.call_tool(&tool, &arguments.to_string(), Approve::Reads).await.unwrap()
}

fn text(detail: &CallDetail, role: PayloadRole) -> String {
    detail
        .payloads
        .iter()
        .find(|payload| payload.role == role)
        .map(|payload| payload.text.clone())
        .unwrap_or_default()
}

fn ids(detail: &CallDetail, pointer: &str) -> Vec<u64> {
    let result: Value = serde_json::from_str(&text(detail, PayloadRole::Result)).unwrap();
    let items = result.pointer(pointer).and_then(Value::as_array).unwrap();
    items.iter().map(|item| item["id"].as_u64().unwrap()).collect()
}

fn pages(detail: &CallDetail) -> Vec<Option<u64>> {
    let sent = detail.entries.iter().filter(|entry| entry.kind == "call.sent");
    sent.map(|entry| entry.body.0.get("page").and_then(Value::as_u64)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_pages_is_followed_to_its_end_and_each_is_on_record() {
    let (scene, host) = world(10, |source| source).await;
    for (tool, pointer, requests) in
        [("cursor", "/data", 4), ("link", "", 4), ("url", "/items", 4), ("page", "", 5), ("offset", "", 5)]
    {
        let before = host.asked().len();
        let detail = call(&scene, tool, json!({})).await;
        assert_eq!(detail.row.outcome, Some(Outcome::Returned), "{tool}");
        assert_eq!(ids(&detail, pointer), [1, 2, 3, 4, 5, 6, 7], "{tool}");
        let words = text(&detail, PayloadRole::Words);
        assert!(words.contains("all 4 pages, 7 items"), "{tool}: {words}");
        assert!(text(&detail, PayloadRole::Result).contains("1.50"), "figures stay as they were written");
        let expected: Vec<_> = (1..=requests).map(|page| (page > 1).then_some(page)).collect();
        assert_eq!(pages(&detail), expected, "{tool}");
        assert_eq!(host.asked().len() - before, expected.len(), "{tool}");
        assert_eq!(detail.row.attempts, 1, "{tool}: pages are no attempts");
    }
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ends_too_early_gives_what_came_and_says_so() {
    let (scene, host) = world(10, |source| source).await;
    for (tool, pointer, expected, words) in [
        ("circle", "/data", vec![1, 2, 1, 2], "asked for already"),
        ("away", "/items", vec![1, 2], "another place than the source: nothing was sent there"),
        ("breaks", "", vec![1, 2, 3, 4], "Page 3 is missing: shop answered 500"),
    ] {
        let detail = call(&scene, tool, json!({})).await;
        assert_eq!(detail.row.outcome, Some(Outcome::Returned), "{tool}");
        assert_eq!(ids(&detail, pointer), expected, "{tool}");
        let said = text(&detail, PayloadRole::Words);
        assert!(said.contains(words), "{tool}: {said}");
    }
    assert!(!host.asked().iter().any(|target| target == "/x"));
    let broken = call(&scene, "breaks", json!({ "page": 3 })).await;
    assert_eq!(broken.row.outcome, Some(Outcome::Failed), "the first page's failure is the call's");
    // A source that gives the same page whatever it is asked for is left after the second.
    let same = call(&scene, "same", json!({ "offset": 0 })).await;
    assert_eq!(ids(&same, ""), [1, 2]);
    assert!(text(&same, PayloadRole::Words).contains("does not turn pages"));
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn time_bytes_and_pages_are_limits_of_the_whole_call() {
    let short = |source: String| format!("limits = {{ deadline = \"1s\" }}\n{source}");
    let (scene, _) = world(10, short).await;
    let detail = call(&scene, "hangs", json!({})).await;
    assert_eq!((detail.row.outcome, ids(&detail, "")), (Some(Outcome::Returned), vec![1, 2]));
    assert!(text(&detail, PayloadRole::Words).contains("Page 2 is missing"));
    scene.close().await;

    let small = |source: String| format!("limits = {{ result_bytes = \"70B\" }}\n{source}");
    let (scene, _) = world(10, small).await;
    let detail = call(&scene, "page", json!({})).await;
    assert_eq!(ids(&detail, ""), [1, 2], "{detail:#?}");
    assert!(text(&detail, PayloadRole::Words).contains("longer than what is taken"));
    scene.close().await;

    let (scene, _) = world(2, |source| source).await;
    let detail = call(&scene, "cursor", json!({})).await;
    assert_eq!((ids(&detail, "/data"), pages(&detail)), (vec![1, 2, 3, 4], vec![None, Some(2)]));
    let words = text(&detail, PayloadRole::Words);
    assert!(words.contains("first 2 pages") && words.contains("`cursor` = \"3\""), "{words}");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_to_the_model_ends_with_how_to_ask_for_more() {
    let (scene, host) = world(1, |source| source).await;
    scene.script(vec![vec![("shop__cursor", json!({}))], vec![("shop__cursor", json!({ "cursor": "2" }))]]);
    let (conversation, _) = scene.ask(None, watch).await;
    assert_eq!(host.asked(), ["/cursor", "/cursor?cursor=2"]);
    let bodies = scene.model_bodies();
    let hint = "call again with `cursor` = ";
    assert!(
        bodies[1].contains(hint) && bodies[1].contains("this is one page, with 2 items"),
        "{}",
        bodies[1]
    );
    // A later question tells the model the same of it, from the record.
    scene.script(Vec::new());
    scene.ask(Some(conversation), watch).await;
    assert!(scene.model_bodies().last().unwrap().contains(hint));
    let detail = call(&scene, "link", json!({})).await;
    assert!(text(&detail, PayloadRole::Words).contains("`page` = 2"), "an address is told as arguments");
    assert_eq!(pages(&detail), [None]);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_stopped_between_two_pages_ends_once_as_cancelled() {
    let (scene, host) = world(10, |source| source).await;
    scene.script(vec![vec![("shop__hangs", json!({}))]]);
    let (_, events) = scene
        .ask(None, async |engine, turn, what| {
            if let Happening::Progress { call, words } = what {
                assert_eq!(words, "page 2 of at most 10");
                engine.cancel_call(turn, *call).unwrap();
            }
        })
        .await;
    let ends: Vec<_> = events
        .iter()
        .filter_map(|what| match what {
            Happening::CallEnded { ended, .. } => Some(ended.outcome),
            _ => None,
        })
        .collect();
    assert_eq!(ends, [Outcome::Cancelled]);
    assert!(host.asked().len() <= 2);
    scene.close().await;
}
