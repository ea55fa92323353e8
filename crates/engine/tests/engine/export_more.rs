//! Bundles of trails to which more happened, and bundles that nobody of ours made.

use std::ops::ControlFlow;

use domain::bundle::{BundleScope, DocumentForm};
use domain::care::HoldScope;
use domain::id::TurnId;
use domain::view::Part;
use engine::{Against, CallQuery, Code, EraseInput, OpenBundle};
use serde_json::Value;

use crate::anchors::{first_vkey, folder, go_on, witness};
use crate::export::{Asked, files, quietly, verified, witnessed, zipped};

/// A witness that never saw this trail.
const STRANGER: &str = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

/// Keys, anchors, holds and erasing all leave entries of the trail that a conversation's bundle needs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_takes_along_what_it_is_judged_by() {
    let asked = Asked::demo().await;
    let engine = &asked.scene.engine;
    let first = first_vkey(engine).await;
    asked.scene.rehearsal.follow(&first);
    let share = asked.file("share");
    std::fs::create_dir(&share).unwrap();
    engine.save_anchor(folder("share", &share)).await.unwrap();
    engine.save_anchor(witness("notary", &asked.scene.rehearsal)).await.unwrap();
    let mut shown = 0;
    for view in engine.anchor_now().await.unwrap() {
        assert_eq!(view.failure, None);
        shown = view.last.unwrap().size;
    }

    let calls =
        engine.calls(CallQuery { conversation: Some(asked.conversation), ..CallQuery::default() }).await;
    let calls = calls.unwrap();
    let elsewhere =
        engine.calls(CallQuery { source: Some("echo".into()), ..CallQuery::default() }).await.unwrap();
    let held = engine.add_hold(HoldScope::Call { call: calls[0].call }, "a dispute").await.unwrap();
    engine
        .add_hold(HoldScope::Conversation { conversation: elsewhere[0].conversation.unwrap() }, "x")
        .await
        .unwrap();
    engine.erase(&EraseInput::Call { call: calls[1].call }, "asked for", |_, _| {}).await.unwrap();
    engine.release_hold(held.id, "settled").await.unwrap();
    engine.erase(&EraseInput::Call { call: calls[0].call }, "asked for", |_, _| {}).await.unwrap();
    let newest = engine.rotate_key().await.unwrap();
    go_on(engine, 1).await;

    for (number, scope) in
        [asked.whole(), BundleScope::Answer { turn: asked.turn }, BundleScope::Trail].into_iter().enumerate()
    {
        let (path, _) = asked.made(scope, true, &format!("{number}.tieout")).await;
        let report = verified(&path).await;
        assert_eq!(report.findings, []);
        assert_eq!(report.vkeys, [first.clone(), newest.clone()]);
        let anchors = report.parts.iter().find(|part| part.part == Part::Anchors).unwrap();
        assert!(anchors.checked >= 2 && report.anchored.is_some(), "{:?}", report.parts);
        let bundle = OpenBundle::open(&path, None).await.unwrap();
        assert_eq!(bundle.manifest().vkey, newest);
        for vkey in [&first, &newest] {
            let against = Against { vkey: Some(vkey.clone()), ..Against::default() };
            let report = bundle.verify(&against, quietly).await.unwrap().unwrap();
            assert_eq!(report.findings, []);
        }
        // Who trusts the witness learns how far it vouches; one that never saw the trail vouches for nothing.
        let notary = asked.scene.rehearsal.witness().vkey;
        let report = witnessed(&path, &[notary.clone(), STRANGER.to_owned()]).await;
        assert_eq!(report.findings, []);
        let sizes: Vec<_> = report.witnesses.iter().map(|witness| (&witness.vkey, witness.size)).collect();
        assert_eq!(sizes, [(&notary, Some(shown)), (&STRANGER.to_owned(), None)]);
        // A key that can't be read is no silence.
        assert_eq!(witnessed(&path, &["nobody+00000000+AA".to_owned()]).await.findings.len(), 1);
        let holds = files(&path).into_iter().filter(|(name, bytes)| {
            name.starts_with("entries/") && bytes.windows(8).any(|part| part == b"hold.set")
        });
        assert_eq!(
            holds.count(),
            if scope == BundleScope::Trail { 0 } else { 1 },
            "the other's hold is not its"
        );
    }
    asked.scene.engine.shutdown().await;
    asked.scene.rehearsal.stop().await;
}

