//! What screens query follows from the entries, and what does not is found.

use domain::id::Seq;
use domain::view::FindingKind;

use crate::scene::{Scene, sound};
use crate::story;

#[tokio::test]
async fn after_a_varied_story_a_rebuild_agrees() {
    let scene = Scene::new();
    let store = scene.create().await;
    story::tell(&scene, &store).await;
    assert_eq!(store.reader().check_projections().await.unwrap(), []);
    store.close().await;
    let (store, recovery) = scene.open().await;
    assert!(recovery.is_empty(), "{recovery:?}");
    story::tell(&scene, &store).await;
    assert_eq!(store.reader().check_projections().await.unwrap(), []);
    sound(&store.reader()).await;
}

#[tokio::test]
async fn a_tampered_row_is_found_and_named() {
    let scene = Scene::new();
    let store = scene.create().await;
    let story = story::tell(&scene, &store).await;
    let reader = store.reader();
    let call = reader.call(story.calls[0], 0).await.unwrap().unwrap().row.seq;
    let cases: [(&str, &str, Option<Seq>); 7] = [
        (
            "UPDATE call SET outcome = 'failed' WHERE handle = 1 AND turn IS NOT NULL",
            "outcome differ",
            Some(call),
        ),
        ("UPDATE conversation SET title = 'Something else'", "title differ", None),
        ("DELETE FROM call_entry WHERE seq = 20", "lacks a row", Some(Seq(20))),
        (
            "INSERT INTO setting VALUES ('policy', 1, '\"allow\"')",
            "has a row that no entry gives: policy",
            None,
        ),
        ("UPDATE answered SET untied = 0, tied = 9", "tied differ", None),
        ("DELETE FROM source", "lacks a row", None),
        (
            "UPDATE model SET definition = replace(definition, '127.0.0.1', '6.6.6.6')",
            "definition differ",
            None,
        ),
    ];
    for (tamper, words, seq) in cases {
        let mut sql = scene.raw();
        let transaction = sql.transaction().unwrap();
        assert!(transaction.execute(tamper, []).unwrap() > 0, "{tamper}");
        transaction.commit().unwrap();
        let findings = reader.check_projections().await.unwrap();
        let found = findings.iter().find(|finding| finding.words.contains(words));
        let found = found.unwrap_or_else(|| panic!("{tamper}: {findings:?}"));
        assert_eq!(found.kind, FindingKind::Projection);
        assert!(seq.is_none_or(|seq| found.seq == Some(seq)), "{found:?}");
    }
    // Each of the seven stands for itself, and what stands in a column is not told.
    let findings = reader.check_projections().await.unwrap();
    assert!(findings.len() >= 7 && !findings.iter().any(|finding| finding.words.contains("Something")));
}

#[tokio::test]
async fn an_entry_that_does_not_read_is_named() {
    let scene = Scene::new();
    let store = scene.create().await;
    story::tell(&scene, &store).await;
    scene
        .raw()
        .execute_batch(
            "DROP TRIGGER entry_stays; UPDATE entry SET body = CAST(' ' || body AS BLOB) WHERE seq = 5",
        )
        .unwrap();
    let findings = store.reader().check_projections().await.unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].kind, findings[0].seq), (FindingKind::Altered, Some(Seq(5))));
}
