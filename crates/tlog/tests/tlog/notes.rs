//! Signed notes: the examples of C2SP and Go, what a signer promises, and each way to spoil a note.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use tlog::{Checkpoint, NoteError, Origin, Signer, Verifier, leaf_hash};

/// C2SP signed-note v1.0.0, "Example".
const C2SP_VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const C2SP_NOTE: &str = "This is an example message.\n\n\
    \u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

/// The key pair and note in the documentation of Go's golang.org/x/mod/sumdb/note.
const GO_VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_SEED: &str = "YEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn origin(name: &str) -> Origin {
    name.parse().unwrap()
}

fn signer() -> Signer {
    Signer::from_seed(origin("tieout.example/trail"), [7; 32])
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: origin("tieout.example/trail"), size: 42, root: leaf_hash(b"root") }
}

/// That the signature was right is seen from the complaint: only a verified text is parsed.
#[test]
fn published_notes_verify() {
    for (vkey, note) in [(C2SP_VKEY, C2SP_NOTE), (GO_VKEY, GO_NOTE)] {
        let verifier = Verifier::from_vkey(vkey).unwrap();
        assert_eq!(verifier.to_vkey(), vkey);
        assert!(matches!(verifier.open(note), Err(NoteError::NotCheckpoint(_))));
        let changed = note.replacen("is", "was", 1);
        assert_eq!(verifier.open(&changed), Err(NoteError::Forged));
    }
}

#[test]
fn a_published_seed_gives_the_published_key() {
    // The first byte of the encoded key is the signature type.
    let key = STANDARD.decode(format!("A{GO_SEED}")).unwrap();
    let (kind, seed) = key.split_first().unwrap();
    assert_eq!(*kind, 1);
    let signer = Signer::from_seed(origin("PeterNeumann"), seed.try_into().unwrap());
    assert_eq!(signer.verifier().to_vkey(), GO_VKEY);
}

#[test]
fn what_is_signed_opens() {
    let (signer, checkpoint) = (signer(), checkpoint());
    let note = signer.sign(&checkpoint);
    assert_eq!(signer.verifier().open(&note), Ok(checkpoint.clone()));
    let stranger = Verifier::from_vkey(&signer.verifier().to_vkey()).unwrap();
    assert_eq!(stranger.open(&note), Ok(checkpoint));
}

#[test]
fn signing_twice_gives_the_same_note() {
    assert_eq!(signer().sign(&checkpoint()), signer().sign(&checkpoint()));
}

#[test]
fn a_signer_never_shows_its_key() {
    let shown = format!("{:?}", signer());
    assert_eq!(shown, format!("Signer {{ verifier: Verifier({:?}), .. }}", signer().verifier().to_vkey()));
}

#[test]
fn witnesses_may_sign_too() {
    let note = signer().sign(&checkpoint());
    let witness = Signer::from_seed(origin("witness.example"), [9; 32]).sign(&checkpoint());
    let (_, cosignature) = witness.rsplit_once("\n\n").unwrap();
    let (text, own) = note.rsplit_once("\n\n").unwrap();
    for note in [format!("{text}\n\n{own}{cosignature}"), format!("{text}\n\n{cosignature}{own}")] {
        assert_eq!(signer().verifier().open(&note), Ok(checkpoint()));
    }
}

#[test]
fn another_key_or_origin_does_not_open() {
    let note = signer().sign(&checkpoint());
    let same_name = Signer::from_seed(origin("tieout.example/trail"), [8; 32]).verifier();
    assert_eq!(same_name.open(&note), Err(NoteError::Unsigned));
    let same_key = Signer::from_seed(origin("tieout.example/other"), [7; 32]);
    assert_eq!(same_key.verifier().open(&note), Err(NoteError::Unsigned));
    assert_eq!(same_key.verifier().open(&same_key.sign(&checkpoint())), Err(NoteError::OtherOrigin));
}

#[test]
fn every_changed_byte_is_noticed() {
    let note = signer().sign(&checkpoint());
    for at in 0..note.len() {
        for mask in [0x01, 0x20, 0x40] {
            let mut bytes = note.clone().into_bytes();
            bytes[at] ^= mask;
            if let Ok(changed) = String::from_utf8(bytes) {
                assert!(signer().verifier().open(&changed).is_err(), "{changed:?}");
            }
        }
    }
}

