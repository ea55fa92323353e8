//! A workspace of one's own, from the first start on, with its keys in the session's real keychain service.

use rehearsal::{Plan, Rehearsal};
use serde_json::Value;

use crate::scene::soon;
use crate::screen::{ENTER, Home, Window, button, field, link};
use crate::wanted;

const QUESTION: &str = "How many customers do we have in each region, by segment and status?";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_is_made_connected_asked_closed_and_found_again() {
    if !wanted() {
        return;
    }
    let company = Rehearsal::start(Plan::instant()).await.unwrap();
    let home = Home::new();
    let window = home.window(&[]).await;
    make(&window).await;
    connect_the_model(&window, &company).await;
    connect_a_source(&window, &company).await;

    window.click(link("Ask")).await;
    window.write(field("Question"), &format!("{QUESTION}{ENTER}")).await;
    window.reads("drew on").await;
    window.picture("own-answer").await;
    window.click(link("Trail")).await;
    window.click(button("Verify")).await;
    window.reads("Sound.").await;

    // The window writes. The command line reads beside it, and is told who writes.
    let beside = home.tieout(&["trail", "list", "--json"]).await.ends(0);
    assert!(
        beside.objects().iter().any(|row| row["tool"].as_str().is_some_and(|tool| tool.starts_with("crm.")))
    );
    let refused = home.tieout(&["ask", "What can you do?"]).await.ends(1);
    let writer = format!("(process {})", window.process());
    assert!(refused.err.contains(&writer), "it does not say that {writer} writes: {}", refused.err);
    window.close().await;

    let window = home.window(&[]).await;
    window.click(link(QUESTION)).await;
    window.reads("drew on").await;
    // The keys are still where they were put: the same again, without typing one.
    window.write(field("Question"), &format!("{QUESTION}{ENTER}")).await;
    window.counts("[aria-label='Question and answer'] footer .cost", 2).await;
    window.click(link("Trail")).await;
    window.click(button("Verify")).await;
    window.reads("Sound.").await;
    window.click(button("Part by part")).await;
    let root = window.text_of(".parts dd code").await;
    window.close().await;

    let verified = home.tieout(&["trail", "verify", "--json"]).await.ends(0);
    let report = verified.objects().pop().unwrap();
    let text = report.to_string();
    assert!(
        root.len() == 44 && text.contains(&root),
        "the window saw the root {root}, the command line {text}"
    );
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(0), "{text}");

    let elsewhere = |service: &str| !["crm", "model"].contains(&service);
    assert!(
        !company.requests().iter().any(|request| elsewhere(request.service)),
        "a source that is not connected"
    );
    soon("the company closes", company.stop()).await;
}

/// The first start: a name, the system's keychain, the recovery key once.
async fn make(window: &Window) {
    window.reads("Make a workspace").await;
    window.picture("start").await;
    window.click(field("In the operating system’s keychain")).await;
    window.click(button("Make it")).await;
    window.reads("Write down the recovery key").await;
    let recovery = window.text_of("[data-testid=recovery]").await;
    assert!(recovery.len() > 30, "{recovery}");
    window.picture("recovery").await;
    window.click(field("I wrote it down")).await;
    window.click(button("Go on")).await;
    window.reads("No model is set up").await;
    assert!(!window.text().await.contains(&recovery), "it is shown once");
}

async fn connect_the_model(window: &Window, company: &Rehearsal) {
    let model = company.model();
    window.click(link("Settings")).await;
    window.click(button("Add a model")).await;
    window.click(button("Another")).await;
    window.write(field("Base URL"), &model.base_url).await;
    window.write(field("Model id"), &model.model_id).await;
    window.write(field("Name"), &model.name).await;
    window.write(field("Title"), &model.title).await;
    window.write(field("Value of the key"), &model.secret).await;
    window.choose(field("Clearance"), "restricted").await;
    window.click(button("Test")).await;
    window.reads("It works").await;
    window.reads("asks for several calls at once").await;
    assert!(shown_nowhere(window, &model.secret).await, "the page still holds the key");
    window.picture("model").await;
    window.click(button("Save")).await;
    window.reads("Who answers.").await;
    window.picture("settings").await;
}

async fn connect_a_source(window: &Window, company: &Rehearsal) {
    let source = company.sources().into_iter().find(|source| source.name == "crm").unwrap();
    window.click(link("Sources")).await;
    window.reads("No source is connected").await;
    window.click(button("Add a source")).await;
    window.click(link("A source’s file")).await;
    window.paste(field("The source’s file (TOML)"), &source.toml).await;
    window.write(field("Value of the key crm"), &source.secret).await;
    window.picture("source-new").await;
    window.click(button("Save and test")).await;
    window.reads("Tools").await;
    window.reads("in the keychain").await;
    window.reads("last call").await;
    assert!(shown_nowhere(window, &source.secret).await, "the page still holds the key");
    window.picture("source").await;
}

/// Neither as text nor in a field.
async fn shown_nowhere(window: &Window, secret: &str) -> bool {
    let script = "const fields = [...document.querySelectorAll('input, textarea')].map((each) => each.value);
        return ![document.documentElement.outerHTML, ...fields].some((text) => text.includes(arguments[0]))";
    window.run(script, &[Value::from(secret)]).await == Value::Bool(true)
}
