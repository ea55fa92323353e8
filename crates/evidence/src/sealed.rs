//! A bundle for one reader: the whole zip as one binary age file (age-encryption.org/v1, X25519 recipients).

use std::io::{self, Read, Write};

use age::x25519::{Identity, Recipient};
use age::{DecryptError, Decryptor, Encryptor};

use crate::error::EvidenceError;

/// What a secret key begins with.
const SECRET: &str = "AGE-SECRET-KEY-";

/// Encrypts what is read to the recipients (`age1…`), and says how many bytes were read.
///
/// # Errors
/// [`EvidenceError::Recipient`] for text that is no such recipient, and for none at all; [`EvidenceError::Io`].
pub fn seal(recipients: &[&str], mut plain: impl Read, out: impl Write) -> Result<u64, EvidenceError> {
    let recipients: Vec<Recipient> = (1..)
        .zip(recipients)
        .map(|(place, text)| {
            text.trim().parse().map_err(|_| EvidenceError::Recipient { place, why: advice(text.trim()) })
        })
        .collect::<Result<_, _>>()?;
    let dynamic = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
    let none = |_| EvidenceError::Recipient { place: 1, why: advice("") };
    let mut sealed = Encryptor::with_recipients(dynamic).map_err(none)?.wrap_output(out)?;
    let read = io::copy(&mut plain, &mut sealed)?;
    // Without this the file is cut off, and opening it would say so.
    sealed.finish()?.flush()?;
    Ok(read)
}

/// Decrypts what was sealed, with an identity (`AGE-SECRET-KEY-1…`) or the text of a file of them, in which lines that
/// begin with `#` say nothing. Says how many bytes came out. What came out before an error is of no use: the end of an
/// age file shows that nothing was cut off.
///
/// # Errors
/// [`EvidenceError::Identity`] if the text is none, [`EvidenceError::OtherIdentity`] if the file is not for it,
/// [`EvidenceError::Damaged`] if it is no whole age file; [`EvidenceError::Io`].
pub fn unseal(identity: &str, sealed: impl Read, mut out: impl Write) -> Result<u64, EvidenceError> {
    let lines = identity.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let identities: Vec<Identity> =
        lines.map(str::parse).collect::<Result<_, _>>().map_err(|_| EvidenceError::Identity)?;
    if identities.is_empty() {
        return Err(EvidenceError::Identity);
    }
    let dynamic = identities.iter().map(|identity| identity as &dyn age::Identity);
    let opened = Decryptor::new(sealed).and_then(|decryptor| decryptor.decrypt(dynamic));
    let mut plain = opened.map_err(|error| match error {
        DecryptError::NoMatchingKeys => EvidenceError::OtherIdentity,
        DecryptError::Io(error) => reading(error),
        _ => EvidenceError::Damaged,
    })?;
    let mut part = vec![0; 64 << 10];
    let mut written = 0;
    loop {
        let length = plain.read(&mut part).map_err(reading)?;
        if length == 0 {
            out.flush()?;
            return Ok(written);
        }
        out.write_all(&part[..length])?;
        written += length as u64;
    }
}

/// age says with an `io::Error` both that the disk failed and that the file is not what was encrypted.
fn reading(error: io::Error) -> EvidenceError {
    if crate::error::is_ours(&error) { EvidenceError::Io(error) } else { EvidenceError::Damaged }
}

fn advice(text: &str) -> &'static str {
    let begins = |start: &str| text.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    if text.is_empty() {
        "none was given; ask the reader for theirs, which begins with age1"
    } else if begins(SECRET) {
        "that is a secret key, which belongs to its owner alone; take the public key that begins with age1 \
         (`age-keygen -y` prints it)"
    } else if begins("ssh-") {
        "SSH keys are not taken; ask the reader to make a key with `age-keygen` and to send the line that begins with age1"
    } else if begins("age1") {
        "it begins like one and is not whole, or is a plugin's; copy it again: age1 and 58 letters and digits"
    } else {
        "it must begin with age1; ask the reader for the line that `age-keygen -y` prints"
    }
}
