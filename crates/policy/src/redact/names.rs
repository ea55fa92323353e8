//! The pseudonyms of a conversation, and hiding values in texts.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use domain::finding::Finding;
use domain::hidden::{HiddenPlace, HiddenValue};
use domain::label::Category;

use super::spans::{replaced, within};

/// From how many characters on a value is hidden wherever it stands.
const TELLING: usize = 6;
/// The same for one that has a digit, which fewer other words are like.
const TELLING_WITH_DIGIT: usize = 4;
/// The longest pseudonym, in bytes: what begins like one and goes on longer is none.
pub(super) const LONGEST: usize = 80;

/// The pseudonyms of one conversation.
#[derive(Clone, Debug, Default)]
pub struct Pseudonyms {
    /// In the order in which they were given.
    given: Vec<Given>,
    by_value: HashMap<String, usize>,
    by_pseudonym: HashMap<String, usize>,
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
pub(super) struct Given {
    pub(super) value: String,
    /// Whether it stood there as a number.
    pub(super) is_number: bool,
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

    /// The pseudonym of a value, if it has one.
    pub(super) fn known_as(&self, value: &str) -> Option<&str> {
        self.by_value.get(value).map(|place| self.pseudonym(*place))
    }

    /// What has this pseudonym.
    pub(super) fn given_as(&self, pseudonym: &str) -> Option<&Given> {
        self.given.get(*self.by_pseudonym.get(pseudonym)?)
    }

    /// How many values have one.
    pub fn known(&self) -> usize {
        self.given.len()
    }

    /// Every pseudonym of the conversation so far, for the record: those of earlier turns first.
    pub fn on_record(&self) -> Vec<HiddenValue> {
        let earlier: HashSet<&str> = self.earlier.iter().map(|hidden| hidden.pseudonym.as_str()).collect();
        let is_new = |given: &&Given| !earlier.contains(given.hidden.pseudonym.as_str());
        let new = self.given.iter().filter(is_new).map(|given| given.hidden.clone());
        self.earlier.iter().cloned().chain(new).collect()
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

    /// Puts the pseudonyms back into a text in which a person was shown the values: the reverse of [`Self::reveal`].
    /// Of a span that does not fit, or whose pseudonym nobody has, nothing is put back.
    pub fn hide_again<'a>(
        &self,
        text: &str,
        spans: impl IntoIterator<Item = (Range<usize>, &'a str)>,
    ) -> String {
        let known = spans.into_iter().filter(|(range, pseudonym)| {
            text.get(range.clone()).is_some() && self.by_pseudonym.contains_key(*pseudonym)
        });
        let mut spans: Vec<_> = known.map(|(range, pseudonym)| (range, pseudonym.to_owned())).collect();
        self.hide_known(&replaced(text, &mut spans)).into_owned()
    }

    /// How many of the pseudonyms stand in a text.
    pub fn standing_in(&self, text: &str) -> usize {
        if self.given.is_empty() {
            return 0;
        }
        let ends = |at: usize| {
            let most = text.floor_char_boundary(text.len().min(at + LONGEST));
            text[at..most].find('›').map(|end| &text[at..at + end + '›'.len_utf8()])
        };
        let marks = text.match_indices('‹').filter_map(|(at, _)| ends(at));
        marks.filter(|mark| self.by_pseudonym.contains_key(*mark)).collect::<HashSet<_>>().len()
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
    pub(super) fn name(
        &mut self,
        value: &str,
        is_number: bool,
        finding: &Finding,
        place: HiddenPlace,
    ) -> String {
        if let Some(known) = self.by_value.get(value) {
            return self.pseudonym(*known).to_owned();
        }
        let pseudonym = match self.reserved.remove(&place) {
            Some(reserved) if !self.by_pseudonym.contains_key(&reserved) => reserved,
            _ => {
                let word = word(finding);
                let number = self.numbers.entry(word.clone()).or_default();
                *number += 1;
                format!("‹{word}-{number}›")
            }
        };
        let hidden = HiddenValue { pseudonym: pseudonym.clone(), kind: finding.kind.clone(), place };
        self.by_value.insert(value.to_owned(), self.given.len());
        self.by_pseudonym.insert(pseudonym.clone(), self.given.len());
        self.given.push(Given { value: value.to_owned(), is_number, hidden });
        self.behind |= is_telling(value);
        pseudonym
    }

    /// Looks for what was named since, too: once for many, since each time costs as much as all of them together.
    pub(super) fn catch_up(&mut self) {
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
