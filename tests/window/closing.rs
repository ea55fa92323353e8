//! The window goes away in the middle of a turn.

use std::time::Duration;

use rehearsal::{Latency, Plan, Rehearsal};

use crate::scene::soon;
use crate::scene::workspace::Workspace;
use crate::screen::{ENTER, Home, Window, button, field, link};
use crate::{unlocked, wanted};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_that_lost_its_window_is_told_as_it_ended() {
    if !wanted() {
        return;
    }
    let slow = Plan { latency: Latency::Fixed(Duration::from_secs(20)), ..Plan::instant() };
    let company = Rehearsal::start(slow).await.unwrap();
    let workspace = Workspace::wired(&company).await;
    let home = Home::new();

    let window = unlocked(&home, &workspace).await;
    ask(&window).await;
    window.close().await;

    let window = unlocked(&home, &workspace).await;
    window.click(link("Prepare a brief on the North")).await;
    window.reads("Stopped").await;
    window.picture("stopped").await;
    window.click(button("New conversation")).await;
    ask(&window).await;
    window.kill().await;

    let window = unlocked(&home, &workspace).await;
    window.click(link("Prepare a brief on the North")).await;
    window.reads("The program ended in the middle").await;
    window.reads("15 calls are unknown, all for this reason").await;
    window.click(button("Show all 15 calls")).await;
    window.counts("[aria-label='Batch of calls'] li", 15).await;
    window.picture("crashed").await;
    window.click(link("Trail")).await;
    window.click(button("Verify")).await;
    window.reads("Sound.").await;
    window.close().await;
    soon("the company closes", company.stop()).await;
}

/// Asks the demo's question and waits until its batch runs.
async fn ask(window: &Window) {
    window.write(field("Question"), &format!("{}{ENTER}", Rehearsal::demo_question().text)).await;
    // That a call is shown as running says that it is on record; a row alone, that the model wrote it.
    let running = "const rows = [...document.querySelectorAll('[aria-label=\"Batch of calls\"] li')];
        return rows.filter((each) => each.innerText.includes('running')).length === 15";
    window.until("15 calls run", running, &[]).await;
}
