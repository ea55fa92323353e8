//! One pass over one text: at each digit, sign or word that could begin something, the detectors that know it look.

use aho_corasick::AhoCorasick;
use domain::finding::Finding;

use crate::digits::Run;
use crate::hit::{Hit, settle};
use crate::near::Near;
use crate::own::{self, Own};
use crate::{birth, card, email, field, geo, iban, json, national, net, phone, secret};

/// What is looked for: the detectors of this crate and a person's own.
#[derive(Debug, Default)]
pub struct Detectors {
    own: Option<(Own, AhoCorasick)>,
}

impl Detectors {
    /// With a person's own patterns and words beside ours.
    ///
    /// # Errors
    /// If the words are too many or too long to look for at once.
    pub fn with(own: Own) -> Result<Self, own::OwnError> {
        if own.is_empty() {
            return Ok(Self::default());
        }
        let words = own.automaton()?;
        Ok(Self { own: Some((own, words)) })
    }

    /// What a text holds, in its order, without overlaps.
    pub fn text(&self, text: &str) -> Vec<Finding> {
        self.value("", text).into_iter().map(|hit| hit.at("")).collect()
    }

    /// What a JSON document holds, in its order. What is no JSON is looked at as a text.
    pub fn json(&self, document: &str) -> Vec<Finding> {
        json::findings(&|field, text| self.value(field, text), document)
            .unwrap_or_else(|| self.text(document))
    }

    /// What the value of a field of this name holds; the name is empty for a text that stands alone.
    pub(crate) fn value(&self, field: &str, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        shapes(field, text, &mut hits);
        // Nothing that is a secret is shorter.
        if text.len() >= 4 {
            secret::find(field, text, &mut hits);
        }
        if let Some((own, words)) = &self.own {
            own.find(words, text, &mut hits);
        }
        if hits.is_empty()
            && !text.trim().is_empty()
            && let Some(category) = field::category(field)
        {
            hits.push(Hit::new(field::kind(category), category, 0..text.len(), 70));
        }
        settle(hits)
    }
}

/// What is found by its form.
fn shapes(field: &str, text: &str, hits: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let near = Near::new(field, text, 0);
    if birth::names(&near) && text.len() <= 32 && bytes.iter().any(u8::is_ascii_digit) {
        hits.push(Hit::new("date_of_birth", domain::label::Category::Identity, 0..text.len(), 85));
    }
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b'@' => {
                hits.extend(email::around(text, at));
                at + 1
            }
            b':' if bytes.get(at + 1) == Some(&b':')
                && (at == 0 || !bytes[at - 1].is_ascii_alphanumeric()) =>
            {
                hits.extend(net::with_colons(text, at));
                at + 2
            }
            // Text out of logs has its line breaks spelled out.
            b'\\' if matches!(bytes.get(at + 1), Some(b'n' | b'r' | b't')) => at + 2,
            byte if byte.is_ascii_alphanumeric() => word(field, text, at, hits),
            _ => at + 1,
        };
    }
}

/// Looks at the word of letters and digits that begins here; gives where to go on.
fn word(field: &str, text: &str, start: usize, hits: &mut Vec<Hit>) -> usize {
    let bytes = text.as_bytes();
    let (mut end, mut digits, mut hex) = (start, 0, true);
    while let Some(byte) = bytes.get(end).filter(|byte| byte.is_ascii_alphanumeric()) {
        digits += usize::from(byte.is_ascii_digit());
        hex &= byte.is_ascii_hexdigit();
        end += 1;
    }
    let length = end - start;
    let next = bytes.get(end).copied().unwrap_or_default();
    if hex && length <= 4 && matches!(next, b':' | b'-' | b'.') && !is_inside(text, start) {
        let found = match next {
            b':' => net::with_colons(text, start),
            _ => net::without_colons(text, start),
        };
        if let Some(hit) = found {
            let end = hit.end;
            hits.push(hit);
            return end;
        }
    }
    if digits == 0 {
        return end;
    }
    if digits == length {
        return figures(field, text, start, hits);
    }
    if !is_inside(text, start) {
        // An IBAN in groups of four begins with such a word; national numbers are one.
        if digits >= 2
            && bytes[start].is_ascii_alphabetic()
            && let Some(hit) = iban::at(text, start)
        {
            let end = hit.end;
            hits.push(hit);
            return end;
        }
        let ends = !bytes.get(end).is_some_and(|byte| matches!(byte, b'_' | b'-'));
        if ends && (8..=18).contains(&length) {
            hits.extend(national::at_word(text, start, end, &Near::new(field, text, start)));
        }
    }
    end
}

/// Looks at the digits that begin here and what belongs to them; gives where to go on.
fn figures(field: &str, text: &str, start: usize, hits: &mut Vec<Hit>) -> usize {
    let bytes = text.as_bytes();
    let before = start.checked_sub(1).map(|at| bytes[at]);
    let run = Run::at(text, start);
    let first_end = run.groups[0].end;
    if let Some(hit) = geo::pair(text, start) {
        let end = hit.end;
        hits.push(hit);
        return end;
    }
    let end = run.end();
    // What goes on in letters is a word of its own, unless it is an extension.
    let follows = bytes.get(end).copied().unwrap_or_default();
    let tail = follows.is_ascii_alphabetic() && !matches!(follows, b'x' | b'X');
    let many: usize = run.groups.iter().map(|group| group.len()).sum();
    let near = Near::new(field, text, start);
    if !is_inside(text, start)
        && let Some(hit) = net::v4(&run, &near)
    {
        let end = hit.end;
        hits.push(hit);
        return end;
    }
    if many < 7 || is_inside(text, start) || before == Some(b'.') {
        return if many < 7 { end } else { first_end };
    }
    if let Some(hit) = national::ended_by_letter(&run, &near) {
        let end = hit.end;
        hits.push(hit);
        return end;
    }
    if tail || follows == b'_' {
        return first_end.max(run.groups.last().map_or(first_end, |group| group.start));
    }
    let known = hits.len();
    hits.extend(card::among(&run, &near));
    hits.extend(national::among(&run, &near));
    hits.extend(birth::of(&run, &near));
    hits.extend(phone::of(&run, &near));
    if hits.len() == known { first_end } else { end }
}

/// Whether what begins here goes on from a word before: `QL-8199-954` is one thing.
fn is_inside(text: &str, start: usize) -> bool {
    let bytes = text.as_bytes();
    let Some(before) = start.checked_sub(1).map(|at| bytes[at]) else { return false };
    let letter_before = |at: usize| at > 0 && bytes[at - 1].is_ascii_alphabetic();
    match before {
        b'_' => true,
        b'-' | b'.' | b'/' => letter_before(start - 1) || start >= 2 && bytes[start - 2] == b'_',
        _ => false,
    }
}
