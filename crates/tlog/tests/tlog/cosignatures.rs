//! Cosignatures: a checkpoint that seven keys signed in the world, a witness made by hand from the
//! specification, and each way to spoil what it says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest, Sha256};
use tlog::{Checkpoint, CosignatureVerifier, Cosigned, NoteError, Signer, Verifier, leaf_hash};

/// A checkpoint of a public certificate log as its monitors serve it, signed by the log in two ways
/// and by four witnesses whose operators publish the keys below.
const REAL_NOTE: &str = "arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

\u{2014} arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
\u{2014} arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
\u{2014} transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
\u{2014} witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
\u{2014} remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
\u{2014} witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
";
const REAL_LOG: &str =
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f";
const REAL_WITNESSES: [&str; 4] = [
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
];

#[test]
fn a_checkpoint_of_the_world_opens_by_every_key_on_it() {
    let by_log = Verifier::from_vkey(REAL_LOG).unwrap().open(REAL_NOTE).unwrap();
    assert_eq!(by_log.size, 1_432_088_532);
    for vkey in REAL_WITNESSES {
        let witness = CosignatureVerifier::from_vkey(vkey).unwrap();
        assert_eq!(witness.to_vkey(), vkey);
        let expected = Cosigned { checkpoint: by_log.clone(), time: 0x6a12_2120 };
        assert_eq!(witness.open(REAL_NOTE), Ok(expected), "{vkey}");
        let grown = REAL_NOTE.replacen("1432088532", "1432088533", 1);
        assert_eq!(witness.open(&grown), Err(NoteError::Forged), "{vkey}");
    }
}

/// A witness of a few lines, as the specification words it and with nothing of ours.
struct ByHand {
    name: &'static str,
    key: SigningKey,
}

impl ByHand {
    fn id(&self) -> Vec<u8> {
        let material = [self.name.as_bytes(), b"\n\x04", self.key.verifying_key().as_bytes()].concat();
        Sha256::digest(material)[..4].to_vec()
    }

    fn vkey(&self) -> String {
        let id: String = self.id().iter().map(|byte| format!("{byte:02x}")).collect();
        let key = [b"\x04".as_slice(), self.key.verifying_key().as_bytes()].concat();
        format!("{}+{id}+{}", self.name, STANDARD.encode(key))
    }

    fn line(&self, time: u64, text: &str) -> String {
        let signature = self.key.sign(format!("cosignature/v1\ntime {time}\n{text}").as_bytes());
        let blob = [self.id().as_slice(), &time.to_be_bytes(), &signature.to_bytes()].concat();
        format!("\u{2014} {} {}\n", self.name, STANDARD.encode(blob))
    }

    fn verifier(&self) -> CosignatureVerifier {
        CosignatureVerifier::from_vkey(&self.vkey()).unwrap()
    }
}

fn witness() -> ByHand {
    ByHand { name: "witness.example/w1", key: SigningKey::from_bytes(&[3; 32]) }
}

fn stranger() -> ByHand {
    ByHand { name: "stranger.example", key: SigningKey::from_bytes(&[4; 32]) }
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: "tieout.example/trail".parse().unwrap(), size: 42, root: leaf_hash(b"root") }
}

fn note() -> String {
    Signer::from_seed(checkpoint().origin, [7; 32]).sign(&checkpoint())
}

#[test]
fn a_line_is_added_and_opens() {
    let lines =
        stranger().line(5, &checkpoint().to_string()) + &witness().line(1_764, &checkpoint().to_string());
    let (added, cosigned) = witness().verifier().add(&note(), &lines).unwrap();
    assert_eq!(cosigned, Cosigned { checkpoint: checkpoint(), time: 1_764 });
    assert_eq!(added, note() + &witness().line(1_764, &checkpoint().to_string()));
    assert_eq!(witness().verifier().open(&added), Ok(cosigned));
    let trail = Signer::from_seed(checkpoint().origin, [7; 32]).verifier();
    assert_eq!(trail.open(&added), Ok(checkpoint()));
}

