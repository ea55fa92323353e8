//! A person changes what a call is about to send: the service gets theirs, the record keeps both.

use std::time::Duration;

use rehearsal::{Plan, Rehearsal, Script, ScriptedReply};
use serde_json::json;

use crate::scene::workspace::Workspace;
use crate::scene::{call, prompts, soon};
use crate::screen::{ENTER, Home, button, field};
use crate::{unlocked, wanted};

/// The sheet takes no key for 0.7 s.
const DEAF: Duration = Duration::from_millis(800);
const ESCAPE: &str = "\u{e00c}";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changed_arguments_are_what_the_service_gets() {
    if !wanted() {
        return;
    }
    let company = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&company).await;
    let home = Home::new();
    let window = unlocked(&home, &workspace).await;

    let asked = json!({ "id": "9", "value": { "amount": 1200 } });
    let replies = [ScriptedReply::calls([call("a", "echo__write", asked)]), ScriptedReply::text("Written.")];
    company.model_script(Script::new(replies));
    window.write(field("Question"), &format!("Write the amount{ENTER}")).await;
    window.reads("1 call asks before it runs").await;
    tokio::time::sleep(DEAF).await;
    window.press("e").await;
    window.reads("As the model wrote them").await;
    window.paste(field("As they will be sent"), r#"{"id": "9", "amount": 12}"#).await;
    window.reads("there is no amount").await;
    window.press(ESCAPE).await;
    window.press("1").await;
    let submit = "return [...document.querySelectorAll('button')].find((each) => /^Submit/.test(each.innerText))?.disabled";
    window.until("what does not fit can’t be submitted", submit, &[]).await;
    window.paste(field("As they will be sent"), r#"{"id": "9", "value": {"amount": 12}}"#).await;
    window.reads("They fit the tool").await;
    // The model's own stays beside them.
    window.reads(r#""amount": 1200"#).await;
    window.picture("changed").await;
    window.press(ESCAPE).await;
    window.press("1").await;
    window.reads("✓ allow, changed").await;
    window.press(ENTER).await;
    window.reads("Written.").await;
    window.reads("changed by you").await;
    assert_eq!(company.echo_writes()["9"], [json!({ "amount": 12 })], "what the service keeps");
    let told = prompts(&company).pop().unwrap().to_string();
    assert!(told.contains("the person changed its arguments"), "{told}");

    window.click(button("echo.write")).await;
    window.reads("Approved by a person, with other arguments").await;
    window.reads("Arguments, changed by a person").await;
    window.close().await;
    workspace.tieout(&["trail", "verify"]).await.ends(0);
    soon("the company closes", company.stop()).await;
}
