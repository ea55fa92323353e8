//! The forms in which a server may send a text back that it was sent.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands in an address as it is (RFC 3986 §2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A text as it is and in each form that it may come back in, each once: within an address or a form, in JSON, in HTML, as
/// hexadecimal digits, and anywhere within something longer under base64.
pub(crate) fn forms(plain: &str) -> Vec<String> {
    let mut all = vec![plain.to_owned()];
    all.push(url::form_urlencoded::byte_serialize(plain.as_bytes()).collect());
    for set in [RESERVED, NON_ALPHANUMERIC] {
        let upper = utf8_percent_encode(plain, set).to_string();
        all.push(lower_percent(&upper));
        all.push(upper);
    }
    let in_json = plain.replace('\\', "\\\\").replace('"', "\\\"");
    all.push(in_json.replace('/', "\\/"));
    for lower in [true, false] {
        all.push(escaped(&in_json, lower));
    }
    all.push(in_json);
    let in_html = plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    for (quote, apostrophe) in
        [("&quot;", "'"), ("&quot;", "&#39;"), ("&#34;", "&#39;"), ("&quot;", "&#x27;")]
    {
        all.push(in_html.replace('"', quote).replace('\'', apostrophe));
    }
    let hex = plain.bytes().fold(String::new(), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    all.push(hex.to_ascii_uppercase());
    all.push(hex);
    all.extend((0..3).flat_map(|before| within_base64(plain, before)));
    all.sort();
    all.dedup();
    all
}

/// What base64 makes of it behind so many other bytes (times three and then some), without the characters that its
/// neighbours have a part in.
fn within_base64(plain: &str, before: usize) -> [String; 2] {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(plain.as_bytes());
    let own = |text: String| {
        let (start, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        text.get(start..end).unwrap_or_default().to_owned()
    };
    [own(STANDARD_NO_PAD.encode(&bytes)), own(URL_SAFE_NO_PAD.encode(&bytes))]
}

/// As JSON that may stand within HTML: `&`, `<`, `>`, `'`, `+`, `=` and `/` by their numbers, as Go, Java and .NET write
/// some or all of them; those that stand for all.
fn escaped(in_json: &str, lower: bool) -> String {
    in_json.chars().fold(String::new(), |mut text, char| {
        // Writing to a String can't fail.
        let _ = match char {
            '&' | '<' | '>' | '\'' | '+' | '=' if lower => write!(text, "\\u{:04x}", u32::from(char)),
            '&' | '<' | '>' | '\'' | '+' => write!(text, "\\u{:04X}", u32::from(char)),
            _ => write!(text, "{char}"),
        };
        text
    })
}

fn lower_percent(upper: &str) -> String {
    let mut digits = 0;
    upper
        .chars()
        .map(|char| {
            if char == '%' {
                digits = 2;
                return char;
            }
            if digits == 0 {
                return char;
            }
            digits -= 1;
            char.to_ascii_lowercase()
        })
        .collect()
}
