//! The limits of services, what they say of them, and what a client may do within them.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use rehearsal::{Fault, Left, Plan, Rate, Rehearsal, RetryAfter, ServiceLimit, Times};
use serde_json::json;

use crate::client::{Seen, ask, source};

/// Two requests to an echo that takes one in an hour; the second is over the limit.
async fn over(retry_after: RetryAfter, left: Left) -> (Seen, Seen) {
    let rate = Rate { every: Duration::from_secs(3_600), burst: 1 };
    let limit = ServiceLimit { rate: Some(rate), retry_after, left, ..ServiceLimit::default() };
    let rehearsal = Rehearsal::start(Plan::instant().limited("echo", limit)).await.unwrap();
    let echo = rehearsal.echo_source();
    let first = ask(&echo, "/echo/a").send().await;
    let write = ask(&echo, "/echo/a").method("POST").body(&json!({ "value": 1 })).send().await;
    assert_eq!((first.status, write.status), (200, 429));
    assert_eq!(rehearsal.echo_writes().len(), 0, "what is over the limit does nothing");
    rehearsal.stop().await;
    (first, write)
}

#[tokio::test]
async fn a_rate_is_told_in_each_form() {
    let (within, over_it) = over(RetryAfter::Seconds, Left::Drafts).await;
    assert_eq!((&*within.headers["ratelimit-limit"], &*within.headers["ratelimit-remaining"]), ("1", "0"));
    assert_eq!((&*within.headers["ratelimit-reset"], &*over_it.headers["retry-after"]), ("3600", "3600"));

    let (within, over_it) = over(RetryAfter::Date, Left::Structured).await;
    assert_eq!(within.headers["ratelimit-policy"], "\"all\";q=1;w=3600");
    assert_eq!(within.headers["ratelimit"], "\"all\";r=0;t=3600");
    let back = httpdate::parse_http_date(&over_it.headers["retry-after"]).unwrap();
    let wait = back.duration_since(SystemTime::now()).unwrap();
    assert!((3_500..=3_601).contains(&wait.as_secs()), "{wait:?}");

    let (within, over_it) = over(RetryAfter::Silent, Left::Epoch).await;
    let reset: u64 = within.headers["x-ratelimit-reset"].parse().unwrap();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    assert!((now + 3_500..=now + 3_601).contains(&reset));
    assert!(!over_it.headers.contains_key("retry-after"));

    let (within, _) = over(RetryAfter::Silent, Left::Silent).await;
    assert!(within.headers.keys().all(|name| !name.contains("ratelimit")));
}

#[tokio::test]
async fn no_more_are_under_way_than_may_be() {
    let limit = ServiceLimit::in_flight(3);
    let rehearsal = Rehearsal::start(Plan::instant().limited("echo", limit)).await.unwrap();
    let echo = rehearsal.echo_source();
    // Three that never end take all places; what a fault strikes is under way like anything else.
    rehearsal.faults().set("echo", "/echo/hang", Fault::Hang, Times::Always);
    let hanging: Vec<_> = (0..3)
        .map(|_| {
            let echo = echo.clone();
            tokio::spawn(async move { ask(&echo, "/echo/hang").send().await })
        })
        .collect();
    while rehearsal.requests().len() < 3 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(ask(&echo, "/echo/a").send().await.status, 429);
    // A client that leaves gives its place back.
    for asking in &hanging {
        asking.abort();
    }
    while ask(&echo, "/echo/a").send().await.status != 200 {}
    let requests = rehearsal.requests();
    assert!(requests[..3].iter().all(|request| request.status.is_none()));
    rehearsal.stop().await;
}

#[tokio::test]
async fn a_place_is_free_as_soon_as_its_answer_is_there() {
    let limit = ServiceLimit::in_flight(1);
    let rehearsal = Rehearsal::start(Plan::instant().limited("echo", limit)).await.unwrap();
    let echo = rehearsal.echo_source();
    rehearsal.faults().series(
        "echo",
        "/echo/a",
        [Fault::Truncate, Fault::SlowDrip { every: Duration::from_millis(1), bytes: 9 }, Fault::WrongLength],
    );
    for _ in 0..6 {
        assert_eq!(ask(&echo, "/echo/a").send().await.status, 200);
    }
    let requests = rehearsal.requests();
    assert!(requests.windows(2).all(|pair| pair[0].ended_us.unwrap() <= pair[1].began_us));
    rehearsal.stop().await;
}

