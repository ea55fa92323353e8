//! One rule: where it begins, and what must follow.

use std::sync::OnceLock;

use domain::label::Category;
use regex::Regex;

use super::worth::{entropy, is_placeholder, is_worth};
use crate::hit::Hit;

/// How far a rule looks from its beginning.
const REACH: usize = 600;

/// A prefix of a vendor's own: `(name, prefixes, expression, least entropy in tenths of a bit per sign)`. The secret is the
/// expression's first group, or all of it.
pub(super) type Vendor = (&'static str, &'static [&'static str], &'static str, u32);
/// A value set to a name: `(name, the names, the value's expression)`.
pub(super) type Assigned = (&'static str, &'static [&'static str], &'static str);
/// Anything else: `(name, category, beginnings, expression, confidence)`; group 1, or all of it.
pub(super) type Plain = (&'static str, Category, &'static [&'static str], &'static str, u8);

pub(super) struct Rule {
    pub(super) name: String,
    pub(super) beginnings: &'static [&'static str],
    category: Category,
    /// Whether a letter or digit before the beginning makes it the middle of another word.
    is_word: bool,
    expression: String,
    compiled: OnceLock<Option<Regex>>,
    /// In bits per sign.
    least_entropy: f64,
    confidence: u8,
    may_be_example: bool,
}

impl Rule {
    pub(super) fn of_vendor(&(name, beginnings, expression, least_entropy): &Vendor) -> Self {
        Self {
            name: format!("secret.{name}"),
            beginnings,
            category: Category::Credential,
            is_word: true,
            expression: format!(r"\A(?:{expression})(?:[^A-Za-z0-9_]|\z)"),
            compiled: OnceLock::new(),
            least_entropy: f64::from(least_entropy) / 10.0,
            confidence: 98,
            may_be_example: false,
        }
    }

    /// `vendor_api_key = "…"`, `"vendor": {"token": "…"`, `--vendor-token …`.
    pub(super) fn assigned(&(name, beginnings, value): &Assigned) -> Self {
        let expression = format!(
            r#"\A[A-Za-z]+(?i:[\w .\-]{{0,24}})['"`\s\]]{{0,3}}(?:=>|:=|=|:|,|\|\||>|\s)['"`\s=]{{0,5}}({value})(?:['"`\s;,&<)\\]|\z)"#
        );
        Self {
            name: format!("secret.{name}"),
            beginnings,
            category: Category::Credential,
            is_word: false,
            expression,
            compiled: OnceLock::new(),
            least_entropy: 2.8,
            confidence: 90,
            may_be_example: false,
        }
    }

    pub(super) fn plain(&(name, category, beginnings, expression, confidence): &Plain) -> Self {
        Self {
            name: format!("secret.{name}"),
            beginnings,
            category,
            is_word: false,
            expression: format!(r"\A(?:{expression})"),
            compiled: OnceLock::new(),
            least_entropy: 0.0,
            confidence,
            // A hash begins with the sign of a variable.
            may_be_example: category == Category::Organisation || name == "password_hash",
        }
    }

    #[cfg(test)]
    pub(super) fn compiles(&self) -> bool {
        self.regex().is_some()
    }

    fn regex(&self) -> Option<&Regex> {
        // A vendor's letters are ASCII, and a class of all of Unicode's takes a hundred times the room.
        let ascii = || self.expression.replace(r"[\w", "[0-9A-Za-z_").replace(r"\d", "[0-9]");
        self.compiled.get_or_init(|| Regex::new(&ascii()).ok()).as_ref()
    }

    /// What stands at a place where one of the beginnings is.
    pub(super) fn at(&self, text: &str, start: usize) -> Option<Hit> {
        let before = text.as_bytes().get(start.wrapping_sub(1)).copied();
        if self.is_word && before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return None;
        }
        let mut end = text.len().min(start + REACH);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let stretch = &text[start..end];
        let found = self.regex()?.captures(stretch)?;
        let whole = found.get(0)?;
        // What follows a vendor's key is in the expression to see that the key ends there.
        let secret = found.get(1).map_or_else(
            || {
                let range = whole.range();
                let ends = self.is_word && !stretch[..range.end].ends_with(is_of_a_key);
                let last = stretch[..range.end].chars().next_back().map_or(0, char::len_utf8);
                range.start..if ends { range.end - last } else { range.end }
            },
            |group| group.range(),
        );
        let value = &stretch[secret.clone()];
        let is_weak = entropy(value) < self.least_entropy || (!self.may_be_example && is_placeholder(value));
        let is_weak = is_weak || value.is_empty() || !is_worth(&self.name, value);
        // Where the beginning stands in the middle, the secret begins before it.
        let from = if found.get(1).is_none() && is_middle(stretch) {
            start - word_before(text, start)
        } else {
            start + secret.start
        };
        let range = from..start + secret.end;
        (!is_weak).then(|| Hit::new(self.name.clone(), self.category, range, self.confidence))
    }
}

/// Whether a rule's beginning is no beginning of what it finds: a scheme or a bucket's name stands before it.
fn is_middle(stretch: &str) -> bool {
    stretch.starts_with(['.', ':']) || stretch.get(1..3) == Some("Q~")
}

/// How long the word is that ends here.
fn word_before(text: &str, end: usize) -> usize {
    let is_one = |byte: &u8| byte.is_ascii_alphanumeric() || b"._~+-".contains(byte);
    text.as_bytes()[..end].iter().rev().take(64).take_while(|byte| is_one(byte)).count()
}

fn is_of_a_key(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || sign == '_'
}