#[test]
fn what_is_no_word_of_the_witness_is_refused() {
    let text = checkpoint().to_string();
    let good = witness().line(9, &text);
    let impostor = ByHand { key: SigningKey::from_bytes(&[5; 32]), ..witness() };
    let claimed = impostor
        .line(9, &text)
        .replace(&STANDARD.encode(impostor.id())[..5], &STANDARD.encode(witness().id())[..5]);
    let later = {
        // The signature of one time under another.
        let blob = STANDARD.decode(good.trim_end().rsplit(' ').next().unwrap()).unwrap();
        let blob = [&blob[..4], &10_u64.to_be_bytes(), &blob[12..]].concat();
        format!("\u{2014} {} {}\n", witness().name, STANDARD.encode(blob))
    };
    let short = {
        let blob = [witness().id().as_slice(), &[1, 2, 3]].concat();
        format!("\u{2014} {} {}\n", witness().name, STANDARD.encode(blob))
    };
    let plain = Signer::from_seed(witness().name.parse().unwrap(), [3; 32]).sign(&checkpoint());
    let plain = plain.rsplit_once("\n\n").unwrap().1.to_owned();
    let refused = [
        (String::new(), NoteError::Malformed),
        ("\n".to_owned(), NoteError::Malformed),
        ("<html>Sign in</html>\n".to_owned(), NoteError::Malformed),
        (format!("\n{good}"), NoteError::Malformed),
        (format!("{text}\n{good}"), NoteError::Malformed),
        (format!("{good}{good}"), NoteError::Malformed),
        (good.trim_end().to_owned(), NoteError::Malformed),
        (stranger().line(9, &text), NoteError::Unsigned),
        (impostor.line(9, &text), NoteError::Unsigned),
        (plain, NoteError::Unsigned),
        (claimed, NoteError::Forged),
        (later, NoteError::Forged),
        (short, NoteError::Forged),
        (witness().line(9, &text.replace("42", "41")), NoteError::Forged),
        (witness().line(0, &text), NoteError::Forged),
        (witness().line(1 << 63, &text), NoteError::Forged),
    ];
    for (lines, expected) in refused {
        assert_eq!(witness().verifier().add(&note(), &lines), Err(expected), "{lines:?}");
    }
    assert!(witness().verifier().add(&note(), &witness().line((1 << 63) - 1, &text)).is_ok());
}

#[test]
fn every_changed_byte_of_a_cosigned_note_is_noticed() {
    let (added, _) =
        witness().verifier().add(&note(), &witness().line(9, &checkpoint().to_string())).unwrap();
    let own_line = note().rsplit_once("\n\n").unwrap().1.to_owned();
    let own = added.find(&own_line).unwrap()..added.find(&own_line).unwrap() + own_line.len();
    // The trail's own line is the trail's own matter.
    for at in (0..added.len()).filter(|at| !own.contains(at)) {
        let mut bytes = added.clone().into_bytes();
        bytes[at] ^= 0x01;
        if let Ok(changed) = String::from_utf8(bytes) {
            assert!(witness().verifier().open(&changed).is_err(), "{changed:?}");
        }
    }
}

#[test]
fn a_key_of_another_type_is_no_witness() {
    let trail = Signer::from_seed(checkpoint().origin, [7; 32]).verifier().to_vkey();
    assert!(CosignatureVerifier::from_vkey(&trail).is_err());
    assert!(Verifier::from_vkey(&witness().vkey()).is_err());
    // The key id covers the type: swapping the type byte alone is no key of either.
    let (head, text) = trail.rsplit_once('+').unwrap();
    let mut material = STANDARD.decode(text).unwrap();
    material[0] = 0x04;
    assert!(CosignatureVerifier::from_vkey(&format!("{head}+{}", STANDARD.encode(material))).is_err());
}
