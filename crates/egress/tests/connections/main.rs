//! When connections are opened, used again and opened ahead, and what their time is said to be.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test with a place")]

mod ahead;
mod many;
mod network;
mod plain;
mod secured;
mod server;

use domain::effect::Method;
use domain::id::Seq;
use domain::intent::DurableIntent;
use egress::{Door, Outbound, SendError, Settings, Whole};

fn door() -> Door {
    Door::new(Settings::default()).unwrap()
}

#[allow(clippy::disallowed_methods, reason = "there is no trail in these tests")]
async fn fetch(door: &Door, address: &str) -> Result<Whole, SendError> {
    let request = Outbound::new(Method::Get, address.parse().unwrap());
    let whole = door.send(DurableIntent::after_commit(Seq(0)), request).await?.whole().await;
    settle().await;
    whole
}

/// Lets the tasks of the client do what they have to do: a connection goes back to the pool by one of them.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}