#[tokio::test]
async fn what_overlaps_is_seen_to_overlap() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let echo = rehearsal.echo_source();
    join_all([ask(&echo, "/echo/a?ms=600").send(), ask(&echo, "/echo/b?ms=600").send()]).await;
    let [first, second] = &rehearsal.requests()[..] else { panic!("two requests") };
    assert!(second.began_us < first.ended_us.unwrap());
    assert!(first.ended_us.unwrap() - first.began_us >= 600_000);
    rehearsal.forget_requests();
    assert_eq!(rehearsal.requests().len(), 0);
    ask(&echo, "/echo/c").send().await;
    assert_eq!(rehearsal.requests()[0].status, Some(200), "the log goes on after it has forgotten");
    rehearsal.stop().await;
}

#[tokio::test]
async fn source_files_keep_within_what_the_services_take() {
    let limited = Rehearsal::start(Plan { rate_limits: true, ..Plan::instant() }).await.unwrap();
    for demo in limited.sources() {
        let file: toml::Table = demo.toml.parse().unwrap();
        let limits = file["limits"].as_table().unwrap();
        let burst = limits["burst"].as_integer().unwrap();
        let target = if demo.name == "people" { "/employees/17" } else { "/openapi.json" };
        let seen = join_all((0..burst).map(|_| ask(&demo, target).send())).await;
        let statuses: BTreeSet<u16> = seen.iter().map(|seen| seen.status).collect();
        assert_eq!(statuses, BTreeSet::from([200]), "{}", demo.name);
        let really: i64 = seen[0].headers["ratelimit-limit"].parse().unwrap();
        assert!(limits["per_second"].as_integer().unwrap() <= 25 && burst < really);
    }
    limited.stop().await;

    let free = Rehearsal::start(Plan::instant()).await.unwrap();
    assert!(free.sources().iter().all(|demo| !demo.toml.contains("per_second")));
    free.stop().await;
}

#[tokio::test]
async fn a_key_is_honoured_where_the_source_file_names_its_header() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let named = |toml: &str| toml.contains("idempotency_header = \"Idempotency-Key\"");
    let naming: Vec<_> = rehearsal.sources().into_iter().filter(|demo| named(&demo.toml)).collect();
    assert_eq!(naming.iter().map(|demo| demo.name.as_str()).collect::<Vec<_>>(), ["billing"]);

    let billing = source(&rehearsal, "billing");
    let open = ask(&billing, "/invoices?status=open&per_page=1").send().await.json()["data"][0]["id"].clone();
    let target = format!("/invoices/{open}/reminders");
    let remind =
        || ask(&billing, &target).method("POST").header("idempotency-key", "k-1").body(&json!({})).send();
    let (first, again) = (remind().await, remind().await);
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!((first.status, first.json()["reminders"].as_u64()), (201, Some(1)));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let other = ask(&billing, &target).method("POST").header("idempotency-key", "k-2").body(&json!({}));
    assert_eq!(other.send().await.json()["reminders"], 2);
    let misused = ask(&billing, "/invoices/1/reminders").method("POST").header("idempotency-key", "k-1");
    assert_eq!(misused.body(&json!({})).send().await.status, 422);
    let keys: Vec<_> =
        rehearsal.requests().into_iter().filter_map(|request| request.idempotency_key).collect();
    assert_eq!(keys, ["k-1", "k-1", "k-2", "k-1"]);
    rehearsal.stop().await;
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_not_done_again_under_its_key() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let records = rehearsal.records_source();
    rehearsal.faults().series("records", "/records/a", [Fault::LostAnswer, Fault::Status(503)]);
    let append = || {
        let append = ask(&records, "/records/a/append").method("POST").body(&json!({ "entry": "x" }));
        append.header("idempotency-key", "k").send()
    };
    assert_eq!([append().await.status, append().await.status, append().await.status], [0, 503, 200]);
    assert_eq!(rehearsal.records()["a"].entries, ["x"]);
    rehearsal.stop().await;
}
