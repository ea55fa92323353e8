//! Pseudonyms: what a model reads in the place of values that it is not cleared for. A value has one pseudonym for as
//! long as its conversation goes on, so that the model can still tell things apart and put two and two together; the
//! person is shown the value again.
//!
//! A value is hidden where it was found, and, if it is long enough to be told from other words, wherever else it
//! stands: in what a person asked, in another result, in an answer of before. A shorter one, a `7` under `diagnosis`,
//! is hidden where it was found alone, since nobody could read a text without its sevens.

mod json;
mod reveal;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use domain::finding::Finding;
use domain::hidden::{HiddenPlace, HiddenValue};
use domain::label::Category;

pub use reveal::{Shown, Unfolding};

/// From how many characters on a value is hidden wherever it stands.
const TELLING: usize = 6;
/// The same for one that has a digit, which fewer other words are like.
const TELLING_WITH_DIGIT: usize = 4;

/// The pseudonyms of one conversation.
#[derive(Clone, Debug, Default)]
pub struct Pseudonyms {
    /// In the order in which they were given.
    given: Vec<Given>,
    by_value: HashMap<String, usize>,
    /// Those that were given in an earlier turn: they stay the same for what stands in the same place.
    reserved: HashMap<HiddenPlace, String>,
    /// Those whose places did not come up again, so that nobody else gets them.
    earlier: Vec<HiddenValue>,
    /// The highest number of each word.
    numbers: BTreeMap<String, u32>,
    /// What is looked for everywhere, and whose each of it is; behind by what was named since.
    everywhere: Option<(AhoCorasick, Vec<usize>)>,
    behind: bool,
}

#[derive(Clone, Debug)]
struct Given {
    value: String,
    /// Whether it stood there as a number.
    is_number: bool,
    hidden: HiddenValue,
}

impl Pseudonyms {
    /// A conversation's pseudonyms so far, as its last request says: the same places get the same ones again.
    pub fn resumed(earlier: Vec<HiddenValue>) -> Self {
        let mut names = Self::default();
        for hidden in &earlier {
            if let Some((word, number)) = parts(&hidden.pseudonym) {
                let highest = names.numbers.entry(word.to_owned()).or_default();
                *highest = number.max(*highest);
            }
            names.reserved.insert(hidden.place.clone(), hidden.pseudonym.clone());
        }
        names.earlier = earlier;
        names
    }

    /// How many values have one.
    pub fn known(&self) -> usize {
        self.given.len()
    }

    /// Every pseudonym of the conversation so far, for the record: those of earlier turns first.
    pub fn on_record(&self) -> Vec<HiddenValue> {
        let mut all = self.earlier.clone();
        for given in &self.given {
            if all.iter().all(|hidden| hidden.pseudonym != given.hidden.pseudonym) {
                all.push(given.hidden.clone());
            }
        }
        all
    }

    /// Hides what these findings name in a text, and every value that is known already.
    pub fn hide_in_text(
        &mut self,
        text: &str,
        findings: &[&Finding],
        place: &dyn Fn(&Finding) -> HiddenPlace,
    ) -> String {
        let mut spans = Vec::new();
        for finding in findings {
            if let Some(range) = within(text, finding) {
                let pseudonym = self.name(&text[range.clone()], false, finding, place(finding));
                spans.push((range, pseudonym));
            }
        }
        self.catch_up();
        self.hide_known(&replaced(text, &mut spans)).into_owned()
    }

    /// The same in a JSON document; in what is none, as in a text. What stands twice under one name in an object stands
    /// there once afterwards.
    pub fn hide_in_json(
        &mut self,
        document: &str,
        findings: &[&Finding],
        place: &dyn Fn(&Finding) -> HiddenPlace,
    ) -> String {
        match serde_json::from_str(document) {
            Ok(mut value) => {
                json::hide(self, &mut value, findings, place);
                self.catch_up();
                json::hide_known(self, &mut value);
                value.to_string()
            }
            Err(_) => self.hide_in_text(document, findings, place),
        }
    }

    /// Hides every known value in the arguments of a call; a string that is one as a whole however short it is, since the
    /// model may have written its pseudonym there.
    pub fn hide_in_arguments(&self, arguments: &str) -> String {
        if self.given.is_empty() {
            return arguments.to_owned();
        }
        match serde_json::from_str(arguments) {
            Ok(mut value) => {
                json::hide_whole(self, &mut value);
                json::hide_known(self, &mut value);
                value.to_string()
            }
            Err(_) => self.hide_known(arguments).into_owned(),
        }
    }

    /// Puts the pseudonyms back into a text in which a person was shown the values: the reverse of [`Self::reveal`].
    /// Of a span that does not fit, or whose pseudonym nobody has, nothing is put back.
    pub fn hide_again<'a>(
        &self,
        text: &str,
        spans: impl IntoIterator<Item = (Range<usize>, &'a str)>,
    ) -> String {
        let known = spans.into_iter().filter(|(range, pseudonym)| {
            text.get(range.clone()).is_some()
                && self.given.iter().any(|given| given.hidden.pseudonym == *pseudonym)
        });
        let mut spans: Vec<_> = known.map(|(range, pseudonym)| (range, pseudonym.to_owned())).collect();
        self.hide_known(&replaced(text, &mut spans)).into_owned()
    }

    /// How many of the pseudonyms stand in a text.
    pub fn standing_in(&self, text: &str) -> usize {
        self.given.iter().filter(|given| text.contains(given.hidden.pseudonym.as_str())).count()
    }

