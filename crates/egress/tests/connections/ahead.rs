//! Connections opened ahead.

use std::time::Duration;

use egress::{Door, Passage, SendError, Settings};
use tokio::net::TcpListener;
use tokio::time::timeout;
use url::Url;

use super::server::{Event, Server};
use super::{door, fetch, settle};

fn url(server: &Server) -> Url {
    server.at("/announced").parse().unwrap()
}

#[tokio::test]
async fn one_connection_opens_hears_nothing_and_gets_the_next_request() {
    let mut server = Server::start(None, &[]).await;
    let door = door();
    door.warm(&url(&server), &Passage::default());
    assert_eq!(server.next().await, Event::Opened(0));
    assert!(timeout(Duration::from_millis(50), server.next()).await.is_err(), "no byte came, and no other");
    let phases = fetch(&door, &server.at("/now")).await.unwrap().phases;
    assert!(phases.reused, "{phases:?}");
    assert_eq!(server.so_far(), [Event::Asked(0, "/now".to_owned())]);
}

#[tokio::test]
async fn a_request_waits_for_the_connection_that_is_being_opened_for_it() {
    let mut server = Server::start(None, &[]).await;
    let door = door();
    door.warm(&url(&server), &Passage::default());
    fetch(&door, &server.at("/now")).await.unwrap();
    assert_eq!(server.so_far(), [Event::Opened(0), Event::Asked(0, "/now".to_owned())]);
}

#[tokio::test]
async fn as_many_open_as_requests_are_expected_and_never_many() {
    let mut server = Server::start(None, &[]).await;
    let door = door();
    for _ in 0..10 {
        door.warm(&url(&server), &Passage::default());
    }
    for number in 0..4 {
        assert_eq!(server.next().await, Event::Opened(number));
    }
    let address = server.at("/slow");
    tokio::try_join!(
        fetch(&door, &address),
        fetch(&door, &address),
        fetch(&door, &address),
        fetch(&door, &address),
    )
    .unwrap();
    let used = server.so_far();
    assert!(used.len() == 4 && used.iter().all(|event| matches!(event, Event::Asked(..))), "{used:?}");
}

#[tokio::test]
async fn none_opens_where_one_stands_idle() {
    let mut server = Server::start(None, &[]).await;
    let door = door();
    fetch(&door, &server.at("/1")).await.unwrap();
    door.warm(&url(&server), &Passage::default());
    settle().await;
    assert!(fetch(&door, &server.at("/2")).await.unwrap().phases.reused);
    assert!(server.so_far().iter().all(|event| *event != Event::Opened(1)));
    // Two are expected now, and one connection stands.
    door.warm(&url(&server), &Passage::default());
    door.warm(&url(&server), &Passage::default());
    assert_eq!(server.next().await, Event::Opened(1));
}

#[tokio::test]
async fn one_that_the_server_closed_is_not_used() {
    let mut server = Server::start(None, &[0]).await;
    let other = Server::start(None, &[]).await;
    let door = door();
    door.warm(&url(&server), &Passage::default());
    while server.next().await != Event::Closed(0) {}
    // While this comes and goes, the news of the closed connection arrives.
    fetch(&door, &other.at("/")).await.unwrap();
    assert!(!fetch(&door, &server.at("/now")).await.unwrap().phases.reused);
    assert_eq!(server.so_far(), [Event::Opened(1), Event::Asked(1, "/now".to_owned())]);
}

#[tokio::test]
async fn one_that_nobody_uses_is_closed_in_time_or_with_the_door() {
    let mut server = Server::start(None, &[]).await;
    let first = door();
    first.warm(&url(&server), &Passage::default());
    assert_eq!(server.next().await, Event::Opened(0));
    drop(first);
    assert_eq!(server.next().await, Event::Closed(0));
    let second = Door::new(Settings { hold: Duration::from_millis(20), ..Settings::default() }).unwrap();
    second.warm(&url(&server), &Passage::default());
    assert_eq!(server.next().await, Event::Opened(1));
    assert_eq!(server.next().await, Event::Closed(1));
    drop(second);
}

#[tokio::test]
async fn nobody_hears_of_a_host_that_is_not_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let door = door();
    for address in [address.as_str(), "data:text/plain,x", "http://no-such-host.invalid/"] {
        door.warm(&address.parse().unwrap(), &Passage::default());
    }
    let refused = fetch(&door, &address).await.unwrap_err();
    assert!(matches!(&refused, SendError::Connect(words) if words.contains("refused")), "{refused}");
}

#[test]
fn outside_of_a_runtime_nothing_happens() {
    door().warm(&"http://127.0.0.1:9/".parse().unwrap(), &Passage::default());
}
