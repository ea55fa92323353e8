//! Text of a tool and of a model that would like to be more than text.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rehearsal::{Plan, Rehearsal, Script, ScriptedMessage, ScriptedReply};
use serde_json::json;
use tokio::net::TcpListener;

use crate::scene::wild::{Wild, http};
use crate::scene::workspace::Workspace;
use crate::scene::{call, soon};
use crate::screen::{ENTER, Home, Window, button, field, first, link};
use crate::{unlocked, wanted};

/// How long a click may take with megabytes on the screen, driver and all.
const RESPONSIVE: Duration = Duration::from_secs(2);
const LONG: usize = 5_000_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_text_is_shown_as_text_loads_nothing_and_stops_nothing() {
    if !wanted() {
        return;
    }
    let canary = Canary::perched().await;
    let hostile = hostile(&canary.address);
    let page = Wild::always(http("200 OK", "content-type: text/html\r\n", &hostile)).await;
    let line = Wild::always(http("200 OK", "content-type: text/plain\r\n", "x".repeat(LONG))).await;
    let company = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&company).await;
    let room = "limits = { result_bytes = \"8MiB\" }";
    workspace.connect(page.source("page", room)).await;
    workspace.connect(line.source("line", room)).await;
    let home = Home::new();
    let window = unlocked(&home, &workspace).await;
    window.run("window.alert = () => (window.struck = true)", &[]).await;

    let calls = vec![
        call("a", "page__get", json!({})),
        call("b", "echo__get", json!({ "id": "<img src=x onerror=\"alert(8)\">" })),
        call("c", "line__get", json!({})),
    ];
    company.model_script(Script::new([ScriptedReply::calls(calls), ScriptedReply::text(&hostile)]));
    window.write(field("Question"), &format!("Show me <img src=x onerror=\"alert(1)\">{ENTER}")).await;
    window.reads("drew on 3 of 3 calls").await;
    window.reads("<script>alert(1)</script>").await;
    window.picture("hostile-answer").await;
    nothing_came_alive(&window).await;

    window.click(first("[aria-label='Batch of calls'] li:first-child button")).await;
    window.reads("Entries in the trail").await;
    window.picture("hostile-call").await;
    nothing_came_alive(&window).await;
    quickly(&window, first("[aria-label='Batch of calls'] li:last-child button")).await;
    window.reads("5.0 MB").await;
    nothing_came_alive(&window).await;

    // A link of the model's opens nothing by itself, and what is no address on the web is no link.
    let links = window
        .run("return [...document.querySelectorAll('[aria-label=Transcript] a')].map((a) => a.href)", &[])
        .await;
    let bad = |href: &str| !href.starts_with("tauri://localhost/") && !href.starts_with("http://127.0.0.1");
    assert!(links.as_array().unwrap().iter().all(|href| !bad(href.as_str().unwrap())), "{links}");

    // The same, five megabytes long in one line, from the model.
    let text = ["*".repeat(LONG / 2), "[a](".repeat(LONG / 8)];
    company.model_script(Script::new([ScriptedReply::Message(ScriptedMessage {
        text: text
            .concat()
            .as_bytes()
            .chunks(50_000)
            .map(|piece| String::from_utf8_lossy(piece).into_owned())
            .collect(),
        ..ScriptedMessage::default()
    })]));
    window.write(field("Question"), &format!("Say much{ENTER}")).await;
    window.counts("[aria-label='Question and answer'] footer .cost", 2).await;
    quickly(&window, button("New conversation")).await;
    window.reads("Ask about your own data.").await;
    quickly(&window, link("Trail")).await;
    window.reads("3 calls").await;
    window.click(button("Verify")).await;
    window.reads("Sound.").await;

    assert_eq!(canary.disturbed(), 0, "something was loaded");
    assert_eq!(window.run("return window.struck ?? null", &[]).await, json!(null), "a script ran");
    window.close().await;
    soon("the company closes", company.stop()).await;
}

/// Everything that markup would load, run or lead to.
fn hostile(canary: &str) -> String {
    format!(
        "<script>alert(1)</script>\n\n<img src=x onerror=\"alert(2)\">\n\n<svg onload=\"alert(3)\"></svg>\n\n\
         <iframe src=\"http://{canary}/frame\"></iframe>\n\n<img src=\"http://{canary}/pixel.png\">\n\n\
         <link rel=\"stylesheet\" href=\"http://{canary}/style.css\">\n\n<style>@import 'http://{canary}/more.css'</style>\n\n\
         <meta http-equiv=\"refresh\" content=\"0;url=http://{canary}/away\">\n\n<base href=\"http://{canary}/\">\n\n\
         ![a picture](http://{canary}/picture.png) and [a picture in a link](<javascript:alert(4)>)\n\n\
         [no link](javascript:alert(5)) [nor this](data:text/html,<script>alert(6)</script>) [nor that](file:///etc/passwd)\n\n\
         <a href=\"javascript:alert(7)\">click</a> [a link](http://127.0.0.1:1/)\n\n\
         ## A heading <object data=\"http://{canary}/object\"></object>\n\n\
         | a | b |\n|---|---|\n| <img src=\"http://{canary}/cell.png\"> | ![x](http://{canary}/cell2.png) |\n"
    )
}

/// No element stands in the page that only the text could have put there.
async fn nothing_came_alive(window: &Window) {
    let foreign = "script:not([src^='./assets/']), iframe, object, embed, base, meta[http-equiv=refresh], link[href^=http],
        main img, main svg[onload], main style, main link, [onerror], a[href^='javascript:' i], a[href^='data:' i], a[href^=file]";
    let script =
        "return [...document.querySelectorAll(arguments[0])].map((each) => each.outerHTML.slice(0, 200))";
    let found = window.run(script, &[json!(foreign)]).await;
    assert_eq!(found, json!([]), "text became markup");
}

/// Clicks, and measures until the page has answered.
async fn quickly(window: &Window, thing: crate::screen::Thing<'_>) {
    let begun = Instant::now();
    window.click(thing).await;
    window.run("return document.body.offsetHeight", &[]).await;
    let took = begun.elapsed();
    assert!(took < RESPONSIVE, "{thing:?} took {} ms", took.as_millis());
}

/// A listener whom nobody has a reason to call.
struct Canary {
    address: String,
    calls: Arc<AtomicUsize>,
}

impl Canary {
    async fn perched() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { address, calls }
    }

    fn disturbed(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}
