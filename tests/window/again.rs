//! Calls that came to nothing are made again by hand, and the model goes on with what they gave.

use rehearsal::{Fault, Plan, Rehearsal, Script, ScriptedReply, Times};
use serde_json::json;

use crate::scene::workspace::Workspace;
use crate::scene::{call, prompts, soon};
use crate::screen::{ENTER, Home, button, field};
use crate::{unlocked, wanted};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_made_again_with_other_arguments_and_the_model_goes_on() {
    if !wanted() {
        return;
    }
    let company = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&company).await;
    let home = Home::new();
    let window = unlocked(&home, &workspace).await;

    company.faults().set("echo", "/echo/1", Fault::Status(404), Times::Once);
    company.faults().set("echo", "/echo/2", Fault::Status(404), Times::Always);
    company.faults().set("echo", "/echo/3", Fault::LostAnswer, Times::Once);
    let calls = [
        call("a", "echo__get", json!({ "id": "1" })),
        call("b", "echo__get", json!({ "id": "2" })),
        call("c", "echo__write", json!({ "id": "3", "value": "once" })),
    ];
    company.model_script(Script::new([ScriptedReply::calls(calls), ScriptedReply::text("Much is missing.")]));
    window.write(field("Question"), &format!("Look them up{ENTER}")).await;
    window.click(button("Allow 1")).await;
    window.click(button("Submit: allow 1, refuse 0")).await;
    window.reads("Much is missing.").await;

    window.click(button("Retry echo.get id 1")).await;
    window.reads("Made again by you").await;
    window.reads("in place of c1").await;
    window.click(button("Retry echo.get id 2 with other arguments")).await;
    window.paste(field("As they will be sent"), r#"{"id": 4}"#).await;
    window.reads("id must be a string, and is 4").await;
    window.paste(field("As they will be sent"), r#"{"id": "4"}"#).await;
    window.reads("They fit the tool").await;
    window.picture("retry").await;
    window.click(button("Make it again")).await;
    window.reads("in place of c2").await;
    window.reads("arguments changed").await;
    // What may have been done already is not done twice without a word.
    window.click(button("Retry echo.write id 3")).await;
    window.reads("may have reached its source").await;
    window.click(button("Leave it")).await;
    assert_eq!(company.echo_writes()["3"], [json!("once")]);

    company.model_script(Script::new([ScriptedReply::text("Now it is complete.")]));
    let second = "return [...document.querySelectorAll('button')].filter((each) => each.innerText === 'Go on with it')[1]?.click() ?? true";
    window.run(second, &[]).await;
    let question = "return document.querySelector('textarea')?.value.startsWith('I made call c2 (echo.get) again with other arguments, as c5')";
    window.until("the question is written", question, &[]).await;
    window.picture("go-on").await;
    window.write(field("Question"), ENTER).await;
    window.reads("Now it is complete.").await;
    let told = prompts(&company).pop().unwrap().to_string();
    for part in ["[c4] echo.get", "[c5] echo.get", r#"{\"id\": \"4\"}"#] {
        assert!(told.contains(part), "the model is not told {part}: {told}");
    }
    window.close().await;
    workspace.tieout(&["trail", "verify"]).await.ends(0);
    soon("the company closes", company.stop()).await;
}
