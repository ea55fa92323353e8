//! Bundles for one reader.

use std::io::Cursor;

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use evidence::{Bundle, EvidenceError, seal, unseal};

use crate::scene::Trail;

fn identity() -> (String, String) {
    let identity = Identity::generate();
    (identity.to_string().expose_secret().to_owned(), identity.to_public().to_string())
}

#[test]
fn only_its_readers_open_it() {
    let ((secret, public), (other_secret, other_public)) = (identity(), identity());
    let file = Trail::with(300).bundle(&[300]);
    let mut sealed = Vec::new();
    assert_eq!(seal(&[&public, &other_public], file.as_slice(), &mut sealed).unwrap(), file.len() as u64);
    assert!(matches!(Bundle::open(Cursor::new(&sealed)), Err(EvidenceError::Sealed)));
    for secret in [&secret, &other_secret, &format!("# created: today\n# public key: {public}\n{secret}\n")] {
        let mut plain = Vec::new();
        assert_eq!(unseal(secret, sealed.as_slice(), &mut plain).unwrap(), file.len() as u64);
        assert!(plain == file);
    }
    let (stranger, _) = identity();
    let opened = unseal(&stranger, sealed.as_slice(), Vec::new());
    assert!(matches!(opened, Err(EvidenceError::OtherIdentity)));
}

#[test]
fn what_was_cut_off_or_changed_is_not_taken_for_whole() {
    let (secret, public) = identity();
    let plain = vec![b'x'; 200_000];
    let mut sealed = Vec::new();
    seal(&[&public], plain.as_slice(), &mut sealed).unwrap();
    for length in [0, 10, 100, sealed.len() / 2, sealed.len() - 1] {
        let opened = unseal(&secret, &sealed[..length], Vec::new());
        assert!(matches!(opened, Err(EvidenceError::Damaged)), "{length}: {opened:?}");
    }
    let end = sealed.len() - 1;
    sealed[end] ^= 1;
    assert!(matches!(unseal(&secret, sealed.as_slice(), Vec::new()), Err(EvidenceError::Damaged)));
    assert!(matches!(unseal(&secret, b"PK\x03\x04".as_slice(), Vec::new()), Err(EvidenceError::Damaged)));
}

#[test]
fn a_wrong_recipient_is_told_what_to_do_and_never_repeated() {
    let (secret, public) = identity();
    let why = |recipients: &[&str]| match seal(recipients, b"x".as_slice(), Vec::new()) {
        Err(error @ EvidenceError::Recipient { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(why(&[&public, &secret]).starts_with("recipient 2 can't be encrypted to: that is a secret key"));
    assert!(!why(&[&secret]).contains(&secret));
    assert!(why(&[]).contains("none was given"));
    assert!(why(&["ssh-ed25519 AAAA"]).contains("age-keygen"));
    assert!(why(&[&public[..40]]).contains("copy it again"));
    assert!(why(&["ada@example.com"]).contains("must begin with age1"));
    for none in ["", "# nothing", &public, "AGE-SECRET-KEY-1QQQ"] {
        assert!(matches!(unseal(none, b"".as_slice(), Vec::new()), Err(EvidenceError::Identity)));
    }
}
