//! Many requests at once.

use std::time::Instant;

use tokio::task::JoinSet;

use super::server::{Event, Server};
use super::{door, fetch};

const MANY: usize = 256;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_requests_at_once_are_all_answered() {
    let mut server = Server::start(None, &[]).await;
    let door = door();
    for _ in 0..2 {
        let mut under_way = JoinSet::new();
        for _ in 0..MANY {
            let (door, address) = (door.clone(), server.at("/"));
            under_way.spawn(async move { fetch(&door, &address).await.unwrap() });
        }
        assert_eq!(under_way.join_all().await.len(), MANY);
    }
    let asked = server.so_far().iter().filter(|event| matches!(event, Event::Asked(..))).count();
    assert_eq!(asked, 2 * MANY);
}

/// Says how fast; asserts nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: cargo nextest run --release -p egress --run-ignored only --no-capture"]
async fn how_long_many_requests_take() {
    let server = Server::start(None, &[]).await;
    let door = door();
    for round in 0..5 {
        let began = Instant::now();
        let mut under_way = JoinSet::new();
        for _ in 0..MANY {
            let (door, address) = (door.clone(), server.at("/"));
            under_way.spawn(async move { fetch(&door, &address).await.unwrap() });
        }
        under_way.join_all().await;
        println!("round {round}: {MANY} requests in {:?}", began.elapsed());
    }
}
