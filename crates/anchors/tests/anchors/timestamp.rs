//! Time stamps by OpenSSL's authority: asked for over HTTP, checked by us and by `openssl ts -verify`.

use std::time::{SystemTime, UNIX_EPOCH};

use anchors::{Answer, Authority, Refused, check_timestamp};

use crate::openssl::{KeyKind, Listening, OpenSsl};
use crate::trail::{Trail, door, intent};

const REPLY: &str = "application/timestamp-reply";
const NONCE: u64 = 0xfedc_ba98_7654_3210;

fn authority() -> Authority {
    Authority::new("https://tsa.example/").unwrap()
}

fn answer(body: Vec<u8>) -> Answer {
    Answer { status: 200, media: REPLY.to_owned(), body }
}

/// An answer to a request for this note with this nonce.
fn stamped(openssl: &OpenSsl, trail: &Trail, size: u64, nonce: u64) -> Vec<u8> {
    openssl.reply(&authority().request(&trail.note(size), nonce).body.unwrap())
}

#[tokio::test]
async fn a_stamp_by_each_kind_of_key_is_asked_for_and_verified_by_openssl() {
    let trail = Trail::new("a", 5);
    let note = trail.note(5);
    for (kind, digest) in [
        (KeyKind::Rsa, "sha256"),
        (KeyKind::Rsa, "sha512"),
        (KeyKind::P256, "sha256"),
        (KeyKind::P384, "sha384"),
    ] {
        let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
        let openssl = std::sync::Arc::new(OpenSsl::new(kind, digest));
        let replying = openssl.clone();
        let listening = Listening::start(Box::new(move |query| (200, REPLY, replying.reply(query)))).await;
        let authority = Authority::new(&listening.url).unwrap();
        let held = authority.submit(&door(), intent(), &note, NONCE).await.unwrap();
        assert_eq!(held.media, REPLY);
        assert!(openssl.verifies(note.as_str(), &held.proof), "{kind:?} {digest}");
        assert!(!openssl.verifies(trail.note(4).as_str(), &held.proof), "{kind:?} {digest}");
        assert_eq!(check_timestamp(&held.proof, &note), Ok(held.at.unwrap()));
        // To the millisecond that its clock was told to show.
        assert!(u128::try_from(held.at.unwrap().0).unwrap() / 1000 >= before / 1000);
    }
}

#[test]
fn openssl_reads_the_question() {
    let openssl = OpenSsl::new(KeyKind::P256, "sha256");
    let trail = Trail::new("a", 5);
    let shown = openssl.shown(&authority().request(&trail.note(5), NONCE).body.unwrap());
    for expected in
        ["Version: 1", "Hash Algorithm: sha256", "Nonce: 0xFEDCBA9876543210", "Certificate required: yes"]
    {
        assert!(shown.contains(expected), "{shown}");
    }
}

#[test]
fn a_stamp_over_other_bytes_or_for_another_request_is_refused() {
    let openssl = OpenSsl::new(KeyKind::P256, "sha256");
    let trail = Trail::new("a", 5);
    let read = |size, nonce| {
        authority().read(&trail.note(size), nonce, &answer(stamped(&openssl, &trail, 5, NONCE)))
    };
    assert!(read(5, NONCE).is_ok());
    let words = |refused: Refused| refused.words().to_owned();
    assert!(words(read(4, NONCE).unwrap_err()).contains("over other bytes"));
    assert!(words(read(5, 1).unwrap_err()).contains("answers another request"));
    let other = stamped(&openssl, &trail, 4, NONCE);
    assert!(check_timestamp(&other, &trail.note(5)).is_err());
}

/// Every byte of what the signature covers, and of the signature, is held by it; what lies beside it changes nothing of
/// what we read.
#[test]
fn a_changed_stamp_says_nothing_else() {
    let openssl = OpenSsl::new(KeyKind::P256, "sha256");
    let trail = Trail::new("a", 5);
    let note = trail.note(5);
    let good = stamped(&openssl, &trail, 5, NONCE);
    let at = check_timestamp(&good, &note).unwrap();
    let mut refused = 0;
    for place in 0..good.len() {
        let mut bytes = good.clone();
        bytes[place] ^= 0x01;
        match check_timestamp(&bytes, &note) {
            Ok(read) => assert_eq!(read, at, "byte {place}"),
            Err(_) => refused += 1,
        }
        assert!(check_timestamp(&good[..place], &note).is_err());
    }
    assert!(refused > good.len() / 3, "{refused} of {}", good.len());
    assert!(check_timestamp(&[good.as_slice(), &[0]].concat(), &note).is_err());
}

/// An authority that gives no stamp says why, in OpenSSL's bytes.
#[test]
fn a_refusal_is_told() {
    let openssl = OpenSsl::new(KeyKind::P256, "sha256");
    let trail = Trail::new("a", 5);
    // SHA-256's identifier made into SHA-512's, which this authority does not take.
    let mut query = authority().request(&trail.note(5), NONCE).body.unwrap();
    let sha_256 = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
    let at = query.windows(9).position(|window| window == sha_256).unwrap();
    query[at + 8] = 0x03;
    let refusal = openssl.reply(&query);
    let refused = authority().read(&trail.note(5), NONCE, &answer(refusal)).unwrap_err();
    assert!(
        refused.words().contains("tsa.example: the authority gave no time stamp (status 2)"),
        "{refused:?}"
    );
    assert!(refused.words().contains("it does not take SHA-256"), "{refused:?}");
}

#[tokio::test]
async fn what_is_no_authority_is_said_in_words() {
    let trail = Trail::new("a", 5);
    let cases: [(u16, &'static str, &'static [u8], &str); 6] = [
        (200, "text/html; charset=utf-8", b"<html>", "a web page and not with a time stamp"),
        (200, "text/plain", b"hello", "answered 200 (\"hello\") and not with a time stamp"),
        (404, "text/plain", b"", "answered 404 and not with a time stamp"),
        (503, "text/plain", b"", "can't answer at the moment"),
        (200, REPLY, b"\x30\x80\x00\x00", "no time stamp as RFC 3161 writes it"),
        (200, REPLY, b"\x30\x05\x30\x03\x02\x01\x00", "there is no token in it"),
    ];
    for (status, media, body, expected) in cases {
        let listening = Listening::start(Box::new(move |_| (status, media, body.to_vec()))).await;
        let authority = Authority::new(&listening.url).unwrap();
        let refused = authority.submit(&door(), intent(), &trail.note(5), NONCE).await.unwrap_err();
        assert!(
            matches!(&refused, Refused::Failed { words } if words.contains(expected)),
            "{expected}: {refused:?}"
        );
    }
}
