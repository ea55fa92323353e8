//! Promise 8: secrets stay put.

use std::path::Path;

use domain::call::Approve;
use domain::outcome::{FailureClass, Outcome};
use domain::secret::Secret;
use engine::{Engine, KeychainChoice};
use rehearsal::{Plan, Rehearsal};

use crate::scene::wild::{Wild, http};
use crate::scene::workspace::Workspace;
use crate::scene::{Scene, connections, model_spec, record::Record, soon};

/// A secret is gone wherever any of these stands: as it is, as `Basic` auth sends it, as it stands in an address.
struct Needle {
    name: String,
    forms: Vec<Vec<u8>>,
}

impl Needle {
    fn new(name: &str, secret: &str) -> Self {
        let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        // Base64 of a text in any of its three places: what is sure to stand there whatever is before and after it.
        let base64 = (0..3).map(|before| base64_core(secret.as_bytes(), before));
        let forms =
            [secret.as_bytes().to_vec(), hexadecimal.into_bytes()].into_iter().chain(base64).collect();
        Self { name: name.to_owned(), forms }
    }

    #[track_caller]
    fn is_not_in(&self, bytes: &[u8], place: &str) {
        for form in &self.forms {
            let found = bytes.windows(form.len()).any(|window| window == form.as_slice());
            assert!(!found, "the secret `{}` stands in {place}", self.name);
        }
    }
}

/// The letters of base64 that depend on `bytes` alone, if `before` bytes stand before them.
fn base64_core(bytes: &[u8], before: usize) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes = &bytes[(3 - before) % 3..];
    let whole = &bytes[..bytes.len() / 3 * 3];
    let letters = whole.chunks(3).flat_map(|three| {
        let number = three.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        [18, 12, 6, 0].map(|shift| LETTERS[(number >> shift & 63) as usize])
    });
    letters.collect()
}

fn needles(rehearsal: &Rehearsal) -> Vec<Needle> {
    let model = rehearsal.model();
    let services = rehearsal.sources().into_iter().map(|source| (source.name, source.secret));
    services
        .chain([("model".to_owned(), model.secret)])
        .map(|(name, secret)| Needle::new(&name, &secret))
        .collect()
}

/// Everything on record: each entry, each payload.
async fn nowhere_on_record(engine: &Engine, needles: &[Needle]) {
    for entry in Record::of(engine).await.entries {
        let mut places = vec![(format!("entry {}", entry.seq), entry.to_body().unwrap())];
        for commitment in entry.fact.commitments() {
            let payload = engine.payload(entry.seq, commitment, usize::MAX).await.unwrap();
            assert!(payload.whole);
            places.push((
                format!("the {} of entry {}", payload.role.word(), entry.seq),
                payload.text.into_bytes(),
            ));
        }
        for (place, bytes) in places {
            needles.iter().for_each(|needle| needle.is_not_in(&bytes, &place));
        }
    }
}

fn nowhere_on_disk(folder: &Path, needles: &[Needle]) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        needles.iter().for_each(|needle| needle.is_not_in(&bytes, &path.display().to_string()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_on_record_or_on_disk() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("workspace");
    let keys = KeychainChoice::File { passphrase: Secret::new("open, please") };
    let (engine, recovery) = Engine::create(&dir, "Test", keys).await.unwrap();
    let root = recovery.expose().replace('-', "");
    let model = rehearsal.model();
    let key = Secret::new(&model.secret);
    engine.adopt(connections(&rehearsal), model_spec(model), Some(key)).await.unwrap();
    for question in Rehearsal::questions() {
        let question = engine::Question { approve: Approve::All, ..engine::Question::new(question.text) };
        let mut run = engine.ask(question).await.unwrap();
        while soon("the turn ends", run.events.recv()).await.is_some() {}
    }
    let mut needles = needles(&rehearsal);
    needles.push(Needle::new("workspace key", &root));
    nowhere_on_record(&engine, &needles).await;
    // The log of the database is still there while it is open.
    nowhere_on_disk(&dir, &needles);
    engine.shutdown().await;
    let raw: Vec<u8> =
        (0..32).map(|place| u8::from_str_radix(&root[2 * place..2 * place + 2], 16).unwrap()).collect();
    needles.push(Needle { name: "workspace key, raw".to_owned(), forms: vec![raw] });
    nowhere_on_disk(&dir, &needles);
    soon("the company closes", rehearsal.stop()).await;
}

/// With everything logged that the program and its libraries can log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_printed_or_logged() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let wild = Wild::always(http("200 OK", "content-type: application/json\r\n", "{}")).await;
    let workspace = Workspace::wired(&rehearsal).await;
    let auth = "auth = { kind = \"api_key\", secret = \"mark\", place = \"query\", name = \"key\" }";
    workspace.keep(vec![("mark".to_owned(), "sk+live/4eC39HqLyjWDarjtT1zdp7dc".to_owned())]).await;
    workspace.connect(wild.source("wild", auth)).await;
    let mut needles = needles(&rehearsal);
    needles.push(Needle::new("mark", "4eC39HqLyjWDarjtT1zdp7dc"));
    let picture = "Give me the full picture of customer 1015";
    for words in [
        &["ask", picture, "--json"][..],
        &["ask", "Add a note to ticket 7031: paid", "--json", "--approve", "all"],
        &["tools", "call", "wild.get", "--json"],
        &["sources", "export", "wild"],
        &["sources", "list", "--json"],
        &["models", "test", "rehearsal", "--json"],
        &["models", "list", "--json"],
        &["secrets", "list", "--json"],
        &["trail", "list", "--json"],
    ] {
        let mut command = workspace.command(words);
        command.env("TIEOUT_LOG", "trace");
        let run = crate::scene::workspace::ran(command).await.ends(0);
        assert!(words[0] != "ask" || run.err.contains("TRACE"), "what is sent is logged");
        for needle in &needles {
            needle.is_not_in(run.out.as_bytes(), &format!("the output of {words:?}"));
            needle.is_not_in(run.err.as_bytes(), &format!("the log of {words:?}"));
        }
    }
    assert!(
        wild.heard()[0].contains("key=sk%2Blive%2F4eC39HqLyjWDarjtT1zdp7dc"),
        "it was sent to its source"
    );
    soon("the company closes", rehearsal.stop()).await;
}

