//! The witness: what it cosigns, and with which status it refuses everything else. That it agrees
//! with our own code on notes and proofs is tried where that code asks it, in `anchors`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use rehearsal::{Plan, Rehearsal};
use sha2::{Digest, Sha256};

use crate::client::{Seen, get};

const ORIGIN: &str = "trail.example/1";

/// A log whose trees have one or two leaves.
struct Log(SigningKey);

impl Log {
    fn id(&self) -> Vec<u8> {
        let material = [ORIGIN.as_bytes(), b"\n\x01", self.0.verifying_key().as_bytes()].concat();
        Sha256::digest(material)[..4].to_vec()
    }

    fn vkey(&self) -> String {
        let id: String = self.id().iter().map(|byte| format!("{byte:02x}")).collect();
        let key = [b"\x01".as_slice(), self.0.verifying_key().as_bytes()].concat();
        format!("{ORIGIN}+{id}+{}", STANDARD.encode(key))
    }

    fn note(&self, size: u64, root: &[u8]) -> String {
        let text = format!("{ORIGIN}\n{size}\n{}\n", STANDARD.encode(root));
        let blob = [self.id(), self.0.sign(text.as_bytes()).to_bytes().to_vec()].concat();
        format!("{text}\n\u{2014} {ORIGIN} {}\n", STANDARD.encode(blob))
    }
}

fn leaf(body: &str) -> Vec<u8> {
    Sha256::digest([b"\x00", body.as_bytes()].concat()).to_vec()
}

fn node(left: &[u8], right: &[u8]) -> Vec<u8> {
    Sha256::digest([b"\x01", left, right].concat()).to_vec()
}

async fn add(rehearsal: &Rehearsal, body: &str) -> Seen {
    get(&rehearsal.witness().url, "/add-checkpoint").method("POST").text(body).send().await
}

/// A rehearsal whose witness follows this log.
async fn followed() -> (Rehearsal, Log) {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    let log = Log(SigningKey::from_bytes(&[1; 32]));
    assert!(rehearsal.follow(&log.vkey()));
    (rehearsal, log)
}

#[tokio::test]
async fn what_continues_is_cosigned_over_time_and_text() {
    let (rehearsal, log) = followed().await;
    let (a, b) = (leaf("a"), leaf("b"));
    let first = log.note(1, &a);
    let seen = add(&rehearsal, &format!("old 0\n\n{first}")).await;
    assert_eq!(seen.status, 200, "{}", seen.text());

    let second = log.note(2, &node(&a, &b));
    let seen = add(&rehearsal, &format!("old 1\n{}\n\n{second}", STANDARD.encode(&b))).await;
    assert_eq!(seen.status, 200, "{}", seen.text());

    // By hand: the vkey's key signed the time and the text.
    let vkey = rehearsal.witness().vkey;
    let mut parts = vkey.splitn(3, '+');
    let (name, _, key) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let key = STANDARD.decode(key).unwrap();
    assert_eq!(key[0], 4);
    let key = VerifyingKey::from_bytes(key[1..].try_into().unwrap()).unwrap();
    let line = seen.text().strip_prefix(&format!("\u{2014} {name} ")).unwrap().strip_suffix('\n').unwrap();
    let blob = STANDARD.decode(line).unwrap();
    assert_eq!(blob.len(), 4 + 8 + 64);
    let time = u64::from_be_bytes(blob[4..12].try_into().unwrap());
    let text = second.split_once("\n\n").unwrap().0;
    let message = format!("cosignature/v1\ntime {time}\n{text}\n");
    key.verify_strict(message.as_bytes(), &blob[12..].try_into().unwrap()).unwrap();

    // Whoever monitors the log finds the same with the witness.
    let hash: String = Sha256::digest(ORIGIN).iter().map(|byte| format!("{byte:02x}")).collect();
    let shown = get(&rehearsal.witness().url, &format!("/{hash}/checkpoint")).send().await;
    assert_eq!(shown.text(), format!("{second}{}", seen.text()));
    rehearsal.stop().await;
}

#[tokio::test]
async fn everything_else_is_refused_as_the_specification_says() {
    let (rehearsal, log) = followed().await;
    let (a, b) = (leaf("a"), leaf("b"));
    let (first, second) = (log.note(1, &a), log.note(2, &node(&a, &b)));
    let stranger = Log(SigningKey::from_bytes(&[2; 32]));
    let proof = STANDARD.encode(&b);
    let forged = first.replacen("\n1\n", "\n2\n", 1);
    let elsewhere = first.replace(ORIGIN, "elsewhere.example/1");
    let hash: String = format!("{}\n", STANDARD.encode([0; 32])).repeat(64);

    assert_eq!(add(&rehearsal, &format!("old 0\n\n{first}")).await.status, 200);
    for (body, status) in [
        (String::new(), 400),
        (first.clone(), 400),
        (format!("old 01\n\n{first}"), 400),
        (format!("old 1\n{hash}\n{second}"), 400),
        (format!("old 2\n\n{first}"), 400),
        (format!("old 0\n\n{elsewhere}"), 404),
        (format!("old 1\n\n{}", stranger.note(1, &a)), 403),
        (format!("old 1\n\n{forged}"), 403),
        (format!("old 0\n\n{second}"), 409),
        (format!("old 0\n\n{first}"), 409),
        (format!("old 1\n\n{second}"), 422),
        (format!("old 1\n{proof}\n{proof}\n\n{second}"), 422),
        (format!("old 1\n\n{}", log.note(1, &b)), 422),
        (format!("old 1\n{proof}\n\n{first}"), 422),
        (format!("old 1\n\n{first}"), 200),
    ] {
        let seen = add(&rehearsal, &body).await;
        assert_eq!(seen.status, status, "{body}{}", seen.text());
        if status == 409 {
            assert_eq!(seen.text(), "1\n");
            assert_eq!(seen.headers["content-type"], "text/x.tlog.size");
        }
    }
    assert!(!rehearsal.follow("no key"));
    assert_eq!(get(&rehearsal.witness().url, "/add-checkpoint").send().await.status, 404);
    rehearsal.stop().await;
}

#[tokio::test]
async fn an_empty_tree_has_one_root() {
    let (rehearsal, log) = followed().await;
    let wrong = add(&rehearsal, &format!("old 0\n\n{}", log.note(0, &leaf("a")))).await;
    assert_eq!(wrong.status, 422);
    let right = add(&rehearsal, &format!("old 0\n\n{}", log.note(0, &Sha256::digest([])))).await;
    assert_eq!(right.status, 200);
    rehearsal.stop().await;
}
