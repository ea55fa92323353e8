//! What would go well at the cursor.

use std::collections::BTreeSet;

use domain::filter::Compared;
use domain::search::Completion;

use crate::choice;
use crate::cut::{Part, begins_with_sign, cut, is_quote, sign};
use crate::field::Field;
use crate::mistake::Units;

/// The most completions that are offered.
const MOST: usize = 12;
/// How near a word must be to be offered without beginning so (Jaro-Winkler).
const NEAR: f64 = 0.8;
/// The least that must be written before values are offered without their field.
const TELLING: usize = 2;

/// Names that exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Sources.
    pub sources: Vec<String>,
    /// Tools, as `source.tool`.
    pub tools: Vec<String>,
}

/// What would go well at `cursor` (in UTF-16 code units), the best first, at most twelve: fields where a term begins,
/// values behind a colon. Each replaces the alternative that the cursor stands in; a `-` before it stays.
pub fn complete(text: &str, cursor: u32, known: &Known) -> Vec<Completion> {
    let units = Units::of(text);
    let cursor = units.byte(cursor);
    let terms = cut(text);
    let mut parts = terms.iter().flat_map(|term| &term.parts);
    let part = parts.rfind(|part| part.span.start <= cursor && cursor <= part.span.end);
    let (range, offers) = match part {
        Some(part) => (part.span.clone(), offers(text, cursor, part, known)),
        None => (cursor..cursor, fields("")),
    };
    let (start, end) = (units.at(range.start), units.at(range.end));
    offers
        .into_iter()
        .take(MOST)
        .map(|Offer { insert, hint, .. }| Completion { start, end, insert, hint })
        .collect()
}

/// Something that could be written.
struct Offer {
    /// What is compared with what was written.
    word: String,
    insert: String,
    hint: String,
}

fn offers(text: &str, cursor: usize, part: &Part, known: &Known) -> Vec<Offer> {
    let Some(named) = &part.field else { return words(&text[part.span.start..cursor], known) };
    // Within the field's name the cursor asks for another field.
    if cursor <= named.end {
        return fields(&text[named.start..cursor]);
    }
    let Some(field) = Field::named(&text[named.clone()]) else { return Vec::new() };
    let at = part.values.iter().rposition(|value| value.span.start <= cursor).unwrap_or(0);
    let Some(value) = part.values.get(at) else { return Vec::new() };
    let written = text[value.from..cursor.max(value.from)].trim_start_matches('"');
    // What stands before and behind this value stays.
    let mut before = format!("{}:{}", field.word(), &text[named.end + 1..value.span.start]);
    before.push_str(value.compared.map(sign).unwrap_or_default());
    let behind = &text[value.span.end..part.span.end];
    let others: BTreeSet<&str> = part
        .values
        .iter()
        .enumerate()
        .filter(|(place, _)| *place != at)
        .map(|(_, value)| value.text.as_str())
        .collect();
    let bare = value.compared.is_none() && written.is_empty();
    let offers = values(field, bare, known).into_iter().filter(|offer| !others.contains(offer.word.as_str()));
    let offers = offers.filter_map(|offer| behind_sign(field, value.compared, offer));
    let offers = offers.map(|offer| Offer { insert: format!("{before}{}{behind}", offer.insert), ..offer });
    best(written, offers.collect())
}

/// An offer as it goes on behind a sign that is written already; none if it doesn't.
fn behind_sign(field: Field, written: Option<Compared>, offer: Offer) -> Option<Offer> {
    let Some(written) = written else { return Some(offer) };
    match offer.word.strip_prefix(sign(written)).filter(|_| begins_with_sign(&offer.word)) {
        Some(rest) => Some(Offer { word: rest.to_owned(), insert: rest.to_owned(), hint: offer.hint }),
        None => (field == Field::Label && !begins_with_sign(&offer.word)).then_some(offer),
    }
}

/// Fields whose names go on like that.
fn fields(written: &str) -> Vec<Offer> {
    let offer = |field: Field| Offer {
        word: field.word().to_owned(),
        insert: format!("{}:", field.word()),
        hint: field.hint().to_owned(),
    };
    best(written, Field::ALL.map(offer).into())
}

