//! Anchors at work: what is on record before and after a checkpoint is shown, and what happens when one does not take it.

use std::path::Path;

use domain::anchor::{AnchorPlace, AnchorSpec, AnchorView};
use domain::id::Seq;
use domain::json::Json;
use domain::view::{FindingKind, Part, VerifyReport};
use engine::{Code, Engine};
use rehearsal::Rehearsal;
use serde_json::json;

use crate::openssl::{KeyKind, Listening, OpenSsl};
use crate::scene::{Scene, watch};

pub(crate) fn folder(name: &str, path: &Path) -> AnchorSpec {
    let path = path.to_str().unwrap().to_owned();
    AnchorSpec { name: name.to_owned(), place: AnchorPlace::Folder { path } }
}

pub(crate) fn witness(name: &str, rehearsal: &Rehearsal) -> AnchorSpec {
    let witness = rehearsal.witness();
    AnchorSpec { name: name.to_owned(), place: AnchorPlace::Witness { url: witness.url, vkey: witness.vkey } }
}

/// The key of a trail, as its first entry has it.
pub(crate) async fn first_vkey(engine: &Engine) -> String {
    let Json(body) = engine.entry(Seq(0)).await.unwrap().body;
    body["vkey"].as_str().unwrap().to_owned()
}

pub(crate) async fn verified(engine: &Engine) -> VerifyReport {
    engine.verify(|_, _| std::ops::ControlFlow::Continue(())).await.unwrap().unwrap()
}

/// Something that is recorded.
pub(crate) async fn go_on(engine: &Engine, value: u32) {
    engine.set_setting("test.value", Json(json!(value))).await.unwrap();
}

/// The bodies of the entries of these types, in order.
pub(crate) async fn told(engine: &Engine, kinds: &[&str]) -> Vec<serde_json::Value> {
    let mut bodies = Vec::new();
    for seq in 0..engine.size().await.unwrap() {
        let entry = engine.entry(Seq(seq)).await.unwrap();
        if kinds.contains(&entry.kind.as_str()) {
            bodies.push(entry.body.0);
        }
    }
    bodies
}

fn held(view: &AnchorView) -> u64 {
    assert_eq!(view.failure, None);
    view.last.unwrap().size
}

