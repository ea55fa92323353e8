//! What leaves the trail: bundles that verify by our checker and by the one that lies in each bundle, and views.

use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::bundle::{BundleMade, BundleScope};
use domain::event::Happening;
use domain::fact::Fact;
use domain::id::{ConversationId, Seq, TurnId};
use domain::view::{FindingKind, Part, VerifyReport, WireReturn, WireView, WitnessReport};
use engine::{Against, Code, Engine, EngineError, EraseInput, OpenBundle, ViewForm};
use rehearsal::Rehearsal;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::scene::{Scene, watch};

/// A key pair for tests, from age's own documentation.
const IDENTITY: &str = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
const RECIPIENT: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";

/// A key of another trail.
const OTHER_TRAIL: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

/// A scene in which somebody asked, with the folder to export to.
pub(crate) struct Asked {
    pub(crate) scene: Scene,
    pub(crate) conversation: ConversationId,
    pub(crate) turn: TurnId,
    folder: tempfile::TempDir,
}

impl Asked {
    pub(crate) async fn demo() -> Self {
        let scene = Scene::in_memory().await;
        let question = Rehearsal::demo_question().text;
        let mut turn = None;
        let (conversation, _) =
            scene.asked(engine::Question::new(question), async |_, asked, _| turn = Some(asked)).await;
        // Another conversation, which no bundle of the first may hold.
        scene.script(vec![vec![("echo__get", json!({ "id": "elsewhere" }))]]);
        scene.ask(None, watch).await;
        Self { scene, conversation, turn: turn.unwrap(), folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn whole(&self) -> BundleScope {
        BundleScope::Conversation { conversation: self.conversation }
    }

    pub(crate) async fn made(&self, scope: BundleScope, payloads: bool, name: &str) -> (PathBuf, BundleMade) {
        let path = self.file(name);
        let made = self.scene.engine.export(scope, payloads, None, &path, quietly).await.unwrap().unwrap();
        assert_eq!(made.path, path.display().to_string());
        (path, made)
    }

    async fn refused(&self, scope: BundleScope, path: &Path) -> EngineError {
        self.scene.engine.export(scope, true, None, path, quietly).await.unwrap_err()
    }
}

pub(crate) fn quietly(_: u64, _: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// What both verifiers say. They must agree whether it is sound.
pub(crate) async fn verified(path: &Path) -> VerifyReport {
    let bundle = OpenBundle::open(path, None).await.unwrap();
    let report = bundle.verify(&Against::default(), quietly).await.unwrap().unwrap();
    let found = by_python(path);
    assert_eq!(report.findings.is_empty(), found.is_empty(), "{:#?}\n{found:#?}", report.findings);
    report
}

/// The same for a reader who trusts these witnesses; both say up to where each cosigned, by its name.
pub(crate) async fn witnessed(path: &Path, witnesses: &[String]) -> VerifyReport {
    let against = Against { witnesses: witnesses.to_vec(), ..Against::default() };
    let report =
        OpenBundle::open(path, None).await.unwrap().verify(&against, quietly).await.unwrap().unwrap();
    let more: Vec<&str> = witnesses.iter().flat_map(|vkey| ["--witness", vkey]).collect();
    let said = python(path, &more);
    assert_eq!(report.findings.is_empty(), said["findings"].as_array().unwrap().is_empty(), "{said}");
    for WitnessReport { vkey, size, at } in &report.witnesses {
        assert_eq!(said["witnesses"][vkey.split('+').next().unwrap()], json!(size));
        assert_eq!(size.is_some(), at.is_some());
    }
    report
}

/// What the program in every bundle finds.
fn by_python(path: &Path) -> Vec<Value> {
    python(path, &[])["findings"].as_array().unwrap().clone()
}

fn python(path: &Path, more: &[&str]) -> Value {
    let verifier = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/verify.py");
    let ran = Command::new("python3").arg(verifier).arg(path).arg("--json").args(more).output().unwrap();
    let code = ran.status.code().unwrap();
    assert!(code == 0 || code == 3, "{}", String::from_utf8_lossy(&ran.stderr));
    let said: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(said["findings"].as_array().unwrap().is_empty(), code == 0);
    said
}

/// The files of a zip, by name.
pub(crate) fn files(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    let read = |name: String| {
        let mut bytes = Vec::new();
        zip.by_name(&name).unwrap().read_to_end(&mut bytes).unwrap();
        (name, bytes)
    };
    names.into_iter().map(read).collect()
}

/// A zip of these files, as somebody would make who changed a bundle.
pub(crate) fn zipped(path: &Path, files: &[(String, Vec<u8>)]) {
    let mut zip = ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, bytes) in files {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

pub(crate) async fn facts(engine: &Engine) -> Vec<(Seq, Option<ConversationId>, Fact)> {
    let mut facts = Vec::new();
    for seq in 0..engine.size().await.unwrap() {
        let body = engine.entry(Seq(seq)).await.unwrap().body.canonical();
        let entry = domain::entry::Entry::from_body(body.as_bytes()).unwrap();
        facts.push((entry.seq, entry.link.map(|link| link.conversation), entry.fact));
    }
    facts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_bundle_verifies_by_both_checkers() {
    let asked = Asked::demo().await;
    for (number, scope) in
        [BundleScope::Trail, asked.whole(), BundleScope::Answer { turn: asked.turn }].into_iter().enumerate()
    {
        for payloads in [true, false] {
            let preview = asked.scene.engine.export_preview(scope).await.unwrap();
            let (path, made) = asked.made(scope, payloads, &format!("{number}-{payloads}.tieout")).await;
            let report = verified(&path).await;
            assert_eq!(report.findings, []);
            assert_eq!((report.entries, made.entries), (preview.entries, preview.entries));
            assert_eq!(report.calls, preview.calls);
            assert_eq!(made.payloads, if payloads { preview.payloads } else { 0 });
            assert_eq!(report.payloads, made.payloads);
            let bytes = std::fs::read(&path).unwrap();
            assert_eq!((made.size, made.sha256), (bytes.len() as u64, domain::json::sha256_hex(&bytes)));
            let names: Vec<String> = files(&path).into_iter().map(|(name, _)| name).collect();
            let printed = names.iter().filter(|name| name.ends_with(".html")).count();
            assert_eq!(printed, if scope == BundleScope::Trail { 0 } else { 1 });
            assert!(names.iter().any(|name| name == "views/calls.csv"));
        }
    }
    asked.scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn that_it_leaves_is_on_record_before_and_after() {
    let asked = Asked::demo().await;
    let (_, made) = asked.made(asked.whole(), false, "a.tieout").await;
    asked.made(BundleScope::Trail, true, "b.tieout").await;
    let facts = facts(&asked.scene.engine).await;
    let exports: Vec<_> = facts
        .iter()
        .filter(|(_, _, fact)| matches!(fact, Fact::ExportBegun { .. } | Fact::ExportMade { .. }))
        .collect();
    let [(seq, of, begun), (_, _, after), (_, whole, _), _] = exports[..] else { panic!("{exports:?}") };
    assert!(matches!(begun, Fact::ExportBegun { payloads: false, encrypted: false, turn: None, .. }));
    assert_eq!((*of, *whole), (Some(asked.conversation), None));
    assert_eq!(*after, Fact::ExportMade { begun: *seq, sha256: made.sha256, size: made.size });
    asked.scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encrypted_bundle_opens_for_its_recipient_alone() {
    let asked = Asked::demo().await;
    let path = asked.file("a.tieout");
    let engine = &asked.scene.engine;
    let made = engine.export(asked.whole(), true, Some(RECIPIENT), &path, quietly).await.unwrap().unwrap();
    let sealed = PathBuf::from(&made.path);
    assert_eq!(sealed, asked.file("a.tieout.age"));
    let refused = OpenBundle::open(&sealed, None).await.unwrap_err();
    assert!(refused.to_string().contains("AGE-SECRET-KEY-1"), "{refused}");
    // The identity itself, or the file that holds it.
    let file = asked.file("identity.txt");
    std::fs::write(&file, format!("# created: 2026-11-20\n{IDENTITY}\n")).unwrap();
    for text in [format!(" {IDENTITY}\n"), file.display().to_string()] {
        let identity = engine::age_identity(&text).await.unwrap();
        assert!(OpenBundle::open(&sealed, Some(identity)).await.is_ok(), "{text}");
    }
    let nowhere = engine::age_identity("no/such/file").await.unwrap_err();
    assert!(nowhere.to_string().contains("AGE-SECRET-KEY-1"), "{nowhere}");
    let bundle = OpenBundle::open(&sealed, Some(domain::secret::Secret::new(IDENTITY))).await.unwrap();
    assert_eq!(bundle.verify(&Against::default(), quietly).await.unwrap().unwrap().findings, []);
    let wrong = engine.export(asked.whole(), true, Some("age1x"), &asked.file("c"), quietly).await;
    assert_eq!(wrong.unwrap_err().code(), Code::BadInput);
    let begun =
        facts(engine).await.into_iter().filter(|(_, _, fact)| matches!(fact, Fact::ExportBegun { .. }));
    assert_eq!(begun.count(), 1, "what can't be encrypted to is not announced");
    asked.scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_changed_or_taken_out_is_found_by_both() {
    let asked = Asked::demo().await;
    let (path, _) = asked.made(asked.whole(), true, "sound.tieout").await;
    let sound = files(&path);
    let changed = asked.file("changed.tieout");

    let mut altered = sound.clone();
    let body = altered
        .iter_mut()
        .find(|(name, bytes)| {
            name.starts_with("entries/") && bytes.windows(10).any(|part| part == b"call.ended")
        })
        .unwrap();
    let text = String::from_utf8(body.1.clone()).unwrap().replace("\"returned\"", "\"refused\"");
    body.1 = text.into_bytes();
    zipped(&changed, &altered);
    let report = verified(&changed).await;
    assert!(
        report.findings.iter().any(|found| found.kind == FindingKind::Altered && found.part == Part::Tree)
    );

    let call = sound.iter().find_map(|(_, bytes)| {
        let value: Value = serde_json::from_slice(bytes).ok()?;
        (value["type"] == "call.requested").then(|| value["call"].as_str().unwrap().to_owned())
    });
    let call = call.unwrap();
    let of_call = |bytes: &[u8]| {
        serde_json::from_slice::<Value>(bytes).is_ok_and(|value| value["call"] == call.as_str())
    };
    let seqs: Vec<String> = sound
        .iter()
        .filter(|(name, bytes)| name.starts_with("entries/") && of_call(bytes))
        .map(|(name, _)| name.trim_start_matches("entries/").trim_end_matches(".json").to_owned())
        .collect();
    assert!(seqs.len() >= 3, "{seqs:?}");
    let gone = |name: &str| {
        seqs.iter()
            .any(|seq| name == format!("entries/{seq}.json") || name == format!("proofs/{seq}.tlog-proof"))
    };
    let mut without: Vec<_> = sound.iter().filter(|(name, _)| !gone(name)).cloned().collect();
    let manifest = &mut without.iter_mut().find(|(name, _)| name == "manifest.json").unwrap().1;
    let mut value: Value = serde_json::from_slice(manifest).unwrap();
    value["entries"] = (value["entries"].as_u64().unwrap() - seqs.len() as u64).into();
    *manifest = serde_json::to_vec(&value).unwrap();
    zipped(&changed, &without);
    let report = verified(&changed).await;
    let gap = report.findings.iter().any(|found| found.part == Part::Conversations);
    assert!(gap, "{:#?}", report.findings);

    // What does not verify is shown all the same, with what was found.
    let view = OpenBundle::open(&changed, None).await.unwrap().view().await.unwrap();
    assert_eq!(view.report.findings, report.findings);
    assert!(!view.calls.is_empty() && view.calls.iter().all(|row| row.call.to_string() != call));
    asked.scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reviewer_sees_what_the_workspace_shows() {
    let asked = Asked::demo().await;
    let engine = &asked.scene.engine;
    for (scope, name) in [(asked.whole(), "a.tieout"), (BundleScope::Trail, "b.tieout")] {
        let (path, _) = asked.made(scope, true, name).await;
        let bundle = OpenBundle::open(&path, None).await.unwrap();
        let view = bundle.view().await.unwrap();
        assert_eq!((view.report.findings, view.against), (vec![], None));
        // A key from elsewhere: the trail's own, and one that is not its.
        for (vkey, sound) in [(bundle.manifest().vkey.as_str(), true), (OTHER_TRAIL, false)] {
            let against = Against { vkey: Some(vkey.to_owned()), ..Against::default() };
            bundle.verify(&against, quietly).await.unwrap().unwrap();
            let view = bundle.view().await.unwrap();
            assert_eq!((view.report.findings.is_empty(), view.against.as_deref()), (sound, Some(vkey)));
        }
        assert_eq!(bundle.entry(Seq(0)).await.unwrap(), engine.entry(Seq(0)).await.unwrap());
        assert_eq!(bundle.entry(Seq(1_000_000)).await.unwrap_err().code(), Code::NotFound);
        let shown = view.turns.iter().find(|turn| turn.id == asked.turn).unwrap();
        assert_eq!(*shown, engine.turn(asked.turn).await.unwrap());
        for row in shown.batches.iter().flat_map(|batch| &batch.calls) {
            let (there, here) = (bundle.call(row.call).await.unwrap(), engine.call(row.call).await.unwrap());
            assert_eq!((there.row, there.entries), (here.row, here.entries));
            let texts = |payloads: Vec<domain::view::PayloadView>| -> Vec<_> {
                payloads.into_iter().map(|payload| (payload.commitment, payload.role, payload.text)).collect()
            };
            assert_eq!(texts(there.payloads), texts(here.payloads));
        }
        let others = view.conversations.iter().filter(|row| row.id != asked.conversation).count();
        assert_eq!(others, if scope == BundleScope::Trail { 1 } else { 0 });
    }
    asked.scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_shows_what_went_to_the_model_as_far_as_it_holds_that() {
    let asked = Asked::demo().await;
    let here = asked.scene.engine.wire(asked.turn, usize::MAX).await.unwrap();
    assert!(here.len() > 1 && here.iter().all(|exchange| exchange.sent.is_some()));
    let (with, _) = asked.made(asked.whole(), true, "with.tieout").await;
    let bundle = OpenBundle::open(&with, None).await.unwrap();
    let told = bundle.wire(asked.turn, usize::MAX).await.unwrap();
    assert!(told.iter().map(bodies).eq(here.iter().map(bodies)), "byte for byte");
    assert_eq!(bundle.wire(TurnId::new(1, 1), usize::MAX).await.unwrap(), []);

    let (without, _) = asked.made(asked.whole(), false, "without.tieout").await;
    let told = OpenBundle::open(&without, None).await.unwrap().wire(asked.turn, usize::MAX).await.unwrap();
    assert_eq!(told.len(), here.len());
    for (told, mut here) in told.into_iter().zip(here) {
        assert_eq!(bodies(&told), (None, None));
        here.sent = None;
        here.returned = here.returned.map(|returned| WireReturn { received: None, ..returned });
        assert_eq!(told, here, "all but the bodies");
    }
    asked.scene.close().await;
}

/// What was sent and what came back; a bundle does not say of which media type they were.
fn bodies(exchange: &WireView) -> (Option<&str>, Option<&str>) {
    let received = exchange.returned.as_ref().and_then(|returned| returned.received.as_ref());
    (exchange.sent.as_ref().map(|sent| &*sent.text), received.map(|received| &*received.text))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_erased_is_in_no_bundle_and_every_proof_holds() {
    let asked = Asked::demo().await;
    let engine = &asked.scene.engine;
    let call = engine.calls(engine::CallQuery::default()).await.unwrap().pop().unwrap();
    let input = EraseInput::Call { call: call.call };
    let erased = engine.erase(&input, "asked for by the customer", |_, _| {}).await.unwrap();
    assert!(erased.payloads > 0);
    for (scope, name) in [(asked.whole(), "a.tieout"), (BundleScope::Trail, "b.tieout")] {
        let preview = engine.export_preview(scope).await.unwrap();
        assert_eq!(preview.erased, erased.payloads);
        let (path, _) = asked.made(scope, true, name).await;
        let report = verified(&path).await;
        assert_eq!((report.findings.as_slice(), report.erased), (&[][..], erased.payloads));
        let view = OpenBundle::open(&path, None).await.unwrap().call(call.call).await.unwrap();
        assert!(view.payloads.iter().any(|payload| payload.erased.is_some()));
    }
    asked.scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_file_is_written_over_and_none_is_left_half_made() {
    let asked = Asked::demo().await;
    let engine = &asked.scene.engine;
    let path = asked.file("mine.tieout");
    std::fs::write(&path, "mine").unwrap();
    let before = engine.size().await.unwrap();
    let refused = asked.refused(BundleScope::Trail, &path).await;
    assert_eq!(refused.code(), Code::BadInput);
    assert!(refused.to_string().contains("mine-2.tieout is free"), "{refused}");
    let nowhere = asked.file("no/such/folder.tieout");
    assert_eq!(asked.refused(BundleScope::Trail, &nowhere).await.code(), Code::BadInput);
    let nobody = BundleScope::Answer { turn: TurnId::new(1, 1) };
    assert_eq!(asked.refused(nobody, &asked.file("x")).await.code(), Code::NotFound);
    assert_eq!(engine.size().await.unwrap(), before, "what can't be made is not announced");

    let stopped = engine
        .export(BundleScope::Trail, true, None, &asked.file("stopped.tieout"), |_, _| ControlFlow::Break(()))
        .await;
    assert_eq!(stopped.unwrap(), None);
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    assert_eq!(std::fs::read_dir(asked.folder.path()).unwrap().count(), 1);
    asked.scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_exports_nothing_since_it_can_put_nothing_on_record() {
    let scene = Scene::with_a_file_of_keys().await;
    let dir = scene.folder.path().join("workspace");
    let passphrase = Some(domain::secret::Secret::new("correct horse"));
    let reader = Engine::open_to_read(&dir, passphrase).await.unwrap();
    let path = scene.folder.path().join("a.tieout");
    let refused = reader.export(BundleScope::Trail, true, None, &path, quietly).await.unwrap_err();
    assert_eq!(refused.code(), Code::ReadOnly);
    assert!(refused.to_string().contains("close it"), "{refused}");
    let refused = reader.export_view("", ViewForm::Csv, &path).await.unwrap_err();
    assert_eq!(refused.code(), Code::ReadOnly);
    assert!(!path.exists());
    assert!(reader.export_preview(BundleScope::Trail).await.unwrap().entries > 1);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_is_of_one_moment_while_a_turn_goes_on() {
    let scene = Scene::in_memory().await;
    scene.script(vec![
        (0..16).map(|id| ("echo__get", json!({ "id": id.to_string(), "ms": 40 * id }))).collect(),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let mut made = Vec::new();
    let (conversation, _) = scene
        .ask(None, async |engine, turn, what| {
            if let Happening::CallEnded { .. } = what {
                let place = folder.path().join(format!("{}.tieout", made.len()));
                let view = engine.answers(None, 1).await.unwrap();
                let scope = match made.len() % 2 {
                    0 => BundleScope::Trail,
                    _ => BundleScope::Conversation { conversation: view[0].conversation },
                };
                engine.export(scope, true, None, &place, quietly).await.unwrap();
                let open = engine.export(BundleScope::Answer { turn }, true, None, &place, quietly).await;
                assert_eq!(open.unwrap_err().code(), Code::BadInput);
                made.push(place);
            }
        })
        .await;
    assert_eq!(made.len(), 16);
    for path in made.iter().take(6) {
        assert_eq!(verified(path).await.findings, []);
    }
    let last = folder.path().join("last.tieout");
    let scope = BundleScope::Conversation { conversation };
    scene.engine.export(scope, true, None, &last, quietly).await.unwrap();
    assert_eq!(verified(&last).await.findings, []);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_a_bundle_was_unpacked_to_reads_like_the_bundle() {
    let asked = Asked::demo().await;
    let (path, _) = asked.made(asked.whole(), true, "a.tieout").await;
    let folder = asked.file("unpacked");
    for (name, bytes) in files(&path) {
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
    let (there, here) = (verified(&folder).await, verified(&path).await);
    assert_eq!((there.findings, there.entries, there.root), (here.findings, here.entries, here.root));
    std::fs::write(folder.join("payloads/more"), "x").unwrap();
    assert_eq!(verified(&folder).await.findings.len(), 1);
    asked.scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn views_tell_of_the_calls_that_a_filter_finds_in_the_order_of_the_trail() {
    let asked = Asked::demo().await;
    let engine = &asked.scene.engine;
    let all = engine.calls(engine::CallQuery::default()).await.unwrap().len();
    let text = |path: &str| String::from_utf8(std::fs::read(path).unwrap()).unwrap();
    let of = async |filter: &str, form, name: &str| engine.export_view(filter, form, &asked.file(name)).await;

    let made = of("", ViewForm::Csv, "a.csv").await.unwrap();
    let seqs: Vec<u64> = text(&made.path)
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!((made.entries, seqs.len()), (all as u64, all));
    assert!(seqs.is_sorted(), "{seqs:?}");

    let made = of("source:echo", ViewForm::Jsonl, "b.jsonl").await.unwrap();
    let lines: Vec<Value> =
        text(&made.path).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["tool"].as_str().unwrap()).collect::<Vec<_>>(), ["get"]);

    let made = of("", ViewForm::Ocsf, "c.ocsf").await.unwrap();
    assert_eq!(text(&made.path).lines().count(), all);
    let made = of("", ViewForm::Otlp, "d.otlp").await.unwrap();
    assert_eq!(text(&made.path).lines().count(), 2, "a trace for each of two turns");
    assert!(text(&made.path).contains("\"chat "));

    assert_eq!(of("source:", ViewForm::Csv, "e").await.unwrap_err().code(), Code::BadInput);
    assert_eq!(of("", ViewForm::Csv, "a.csv").await.unwrap_err().code(), Code::BadInput);
    let exports =
        facts(engine).await.into_iter().filter(|(_, _, fact)| matches!(fact, Fact::ExportMade { .. }));
    assert_eq!(exports.count(), 4);
    asked.scene.close().await;
}