/// A word without a field: the beginning of a field's name, or a value whose field the person left out.
fn words(written: &str, known: &Known) -> Vec<Offer> {
    let mut offers = fields(written);
    if written.chars().count() >= TELLING {
        for field in [Field::Source, Field::Tool, Field::Outcome, Field::Label, Field::Category, Field::Is] {
            let begins =
                |word: &str| rank(&written.to_lowercase(), word).is_some_and(|rank| rank == Rank::Begins);
            let fitting = values(field, false, known).into_iter().filter(|offer| begins(&offer.word));
            offers.extend(
                fitting.map(|offer| Offer { insert: format!("{}:{}", field.word(), offer.insert), ..offer }),
            );
        }
    }
    offers
}

/// What a field may be, as far as we know. `compared`: also with a sign before it.
fn values(field: Field, compared: bool, known: &Known) -> Vec<Offer> {
    let offer = |word: &str, hint: &str| Offer {
        word: word.to_owned(),
        insert: quoted_if_needed(word),
        hint: hint.to_owned(),
    };
    let fixed = |list: &[(&str, &str)]| {
        list.iter().map(|(word, hint)| Offer { insert: (*word).to_owned(), ..offer(word, hint) }).collect()
    };
    match field {
        Field::Source => known.sources.iter().map(|name| offer(name, "a source")).collect(),
        Field::Tool => known.tools.iter().map(|name| offer(name, "a tool")).collect(),
        Field::Since | Field::Until => fixed(&TIMES),
        Field::On => fixed(&TIMES[..2]),
        Field::Status => fixed(&STATUSES),
        Field::Took => fixed(&LENGTHS),
        Field::Size => fixed(&SIZES),
        Field::Attempts => fixed(&[(">1", "sent again"), ("0", "never sent"), ("1", "sent once")]),
        Field::Call | Field::Conversation | Field::Turn | Field::Batch => Vec::new(),
        Field::Label if compared => {
            let more = [("≥confidential", "confidential or restricted"), ("≥internal", "all but public")];
            fixed(&more).into_iter().chain(values(field, false, known)).collect()
        }
        _ => choice::choices(field).iter().map(|choice| offer(choice.word, choice.hint)).collect(),
    }
}

const TIMES: [(&str, &str); 7] = [
    ("today", "since midnight, where you are"),
    ("yesterday", "the day before"),
    ("1h", "an hour ago"),
    ("24h", "a day ago"),
    ("7d", "a week ago"),
    ("30d", "thirty days ago"),
    ("90d", "ninety days ago"),
];
const STATUSES: [(&str, &str); 6] = [
    ("2xx", "it went well"),
    ("4xx", "our request was wrong"),
    ("5xx", "the source's own fault"),
    ("≥400", "any status that means no"),
    ("404", "not found"),
    ("429", "too many requests"),
];
const LENGTHS: [(&str, &str); 4] = [
    (">1s", "more than a second"),
    (">5s", "more than five"),
    (">30s", "half a minute"),
    ("<100ms", "very short"),
];
const SIZES: [(&str, &str); 3] = [
    (">100kB", "more than a hundred thousand bytes"),
    (">1MiB", "more than a mebibyte"),
    ("0", "nothing came back"),
];

/// How well a word fits what was written; the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Begins,
    /// A later word of it begins so: `crm.search` for `sea`.
    Within,
    Near,
}

fn rank(written: &str, word: &str) -> Option<Rank> {
    let word = word.to_lowercase();
    if word.starts_with(written) {
        Some(Rank::Begins)
    } else if word.split(['.', '_', '-', ' ']).any(|piece| piece.starts_with(written)) {
        Some(Rank::Within)
    } else {
        // Of a long text only the beginning can be near a name.
        let near = strsim::jaro_winkler(prefix(written), &word) >= NEAR;
        near.then_some(Rank::Near)
    }
}

fn prefix(written: &str) -> &str {
    const LONGEST: usize = 100;
    &written[..written.floor_char_boundary(LONGEST)]
}

/// Those that fit, the best first, otherwise in their order.
fn best(written: &str, offers: Vec<Offer>) -> Vec<Offer> {
    let written = written.to_lowercase();
    let ranked = offers.into_iter().filter_map(|offer| Some((rank(&written, &offer.word)?, offer)));
    let mut ranked: Vec<(Rank, Offer)> = ranked.collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, offer)| offer).collect()
}

/// A value behind a colon, in quotes if it would not be read as it stands.
fn quoted_if_needed(value: &str) -> String {
    let parted = |letter: char| letter.is_whitespace() || matches!(letter, ',' | '|') || is_quote(letter);
    if value.is_empty() || value.contains(parted) || begins_with_sign(value) {
        quoted(value)
    } else {
        value.to_owned()
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
