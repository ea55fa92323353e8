//! A write asks first: refused it sends nothing, allowed it is sent.

use std::time::Duration;

use rehearsal::{Plan, Rehearsal};

use crate::scene::soon;
use crate::scene::workspace::Workspace;
use crate::screen::{ENTER, Home, button, field};
use crate::{unlocked, wanted};

const NOTE: &str = "Add a note to ticket 7031: the customer called and will pay on Friday";

/// The sheet takes no key for 0.7 s, so that who was writing does not approve with the rest of a word.
const DEAF: Duration = Duration::from_millis(800);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_write_sends_nothing_and_an_allowed_one_is_sent() {
    if !wanted() {
        return;
    }
    let company = Rehearsal::start(Plan::instant()).await.unwrap();
    let workspace = Workspace::wired(&company).await;
    let home = Home::new();
    let window = unlocked(&home, &workspace).await;
    let at_support = || company.requests().into_iter().filter(|request| request.service == "support").count();

    window.write(field("Question"), &format!("{NOTE}{ENTER}")).await;
    window.reads("1 call asks before it runs").await;
    window.reads("POST /").await;
    window.reads("will pay on Friday").await;
    tokio::time::sleep(DEAF).await;
    window.press("2").await;
    window.picture("sheet").await;
    window.press("wrong ticket").await;
    window.reads("Submit: allow 0, refuse 1").await;
    window.press(ENTER).await;
    window.reads("The note was not added.").await;
    window.reads("wrong ticket").await;
    assert_eq!(at_support(), 0, "not a byte");

    window.write(field("Question"), &format!("{NOTE}{ENTER}")).await;
    window.click(button("Allow 1")).await;
    window.click(button("Submit: allow 1, refuse 0")).await;
    window.reads("The note stands on ticket 7031").await;
    assert_eq!(at_support(), 1);
    window.close().await;
    workspace.tieout(&["trail", "verify"]).await.ends(0);
    soon("the company closes", company.stop()).await;
}
