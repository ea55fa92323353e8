//! Addresses of electronic mail, by the part of RFC 5321 that people have: no quoted local parts, no bare hosts.

use domain::label::Category;

use crate::hit::Hit;

/// Ends of names that look like a host with a top-level domain and are files (`logo@2x.png`).
const FILES: [&str; 10] = ["css", "gif", "html", "jpeg", "jpg", "js", "json", "png", "svg", "webp"];

/// The address around the `@` at `at`.
pub(crate) fn around(text: &str, at: usize) -> Option<Hit> {
    let local = text[..at].chars().rev().take(64).take_while(|sign| is_local(*sign));
    let local: usize = local.map(char::len_utf8).sum();
    // A dot, dash or quote at the front belongs to the sentence.
    let front = text[at - local..at].find(|sign: char| sign.is_alphanumeric() || sign == '_')?;
    let start = at - local + front;
    if text[..at].ends_with('.') || is_password(text, start) {
        return None;
    }
    let host = text[at + 1..].chars().take(253).take_while(|sign| is_host(*sign));
    let host: usize = host.map(char::len_utf8).sum();
    let host = text[at + 1..at + 1 + host].trim_end_matches(['.', '-']);
    let end = at + 1 + host.len();
    let (name, top) = host.rsplit_once('.')?;
    let is_top = (2..=24).contains(&top.chars().count())
        && (top.chars().all(char::is_alphabetic) || top.starts_with("xn--"));
    let labels_are_sound = name.split('.').all(|label| !label.is_empty() && !label.starts_with('-'));
    let file = FILES.iter().any(|file| top.eq_ignore_ascii_case(file));
    // `git@host:path` is how programs reach a repository.
    let is_remote = &text[start..at] == "git" && text[end..].starts_with(':');
    (is_top && labels_are_sound && !file && !is_remote)
        .then(|| Hit::new("email", Category::Contact, start..end, 98))
}

/// As far back as an address with a password in it can begin: a text without a blank is not to be read anew for each of
/// its `@`.
const LONGEST_ADDRESS: usize = 2048;

/// Whether what stands here is the end of `scheme://user:password@host`.
fn is_password(text: &str, start: usize) -> bool {
    let ends = |sign: char| sign.is_whitespace() || matches!(sign, '"' | '\'' | '<' | ',');
    let from = text.floor_char_boundary(start.saturating_sub(LONGEST_ADDRESS));
    text[from..start].rsplit(ends).next().is_some_and(|word| word.contains("://"))
}

fn is_local(sign: char) -> bool {
    sign.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(sign)
}

fn is_host(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '-' || sign == '.'
}