/// A bundle whose entries are copied, renumbered and mixed must be shown, however little sense it makes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_that_makes_no_sense_is_shown_all_the_same() {
    let asked = Asked::demo().await;
    let (path, _) = asked.made(asked.whole(), true, "sound.tieout").await;
    let sound = files(&path);
    let bodies: Vec<(u64, Value)> = sound
        .iter()
        .filter(|(name, _)| name.starts_with("entries/"))
        .map(|(_, bytes)| serde_json::from_slice::<Value>(bytes).unwrap())
        .map(|value| (value["seq"].as_u64().unwrap(), value))
        .collect();
    let renumbered = |of: &dyn Fn(u64) -> Option<u64>| {
        let entries = bodies.iter().filter_map(|(seq, value)| {
            let (mut value, to) = (value.clone(), of(*seq)?);
            value["seq"] = to.into();
            Some((format!("entries/{to}.json"), serde_json::to_vec(&value).unwrap()))
        });
        entries.collect::<Vec<_>>()
    };
    let last = bodies.iter().map(|(seq, _)| *seq).max().unwrap();
    let rest: Vec<_> = sound.iter().filter(|(name, _)| !name.starts_with("entries/")).cloned().collect();
    for (number, more) in [
        // Everything twice, backwards, without a half, and at the end of all numbers.
        [renumbered(&Some), renumbered(&|seq| Some(seq + last + 1))].concat(),
        renumbered(&|seq| Some(last - seq)),
        renumbered(&|seq| seq.is_multiple_of(2).then_some(seq)),
        renumbered(&|seq| Some(9_007_199_254_740_991 - seq)),
        Vec::new(),
    ]
    .into_iter()
    .enumerate()
    {
        let file = asked.file(&format!("{number}.tieout"));
        zipped(&file, &[rest.clone(), more].concat());
        let bundle = OpenBundle::open(&file, None).await.unwrap();
        let view = bundle.view().await.unwrap();
        assert_ne!(view.report.findings, []);
        for row in &view.calls {
            bundle.call(row.call).await.unwrap();
        }
    }
    asked.scene.close().await;
}

/// An answer leaves as a document only on record, and what was recorded of it still verifies.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_of_an_answer_is_on_record() {
    let asked = Asked::demo().await;
    let engine = &asked.scene.engine;
    let answer = engine.turn(asked.turn).await.unwrap().answer.unwrap();
    for (form, name) in [(DocumentForm::Markdown, "answer.md"), (DocumentForm::Html, "answer.html")] {
        let path = asked.file(name);
        let made = engine.export_document(asked.turn, form, &path).await.unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!((made.path, made.size), (path.display().to_string(), text.len() as u64));
        assert!(text.contains(&answer.model), "{text}");
        // Nothing is written over.
        assert_eq!(engine.export_document(asked.turn, form, &path).await.unwrap_err().code(), Code::BadInput);
    }
    let report = engine.verify(|_, _| ControlFlow::Continue(())).await.unwrap().unwrap();
    assert_eq!(report.findings, []);
    let never = engine.export_document(TurnId::new(1, 1), DocumentForm::Html, &asked.file("none.html")).await;
    assert_eq!(never.unwrap_err().code(), Code::NotFound);
    assert!(!asked.file("none.html").exists());
    asked.scene.engine.shutdown().await;
    asked.scene.rehearsal.stop().await;
}
