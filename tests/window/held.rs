//! How batches run: settings that stay, a batch that is too large, a conversation of its own ways.

use std::time::Duration;

use rehearsal::{Plan, Rehearsal, Script, ScriptedReply};
use serde_json::{Value, json};

use crate::scene::workspace::Workspace;
use crate::scene::{call, prompts, received, soon};
use crate::screen::{ENTER, Home, button, field, link};
use crate::{unlocked, wanted};

/// The sheet takes no key for 0.7 s.
const DEAF: Duration = Duration::from_millis(800);
const ESCAPE: &str = "\u{e00c}";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_over_the_limit_that_was_set_is_held_refused_and_run() {
    if !wanted() {
        return;
    }
    let company = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&company).await;
    let home = Home::new();
    let window = unlocked(&home, &workspace).await;
    window.click(link("Settings")).await;
    window.paste(field("Calls of one message"), "none").await;
    window.click(button("Save")).await;
    window.reads("Write a whole number from 1 up").await;
    window.paste(field("Calls of one message"), "5").await;
    // Else five of the reads would have started before anybody could hold them.
    window.click(field("Reads that are allowed may start")).await;
    window.reads("Not saved yet.").await;
    window.click(button("Save")).await;
    window.reads("Saved.").await;
    window.close().await;

    let window = unlocked(&home, &workspace).await;
    window.click(link("Settings")).await;
    let kept = "const named = (words) => [...document.querySelectorAll('input')]
          .find((each) => each.labels?.[0]?.textContent.includes(words));
        const [calls, early] = [named('Calls of one message'), named('may start while')];
        return calls?.value === '5' && early?.checked === false";
    window.until("the settings are as they were saved", kept, &[]).await;
    window.picture("settings-batches").await;

    window.click(link("Ask")).await;
    let calls =
        |many: u32| (1..=many).map(|id| call(&id.to_string(), "echo__get", json!({ "id": id.to_string() })));
    let says = |many, words: &str| {
        company.model_script(Script::new([ScriptedReply::calls(calls(many)), ScriptedReply::text(words)]));
    };
    says(8, "I ask for fewer.");
    window.write(field("Question"), &format!("Fetch everything{ENTER}")).await;
    window.reads("8 calls in one message, you allow 5").await;
    window.reads("None of them has been sent.").await;
    tokio::time::sleep(DEAF).await;
    window.press("2").await;
    window.press("one page is enough").await;
    window.picture("held").await;
    window.press(ENTER).await;
    window.reads("I ask for fewer.").await;
    window.reads("8 calls were refused, all for this reason").await;
    assert_eq!(received(&company, "echo"), 0, "not a byte");
    let told = prompts(&company).pop().unwrap().to_string();
    assert!(told.contains("one page is enough"), "{told}");

    says(8, "Here they are.");
    window.write(field("Question"), &format!("Fetch them all the same{ENTER}")).await;
    window.reads("8 calls in one message, you allow 5").await;
    window.click(button("Run them")).await;
    window.click(button("Run 8 calls")).await;
    window.reads("Here they are.").await;
    assert_eq!(received(&company, "echo"), 8);

    window.click(button("calls as set")).await;
    window.click(field("on")).await;
    window.press(ESCAPE).await;
    window.reads("one at a time").await;
    let slow =
        (20..23).map(|id| call(&id.to_string(), "echo__get", json!({ "id": id.to_string(), "ms": 1_500 })));
    company.model_script(Script::new([ScriptedReply::calls(slow), ScriptedReply::text("In turn.")]));
    window.write(field("Question"), &format!("One after another{ENTER}")).await;
    window.reads("waits its turn after").await;
    window.reads("In turn.").await;
    let log = company.requests();
    let last: Vec<_> = log.iter().filter(|request| request.service == "echo").skip(8).collect();
    assert_eq!(last.len(), 3);
    assert!(
        last.windows(2).all(|pair| pair[0].ended_us.is_some_and(|ended| ended <= pair[1].began_us)),
        "{last:#?}"
    );
    let ways = window.text_of(".ways button").await;
    assert_eq!(Value::from(ways.trim()), json!("one at a time"));
    window.close().await;
    workspace.tieout(&["trail", "verify"]).await.ends(0);
    soon("the company closes", company.stop()).await;
}
