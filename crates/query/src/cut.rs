//! Cutting a text into terms: where each begins and ends, whatever it says. It never fails and reads each character once;
//! whether a term makes sense is for `read` to say.

use std::ops::Range;

use domain::filter::Compared;

/// A term: what stands between white space.
#[derive(Debug)]
pub(crate) struct Term {
    /// All of it.
    pub(crate) span: Range<usize>,
    /// The `-` or `not:` before it.
    pub(crate) not: Option<Range<usize>>,
    /// Its alternatives, between `|`; at least one.
    pub(crate) parts: Vec<Part>,
}

/// One alternative.
#[derive(Debug)]
pub(crate) struct Part {
    /// All of it.
    pub(crate) span: Range<usize>,
    /// The field's name without the colon; none for words.
    pub(crate) field: Option<Range<usize>>,
    /// The values; at least one, which may be empty; exactly one for words.
    pub(crate) values: Vec<Value>,
}

/// One value.
#[derive(Debug)]
pub(crate) struct Value {
    /// All of it, the comparison and the quotes included.
    pub(crate) span: Range<usize>,
    /// The sign before it.
    pub(crate) compared: Option<Compared>,
    /// Where it begins behind the sign.
    pub(crate) from: usize,
    /// What it says, without quotes and escapes.
    pub(crate) text: String,
    /// Whether it stands in quotes.
    pub(crate) quoted: bool,
    /// Whether its quotes are closed; true without quotes.
    pub(crate) closed: bool,
}

/// The signs that compare; a longer one stands before its beginning.
const SIGNS: [(&str, Compared); 7] = [
    (">=", Compared::AtLeast),
    ("≥", Compared::AtLeast),
    ("<=", Compared::AtMost),
    ("≤", Compared::AtMost),
    (">", Compared::Above),
    ("<", Compared::Below),
    ("=", Compared::Is),
];

/// The sign as we write it; empty for equal.
pub(crate) fn sign(compared: Compared) -> &'static str {
    match compared {
        Compared::Is => "",
        Compared::Below => "<",
        Compared::AtMost => "≤",
        Compared::AtLeast => "≥",
        Compared::Above => ">",
    }
}

/// Whether a value begins with a sign that compares.
pub(crate) fn begins_with_sign(value: &str) -> bool {
    SIGNS.iter().any(|(sign, _)| value.starts_with(sign))
}

/// Whether a character opens or closes quotes: ours, and those that systems put in their place as people type.
pub(crate) fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '“' | '”' | '„')
}

/// The terms of a text, in order.
pub(crate) fn cut(text: &str) -> Vec<Term> {
    let mut cutter = Cutter { text, at: 0 };
    let mut terms = Vec::new();
    loop {
        cutter.skip(char::is_whitespace);
        if cutter.rest().is_empty() {
            return terms;
        }
        terms.push(cutter.term());
    }
}

struct Cutter<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cutter<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip(&mut self, belongs: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|letter| !belongs(letter)).unwrap_or(rest.len());
    }

    fn eat(&mut self, start: &str) -> bool {
        let there = self.rest().starts_with(start);
        if there {
            self.at += start.len();
        }
        there
    }

    /// Called where something stands that is no white space, and goes past it: a bar or a quote counts, and so does
    /// anything else.
    fn term(&mut self) -> Term {
        let start = self.at;
        let not = self.negation();
        let mut parts = vec![self.part()];
        while self.eat("|") {
            parts.push(self.part());
        }
        Term { span: start..self.at, not, parts }
    }

    fn negation(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let spelled = self.rest().get(..4).is_some_and(|word| word.eq_ignore_ascii_case("not:"));
        self.at += if spelled { 4 } else { usize::from(self.rest().starts_with('-')) };
        (self.at > start).then_some(start..self.at)
    }

    fn part(&mut self) -> Part {
        let start = self.at;
        let letters = self.rest().find(|letter: char| !letter.is_ascii_alphabetic() && letter != '_');
        let named = letters.filter(|letters| *letters > 0 && self.rest()[*letters..].starts_with(':'));
        let Some(letters) = named else {
            let value = self.value(false);
            return Part { span: start..self.at, field: None, values: vec![value] };
        };
        self.at += letters + 1;
        let mut values = vec![self.value(true)];
        while self.eat(",") {
            values.push(self.value(true));
        }
        Part { span: start..self.at, field: Some(start..start + letters), values }
    }

    /// One value; of a list behind a field, or words.
    fn value(&mut self, listed: bool) -> Value {
        let start = self.at;
        let sign = SIGNS.iter().find(|(sign, _)| listed && self.eat(sign));
        let compared = sign.map(|(_, compared)| *compared);
        let from = self.at;
        if let Some(open) = self.rest().chars().next().filter(|letter| is_quote(*letter)) {
            let (text, closed) = self.quoted(open);
            return Value { span: start..self.at, compared, from, text, quoted: true, closed };
        }
        self.skip(|letter| {
            let ends = letter.is_whitespace() || letter == '|' || is_quote(letter);
            !(ends || listed && letter == ',')
        });
        let text = self.text[from..self.at].to_owned();
        Value { span: start..self.at, compared, from, text, quoted: false, closed: true }
    }

    /// What stands in quotes, and whether they end.
    fn quoted(&mut self, open: char) -> (String, bool) {
        let mut text = String::new();
        let mut letters = self.rest().char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            if letter == '\\' {
                // A backslash at the very end escapes nothing, and the quotes are not closed either.
                text.extend(letters.next().map(|(_, escaped)| escaped));
            } else if if open == '"' { letter == '"' } else { is_quote(letter) } {
                self.at += at + letter.len_utf8();
                return (text, true);
            } else {
                text.push(letter);
            }
        }
        self.at = self.text.len();
        (text, false)
    }
}