    /// Hides every known value that is long enough to be told from other words, wherever it stands in a text, as it is or as
    /// a string of JSON spells it.
    pub fn hide_known<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Some((values, whose)) = &self.everywhere else { return Cow::Borrowed(text) };
        let mut spans: Vec<(Range<usize>, String)> = values
            .find_iter(text)
            // A pseudonym's own word is no value, whatever stands in a result.
            .filter(|found| !is_in_pseudonym(text, found.start()))
            .map(|found| (found.range(), self.pseudonym(whose[found.pattern().as_usize()]).to_owned()))
            .collect();
        if spans.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(replaced(text, &mut spans)) }
    }

    /// Whether a value that is hidden wherever it stands stands in these bytes, as it is or as a string of JSON spells it.
    pub fn stand_in(&self, bytes: &[u8]) -> bool {
        self.everywhere.as_ref().is_some_and(|(values, _)| values.is_match(bytes))
    }

    /// The pseudonym of a value, which is given one if it has none.
    fn name(&mut self, value: &str, is_number: bool, finding: &Finding, place: HiddenPlace) -> String {
        if let Some(known) = self.by_value.get(value) {
            return self.pseudonym(*known).to_owned();
        }
        let pseudonym = match self.reserved.remove(&place) {
            Some(reserved) if self.given.iter().all(|given| given.hidden.pseudonym != reserved) => reserved,
            _ => {
                let word = word(finding);
                let number = self.numbers.entry(word.clone()).or_default();
                *number += 1;
                format!("‹{word}-{number}›")
            }
        };
        let hidden = HiddenValue { pseudonym: pseudonym.clone(), kind: finding.kind.clone(), place };
        self.by_value.insert(value.to_owned(), self.given.len());
        self.given.push(Given { value: value.to_owned(), is_number, hidden });
        self.behind |= is_telling(value);
        pseudonym
    }

    /// Looks for what was named since, too: once for many, since each time costs as much as all of them together.
    fn catch_up(&mut self) {
        if std::mem::take(&mut self.behind) {
            self.everywhere = self.looked_for();
        }
    }

    /// All values that are hidden wherever they stand, to look for at once. Building fails only for more patterns than
    /// a conversation can hold.
    fn looked_for(&self) -> Option<(AhoCorasick, Vec<usize>)> {
        let mut patterns = Vec::new();
        let mut whose = Vec::new();
        for (place, given) in self.given.iter().enumerate().filter(|(_, given)| is_telling(&given.value)) {
            for spelt in spellings(&given.value) {
                patterns.push(spelt);
                whose.push(place);
            }
        }
        let values = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(&patterns)
            .ok()?;
        (!patterns.is_empty()).then_some((values, whose))
    }

    fn pseudonym(&self, place: usize) -> &str {
        &self.given[place].hidden.pseudonym
    }
}

/// A value as it may stand in a text: as it is, in a string of JSON, and in a string of JSON within one.
fn spellings(value: &str) -> Vec<String> {
    let mut all = vec![value.to_owned()];
    for _ in 0..2 {
        if let Some(last) = all.last()
            && let Ok(quoted) = serde_json::to_string(last)
            && quoted.len() - 2 > last.len()
        {
            all.push(quoted[1..quoted.len() - 1].to_owned());
        }
    }
    all
}

fn is_in_pseudonym(text: &str, at: usize) -> bool {
    let Some(open) = text[..at].rfind('‹') else { return false };
    let close = text[open..].find('›').map(|close| open + close + '›'.len_utf8());
    close.is_some_and(|close| close > at && parts(&text[open..close]).is_some())
}

fn is_telling(value: &str) -> bool {
    let signs = value.chars().filter(|sign| sign.is_alphanumeric()).count();
    let has_digit = value.bytes().any(|byte| byte.is_ascii_digit());
    signs >= if has_digit { TELLING_WITH_DIGIT } else { TELLING }
}

/// What a model reads a value as: `email`, `iban`, `person`. The number that follows tells one from another.
fn word(finding: &Finding) -> String {
    let first = finding.kind.split('.').next().unwrap_or_default();
    match (first, finding.category) {
        ("field", Category::Identity) => "person".to_owned(),
        ("field", category) => category.word().to_owned(),
        ("national_id" | "us_ssn", _) => "id".to_owned(),
        ("geo", _) => "place".to_owned(),
        (own, _) => own.replace('_', "-"),
    }
}

/// `‹email-2›` is `email` and 2.
fn parts(pseudonym: &str) -> Option<(&str, u32)> {
    let (word, number) = pseudonym.strip_prefix('‹')?.strip_suffix('›')?.rsplit_once('-')?;
    Some((word, number.parse().ok()?))
}

/// Where a finding stands in its text. Of what does not fit the text all of it is taken: better too much than what a
/// document hid from us.
fn within(text: &str, finding: &Finding) -> Option<Range<usize>> {
    let at = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
    let range = at(finding.start)..at(finding.end);
    if text.is_empty() {
        return None;
    }
    let fits = range.start < range.end && text.get(range.clone()).is_some();
    Some(if fits { range } else { 0..text.len() })
}

/// The text with each span replaced; of two that overlap the earlier, and of two that begin together the longer.
fn replaced(text: &str, spans: &mut [(Range<usize>, String)]) -> String {
    spans.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for (range, pseudonym) in spans.iter() {
        if range.start < end {
            // What reaches beyond the one before is hidden with it.
            end = end.max(range.end);
            continue;
        }
        out.push_str(&text[end..range.start]);
        out.push_str(pseudonym);
        end = range.end;
    }
    out.push_str(&text[end..]);
    out
}
