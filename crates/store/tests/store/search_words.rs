//! Words are found where they stand, in nobody else's call, and nowhere once they are erased.

use domain::care::EraseScope;
use domain::filter::{Condition, Filter, Test};
use domain::id::CallId;
use domain::payload::PayloadRole;
use store::{Reader, Store};

use crate::scene::{KEY, Scene, raw};
use crate::story::Requested;
use crate::{care, story};

async fn found(reader: &Reader, words: &str) -> Vec<CallId> {
    let condition = Condition { not: false, any: vec![Test::Words(words.to_owned())] };
    let page = reader.search(Filter { conditions: vec![condition] }, None, 100).await.unwrap();
    page.rows.into_iter().map(|row| row.call).collect()
}

async fn returned(scene: &Scene, store: &Store, tool: &str, arguments: &str, result: &str) -> CallId {
    let call = CallId::new(1, scene.fresh());
    let requested = Requested { call, batch: None, turn: None, position: 0, tool };
    store.append(vec![requested.draft(scene, None, arguments)]).await.unwrap();
    let result = scene.payload(PayloadRole::Result, result);
    let ended = domain::fact::Fact::CallEnded {
        call,
        outcome: domain::outcome::Outcome::Returned,
        failure: None,
        status: Some(200),
        result: Some(result.commitment()),
        words: None,
        size: result.bytes().len() as u64,
        cut_from: None,
        took: domain::time::Span(1),
        label: domain::label::Label::unlabelled(),
        from: None,
        phases: None,
        findings: None,
    };
    store.append(vec![scene.draft(None, ended, vec![result])]).await.unwrap();
    call
}