#[tokio::test]
async fn a_checkpoint_is_on_record_before_it_leaves_and_its_proof_afterwards() {
    let scene = Scene::in_memory().await;
    let share = tempfile::tempdir().unwrap();
    assert!(scene.rehearsal.follow(&first_vkey(&scene.engine).await));
    scene.engine.save_anchor(witness("notary", &scene.rehearsal)).await.unwrap();
    scene.engine.save_anchor(folder("share", share.path())).await.unwrap();
    for round in 0..3 {
        go_on(&scene.engine, round).await;
        let size = scene.engine.size().await.unwrap();
        let views = scene.engine.anchor_now().await.unwrap();
        assert!(views.len() == 2 && views.iter().all(|view| held(view) >= size), "{views:?}");
    }
    let told = told(&scene.engine, &["anchor.sent", "anchor.recorded", "anchor.failed"]).await;
    let mut sent = Vec::new();
    for body in &told {
        let place = (body["anchor"].as_str().unwrap(), body["size"].as_u64().unwrap());
        match (body["type"].as_str().unwrap(), place.0) {
            ("anchor.sent", "notary") => {
                assert!(body["endpoint"].as_str().unwrap().ends_with("/witness/add-checkpoint"));
                sent.push(place);
            }
            ("anchor.recorded", "notary") => assert_eq!(sent.pop(), Some(place)),
            ("anchor.recorded", "share") => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(sent, []);
    // Cosigned from where it stood, at the first go: no request was answered with anything but a cosignature.
    let asked = scene.rehearsal.requests().into_iter().filter(|request| request.service == "witness");
    assert_eq!(asked.filter(|request| request.status != Some(200)).count(), 0);

    let report = verified(&scene.engine).await;
    assert_eq!(report.findings, []);
    assert_eq!(report.anchored, scene.engine.anchors().await.unwrap()[1].last.map(|last| last.size));
    scene.close().await;
}

#[tokio::test]
async fn a_witness_that_holds_an_older_checkpoint_than_we_know_gets_its_proof_at_once() {
    let scene = Scene::in_memory().await;
    scene.rehearsal.follow(&first_vkey(&scene.engine).await);
    scene.engine.test_anchor(&witness("one", &scene.rehearsal)).await.unwrap();
    go_on(&scene.engine, 1).await;
    // Under another name nothing is known of what it cosigned, so it is asked from 0 and says better.
    let words = scene.engine.test_anchor(&witness("other", &scene.rehearsal)).await.unwrap();
    assert!(words.starts_with("the witness other cosigned the checkpoint over"), "{words}");
    assert_eq!(told(&scene.engine, &["anchor.sent"]).await.len(), 3);
    assert_eq!(told(&scene.engine, &["anchor.recorded"]).await.len(), 2);
    scene.close().await;
}

#[tokio::test]
async fn a_failure_is_on_record_with_its_words_and_passes() {
    let scene = Scene::in_memory().await;
    scene.engine.save_anchor(witness("notary", &scene.rehearsal)).await.unwrap();
    let [view] = &scene.engine.anchor_now().await.unwrap()[..] else { panic!("one anchor") };
    let words = &view.failure.as_ref().unwrap().words;
    assert!(view.last.is_none() && words.contains("does not know this trail"), "{words}");
    assert_eq!(scene.engine.disputes().await.unwrap(), []);
    let refused = scene.engine.test_anchor(&view.spec).await.unwrap_err();
    assert_eq!((refused.code(), refused.to_string()), (Code::BadInput, words.clone()));

    scene.rehearsal.follow(&first_vkey(&scene.engine).await);
    let [view] = &scene.engine.anchor_now().await.unwrap()[..] else { panic!("one anchor") };
    held(view);
    scene.engine.remove_anchor("notary").await.unwrap();
    assert_eq!(scene.engine.remove_anchor("notary").await.unwrap_err().code(), Code::NotFound);
    assert_eq!(scene.engine.anchors().await.unwrap(), []);
    scene.close().await;
}

#[tokio::test]
async fn what_is_no_anchor_is_refused_in_words() {
    let scene = Scene::in_memory().await;
    let before = scene.engine.size().await.unwrap();
    let wrong = AnchorSpec {
        name: "a b".to_owned(),
        place: AnchorPlace::Timestamp { url: "http://tsa.example/".to_owned() },
    };
    for refused in [
        scene.engine.save_anchor(wrong.clone()).await.unwrap_err(),
        scene.engine.test_anchor(&wrong).await.unwrap_err(),
    ] {
        let words = refused.to_string();
        assert!(words.contains("name = \"a b\"") && words.contains("https://"), "{words}");
    }
    assert_eq!(scene.engine.size().await.unwrap(), before, "nothing is on record of it");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_stamp_is_one_that_openssl_verifies() {
    let scene = Scene::in_memory().await;
    let openssl = std::sync::Arc::new(OpenSsl::new(KeyKind::P256, "sha256"));
    let authority = std::sync::Arc::clone(&openssl);
    let reply = move |query: &[u8]| (200, "application/timestamp-reply", authority.reply(query));
    let listening = Listening::start(Box::new(reply)).await;
    let spec =
        AnchorSpec { name: "tsa".to_owned(), place: AnchorPlace::Timestamp { url: listening.url.clone() } };
    let words = scene.engine.test_anchor(&spec).await.unwrap();
    assert!(words.starts_with("the authority tsa stamped the checkpoint over"), "{words}");
    let report = verified(&scene.engine).await;
    assert_eq!(report.findings, []);
    assert!(report.anchored.is_some());
    scene.close().await;
}

#[tokio::test]
async fn an_anchor_that_was_just_added_holds_the_trail_by_itself_before_it_is_closed() {
    let scene = Scene::in_memory().await;
    let share = tempfile::tempdir().unwrap();
    scene.engine.save_anchor(folder("share", share.path())).await.unwrap();
    scene.engine.shutdown().await;
    let again = scene.engine.open_to_write().await.unwrap();
    let size = again.anchors().await.unwrap()[0].last.unwrap().size;
    let shelf = std::fs::read_dir(share.path()).unwrap().next().unwrap().unwrap().path();
    assert!(shelf.join(format!("{size}.checkpoint")).is_file());
    again.shutdown().await;
    scene.rehearsal.stop().await;
}

#[tokio::test]
async fn a_folder_with_a_later_checkpoint_says_that_the_trail_was_rolled_back() {
    let scene = Scene::with_a_file_of_keys().await;
    let share = tempfile::tempdir().unwrap();
    let workspace = scene.folder.path().join("workspace");
    scene.engine.save_anchor(folder("share", share.path())).await.unwrap();
    scene.engine.shutdown().await;
    let old = Copied::of(&workspace);

    let passphrase = || Some(domain::secret::Secret::new("correct horse"));
    let engine = Engine::open(&workspace, passphrase()).await.unwrap();
    scene.engine.shutdown().await;
    for value in 0..20 {
        go_on(&engine, value).await;
    }
    held(&engine.anchor_now().await.unwrap()[0]);
    engine.shutdown().await;

    old.put_back(&workspace);
    let engine = Engine::open(&workspace, passphrase()).await.unwrap();
    assert_eq!(
        engine.disputes().await.unwrap(),
        [],
        "the keys lie in the folder, so nothing here remembers more"
    );
    let views = engine.anchor_now().await.unwrap();
    assert!(views[0].failure.as_ref().unwrap().words.contains("an old copy was put back"));
    let disputes = engine.disputes().await.unwrap();
    assert_eq!((disputes[0].kind, disputes[0].part), (FindingKind::Truncated, Part::Anchors));
    let report = verified(&engine).await;
    assert_eq!(report.findings, disputes);
    let part = report.parts.iter().find(|part| part.part == Part::Anchors).unwrap();
    assert_eq!(part.findings, 1);
    engine.shutdown().await;

    // Whoever only reads sees it as well.
    let reading = Engine::open_to_read(&workspace, passphrase()).await.unwrap();
    assert_eq!(reading.disputes().await.unwrap(), disputes);

    // Nobody asks it again but a person; and who takes it out takes out what it said, on record.
    let engine = reading.open_to_write().await.unwrap();
    let size = engine.size().await.unwrap();
    engine.shutdown().await;
    let engine = reading.open_to_write().await.unwrap();
    assert_eq!(engine.size().await.unwrap(), size);
    engine.remove_anchor("share").await.unwrap();
    assert_eq!(engine.disputes().await.unwrap(), []);
    engine.shutdown().await;
    scene.rehearsal.stop().await;
}

#[tokio::test]
async fn an_answer_is_recorded_whatever_an_anchor_does() {
    let scene = Scene::in_memory().await;
    let gone = AnchorSpec {
        name: "gone".to_owned(),
        place: AnchorPlace::Folder {
            path: scene.folder.path().join("not-there").to_str().unwrap().to_owned(),
        },
    };
    scene.engine.save_anchor(gone).await.unwrap();
    scene.script(Vec::new());
    scene.ask(None, watch).await;
    let views = scene.engine.anchor_now().await.unwrap();
    assert!(views[0].failure.as_ref().unwrap().words.contains("is not there"));
    scene.close().await;
}

/// A workspace's folder as it was.
pub(crate) struct Copied(tempfile::TempDir);

impl Copied {
    pub(crate) fn of(workspace: &Path) -> Self {
        let to = tempfile::tempdir().unwrap();
        copy(workspace, to.path());
        Self(to)
    }

    pub(crate) fn put_back(&self, workspace: &Path) {
        std::fs::remove_dir_all(workspace).unwrap();
        std::fs::create_dir(workspace).unwrap();
        copy(self.0.path(), workspace);
    }
}

fn copy(from: &Path, to: &Path) {
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}
