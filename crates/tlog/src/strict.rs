//! Reading the small parts of our text formats: each function takes exactly the texts that we would
//! have written ourselves, so that two different texts never mean the same thing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The bytes behind padded standard Base64 (RFC 4648 section 4) with zero trailing bits.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    // The engine refuses missing padding, non-zero trailing bits, white space and other alphabets.
    STANDARD.decode(text).ok()
}

/// Padded standard Base64.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A number in ASCII decimal without sign or leading zeroes.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// Lower-case hexadecimal, two digits a byte.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
