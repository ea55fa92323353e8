//! Time and reuse without TLS.

use domain::time::Span;

use super::server::{Event, Server};
use super::{door, fetch};

#[tokio::test]
async fn the_time_of_a_request_is_told_apart() {
    let server = Server::start(None, &[]).await;
    let address = server.at("/slow").replace("127.0.0.1", "localhost");
    let phases = fetch(&door(), &address).await.unwrap().phases;
    assert!(phases.name > Span(0) && phases.connect > Span(0), "{phases:?}");
    assert_eq!((phases.tls, phases.reused), (Span(0), false), "{phases:?}");
    // The server waits 20 milliseconds before each of the two.
    assert!(phases.answer >= Span(18_000) && phases.body >= Span(18_000), "{phases:?}");
}

#[tokio::test]
async fn a_connection_that_was_open_costs_nothing() {
    let mut server = Server::start(None, &[]).await;
    let door = door();
    assert!(!fetch(&door, &server.at("/1")).await.unwrap().phases.reused);
    let again = fetch(&door, &server.at("/2")).await.unwrap().phases;
    assert!(again.reused && again.answer > Span(0), "{again:?}");
    assert_eq!((again.name, again.connect, again.tls), (Span(0), Span(0), Span(0)));
    let (first, second) = (Event::Asked(0, "/1".to_owned()), Event::Asked(0, "/2".to_owned()));
    assert_eq!(server.so_far(), [Event::Opened(0), first, second]);
}

#[tokio::test]
async fn an_idle_connection_that_the_server_closed_is_not_used() {
    let mut server = Server::start(None, &[]).await;
    let other = Server::start(None, &[]).await;
    let door = door();
    fetch(&door, &server.at("/last")).await.unwrap();
    while server.next().await != Event::Closed(0) {}
    // While this comes and goes, the news of the closed connection arrives.
    fetch(&door, &other.at("/")).await.unwrap();
    assert!(!fetch(&door, &server.at("/2")).await.unwrap().phases.reused);
    assert_eq!(server.so_far(), [Event::Opened(1), Event::Asked(1, "/2".to_owned())]);
}