#[tokio::test]
async fn words_are_found_in_every_part_of_a_call() {
    let scene = Scene::new();
    let store = scene.create().await;
    let story = story::tell(&scene, &store).await;
    let reader = store.reader();
    let acme = returned(
        &scene,
        &store,
        "billing.open_invoices",
        r#"{"customer": "Acme GmbH", "city": "Z\u00fcrich"}"#,
        r#"{"rows": [{"street": "Hafenstraße 7", "open": 1204.50}, "two\nlines"], "none": null}"#,
    )
    .await;
    let other =
        returned(&scene, &store, "crm.find", r#"{"q": "GmbH acme"}"#, "plain text, no JSON: <b>bold</b>")
            .await;
    for (words, calls) in [
        ("acme", vec![other, acme]),
        ("acme gmbh", vec![acme]),
        ("GMBH  ACME", vec![other]),
        ("zurich", vec![acme]),
        ("Zürich", vec![acme]),
        ("hafenstraße", vec![acme]),
        ("1204.50", vec![acme]),
        ("street", vec![acme]),
        ("two lines", vec![acme]),
        ("null", vec![]),
        ("open_invoices", vec![acme]),
        ("bold", vec![other]),
        ("did not work", vec![story.calls[3], story.calls[2], story.calls[1]]),
        ("call back", vec![story.calls[1]]),
        // A phrase does not go from one part of a call to the next, nor do prompts and answers belong to one.
        ("customer 7", vec![]),
        ("messages", vec![]),
        ("norda", vec![]),
    ] {
        assert_eq!(found(&reader, words).await, calls, "{words}");
    }
    assert_eq!(reader.check_projections().await.unwrap(), []);
}

#[tokio::test]
async fn of_a_long_result_the_beginning_is_searched() {
    let scene = Scene::new();
    let store = scene.create().await;
    let long = format!("[\"first\", \"{}\", \"last\"]", "filling ".repeat(60_000));
    let call = returned(&scene, &store, "crm.find", "{}", &long).await;
    assert_eq!(found(&store.reader(), "first filling").await, [call]);
    assert_eq!(found(&store.reader(), "last").await, []);
}

#[tokio::test]
async fn words_that_nobody_put_there_yet_are_put_when_a_reader_searches() {
    let scene = Scene::new();
    let store = scene.create().await;
    let call = returned(&scene, &store, "crm.find", "{}", "\"needle\"").await;
    store.close().await;
    raw(scene.dir()).execute("INSERT OR IGNORE INTO lacking_words SELECT seq FROM call", []).unwrap();
    let reader = Reader::open(scene.dir(), store::DatabaseKey::new(KEY)).await.unwrap();
    assert_eq!(found(&reader, "needle").await, [call]);
    assert_eq!(reader.check_projections().await.unwrap(), []);
}

#[tokio::test]
async fn words_that_are_not_what_the_payloads_say_are_found_out() {
    let scene = Scene::new();
    let store = scene.create().await;
    let call = returned(&scene, &store, "crm.find", r#"{"q": "x"}"#, "\"needle\"").await;
    let reader = store.reader();
    assert_eq!(found(&reader, "needle").await, [call]);
    let seq = reader.call(call, 0).await.unwrap().unwrap().row.seq;
    for tamper in [
        "INSERT INTO words (rowid, result) VALUES (99, 'planted')",
        "INSERT INTO words (words, rowid, tool, arguments, result, ending) VALUES ('delete', 99, '', '', 'planted', '');
         INSERT INTO words (words, rowid, tool, arguments, result, ending)
           SELECT 'delete', seq, 'crm.find', 'q x', 'needle', '' FROM call",
        "INSERT INTO words (rowid, tool, arguments, result, ending) SELECT seq, 'crm.find', 'q x', 'needle', '' FROM call;
         DELETE FROM text",
    ] {
        scene.raw().execute_batch(tamper).unwrap();
        let findings = reader.check_projections().await.unwrap();
        assert_eq!(findings.len(), 1, "{tamper}: {findings:?}");
        assert!(findings[0].words.contains("words that are searched"), "{findings:?}");
        assert!(tamper.contains("99") || findings[0].seq == Some(seq));
    }
}

/// Which calls bring words that will be erased: the first, one in the middle and the last, with words before all others,
/// between them and after all others.
const SECRETS: [(usize, &str); 3] = [(0, "000quokka"), (17, "walrusses"), (39, "žzzjaguar")];

/// Everything that the index keeps, as bytes.
fn index_bytes(scene: &Scene) -> Vec<u8> {
    let sql = raw(scene.dir());
    let mut all = Vec::new();
    for text in ["SELECT block FROM words_data", "SELECT CAST(term AS BLOB) FROM words_idx"] {
        let mut statement = sql.prepare(text).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        for row in rows {
            all.extend(row.unwrap());
            all.push(0xFF);
        }
    }
    all
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

#[tokio::test]
async fn erased_words_are_in_no_page_of_the_index_and_found_no_more() {
    let scene = Scene::new();
    let store = scene.create().await;
    let reader = store.reader();
    let mut calls = Vec::new();
    // Many words around them, so that what goes shares pages with what stays.
    for number in 0..40 {
        let secret = SECRETS.iter().find(|(call, _)| *call == number).map_or("", |(_, secret)| secret);
        let result = format!("[\"{number}qx kept{number} shared\", \"{secret}\"]");
        calls
            .push(returned(&scene, &store, "crm.find", &format!("{{\"id\": \"a{number}\"}}"), &result).await);
    }
    for (call, secret) in SECRETS {
        assert_eq!(found(&reader, secret).await, [calls[call]]);
        // A leaf keeps of each word what differs from the one before it: of these all but a letter or two.
        assert!(holds(&index_bytes(&scene), &secret[3..]));
    }
    for (call, secret) in SECRETS {
        let scope = EraseScope::Calls { calls: vec![calls[call]] };
        let meant = reader.erasable(scope, |_, _| {}).await.unwrap();
        care::erase(&scene, &store, &meant.targets).await;
        assert!(!holds(&index_bytes(&scene), &secret[3..]), "{secret}");
        assert_eq!(found(&reader, secret).await, []);
    }
    assert_eq!(found(&reader, "shared").await.len(), calls.len() - SECRETS.len());
    let sql = raw(scene.dir());
    let mut statement = sql.prepare("SELECT packed FROM text").unwrap();
    let texts: Vec<Vec<u8>> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for packed in texts {
        let text = zstd::stream::decode_all(packed.as_slice()).unwrap();
        assert!(SECRETS.iter().all(|(_, secret)| !holds(&text, secret)));
    }
    drop(statement);
    drop(sql);
    assert_eq!(reader.check_projections().await.unwrap(), []);
    assert_eq!(scene.dir().join("projections.db-wal").metadata().unwrap().len(), 0);
}