/// A source that repeats what it was sent, as debugging endpoints do, puts the secret into its own result.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_repeats_its_secret_does_not_bring_it_back() {
    let scene = Scene::instant().await;
    for (name, auth) in [
        ("bearer", "auth = { kind = \"bearer\", secret = \"mark\" }"),
        ("basic", "auth = { kind = \"basic\", user = \"ana\", secret = \"mark\" }"),
        ("header", "auth = { kind = \"api_key\", secret = \"mark\", place = \"header\", name = \"x-key\" }"),
        ("query", "auth = { kind = \"api_key\", secret = \"mark\", place = \"query\", name = \"key\" }"),
        ("cookie", "auth = { kind = \"api_key\", secret = \"mark\", place = \"cookie\", name = \"key\" }"),
    ] {
        let secret = "tok.4eC39HqLyjWDarjtT1zdp7dc";
        let mirror = Wild::answering(|head| http("200 OK", "content-type: text/plain\r\n", head)).await;
        scene.engine.set_secret(&"mark".parse().unwrap(), Secret::new(secret)).await.unwrap();
        scene.engine.save_source(Engine::read_source(&mirror.source(name, auth)).unwrap()).await.unwrap();
        let tool = format!("{name}.get").parse().unwrap();
        let detail = scene.engine.call_tool(&tool, "{}", Approve::Reads).await.unwrap();
        assert_eq!(detail.row.outcome, Some(Outcome::Returned));
        let needle = Needle::new("mark", secret);
        assert_eq!(mirror.heard().len(), 1);
        nowhere_on_record(&scene.engine, &[needle]).await;
    }
    scene.engine.shutdown().await;
}

/// One host answers with the address of another, for each of the ways in which a secret can travel.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_takes_no_secret_to_another_host() {
    let scene = Scene::instant().await;
    scene.engine.set_secret(&"mark".parse().unwrap(), Secret::new("4eC39HqLyjWDarjtT1zdp7dc")).await.unwrap();
    let other = Wild::always(http("200 OK", "content-type: application/json\r\n", "{}")).await;
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        for place in ["header", "query", "cookie"] {
            let location = format!("location: http://{}/steal\r\n", other.address);
            let first = Wild::always(http(status, &location, "")).await;
            let auth = format!(
                "auth = {{ kind = \"api_key\", secret = \"mark\", place = \"{place}\", name = \"key\" }}"
            );
            scene
                .engine
                .save_source(Engine::read_source(&first.source("first", &auth)).unwrap())
                .await
                .unwrap();
            let detail =
                scene.engine.call_tool(&"first.get".parse().unwrap(), "{}", Approve::Reads).await.unwrap();
            assert_eq!(detail.row.failure, Some(FailureClass::Redirect), "{status}");
            assert!(first.heard()[0].contains("4eC39HqLyjWDarjtT1zdp7dc"), "its own source gets it");
        }
    }
    assert_eq!(other.heard(), Vec::<String>::new(), "the other host hears nothing at all");
    nowhere_on_record(&scene.engine, &[Needle::new("mark", "4eC39HqLyjWDarjtT1zdp7dc")]).await;
    scene.engine.shutdown().await;
}