#[test]
fn other_spellings_are_refused() {
    let note = signer().sign(&checkpoint());
    let (text, signature) = note.rsplit_once("\n\n").unwrap();
    let malformed = [
        String::new(),
        "\n\n".to_owned(),
        text.to_owned(),
        format!("{text}\n\n"),
        format!("{text}\n{signature}"),
        format!("{text}\n\n{}", signature.trim_end()),
        format!("{text}\n\n{signature}\n"),
        format!("{text}\n\n{signature}{signature}"),
        format!("{text}\r\n\n{signature}"),
        format!("{text}\t\n\n{signature}"),
        format!("{text}\n\n {signature}"),
        format!("{text}\n\n{}", signature.replace('\u{2014}', "-")),
        format!("{text}\n\n{}", signature.replace('=', "")),
        format!("{text}\n\n{signature}\u{2014} some one AAAAAAA=\n"),
        format!("{text}\n\n{signature}\u{2014} some+one AAAAAAA=\n"),
        format!("{text}\n\n{signature}\u{2014} someone AAAAAA==\n"),
        format!("{text}\n\n{signature}{}", "\u{2014} someone AAAAAAA=\n".repeat(8_000)),
    ];
    for note in malformed {
        assert_eq!(signer().verifier().open(&note), Err(NoteError::Malformed), "{note:.300?}");
    }
}

#[test]
fn a_checkpoint_has_one_text() {
    let text = checkpoint().to_string();
    assert_eq!(text, format!("tieout.example/trail\n42\n{}\n", leaf_hash(b"root")));
    assert_eq!(text.parse(), Ok(checkpoint()));
    let root = leaf_hash(b"root");
    for other in [
        String::new(),
        format!("tieout.example/trail\n42\n{root}"),
        format!("tieout.example/trail\n42\n{root}\n\n"),
        format!("tieout.example/trail\n42\n{root}\nextension\n"),
        format!("tieout.example/trail\n042\n{root}\n"),
        format!("tieout.example/trail\n+42\n{root}\n"),
        format!("tieout.example/trail\n\n{root}\n"),
        format!("tieout.example/trail\n18446744073709551616\n{root}\n"),
        format!("tieout.example/trail\n٤٢\n{root}\n"),
        format!("tieout.example/trail\n42\n{}\n", root.to_hex()),
        format!("tieout.example/trail\r\n42\r\n{root}\r\n"),
        format!(" tieout.example/trail\n42\n{root}\n"),
        format!("\n42\n{root}\n"),
    ] {
        assert!(other.parse::<Checkpoint>().is_err(), "{other:?}");
    }
    let largest = format!("a\n{}\n{root}\n", u64::MAX);
    assert_eq!(largest.parse::<Checkpoint>().unwrap().to_string(), largest);
}

#[test]
fn an_origin_is_plain() {
    for name in ["a", "example.com/behind-the-sofa", &"x".repeat(255)] {
        assert_eq!(origin(name).as_str(), name);
    }
    for name in ["", " ", "a b", "a+b", "a\n", "tie\u{f6}ut", "a\u{a0}b", "\u{7f}", &"x".repeat(256)] {
        assert!(name.parse::<Origin>().is_err(), "{name:?}");
    }
}

/// The verifier key of these bytes, with the key id that belongs to them.
fn vkey(name: &str, material: &[u8]) -> String {
    let digest = Sha256::digest([name.as_bytes(), b"\n", material].concat());
    let id: String = digest[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{name}+{id}+{}", STANDARD.encode(material))
}

#[test]
fn a_key_has_one_text() {
    let ours = signer().verifier().to_vkey();
    let (head, text) = ours.rsplit_once('+').unwrap();
    let (name, id) = head.rsplit_once('+').unwrap();
    let material = STANDARD.decode(text).unwrap();
    assert_eq!(vkey(name, &material), ours);

    let key = &material[1..];
    let other_type = [&[0x04], key].concat();
    let too_long = [&material[..], &[0]].concat();
    // The neutral point: every signature could be made to fit under it.
    let small_order = [[1, 1].as_slice(), &[0; 31]].concat();
    let off_curve = [[1, 2].as_slice(), &[0; 31]].concat();
    for other in [
        String::new(),
        format!("{name}+{text}"),
        format!("{name}+00000000+{text}"),
        format!("{name}+{}+{text}", id.to_uppercase()),
        format!("{name}x+{id}+{text}"),
        format!("{ours}="),
        format!("{ours}\n"),
        vkey("", &material),
        vkey("two words", &material),
        vkey(name, &[]),
        vkey(name, key),
        vkey(name, &other_type),
        vkey(name, &too_long),
        vkey(name, &small_order),
        vkey(name, &off_curve),
    ] {
        assert!(Verifier::from_vkey(&other).is_err(), "{other:?}");
    }
}
