//! Whether a regular expression can be used, told by looking at it. Compiling one is what takes longest of an import:
//! `.{1,2044}` stands for tens of thousands of states. So the checker of arguments is asked itself only of what is not
//! plain to see, and what would cost every call too much is not used at all.

use std::iter::Peekable;
use std::str::Chars;

/// How many states an expression may have, about.
const MOST: u64 = 50_000;
/// How deep groups may lie in one another.
const DEEPEST: usize = 32;

/// What can be told of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    /// It compiles, and has few states.
    Good,
    /// It has too many.
    Costly,
    /// It holds something that must be tried.
    Unclear,
}

/// Looks at an expression. What is [`Looked::Good`] has nothing but what ECMA-262 and the checker's own dialect read in
/// the same way.
pub(crate) fn look(pattern: &str) -> Looked {
    let mut reading = Reading { rest: pattern.chars().peekable(), groups: vec![Group::default()] };
    match reading.all() {
        Some(states) if states <= MOST => Looked::Good,
        Some(_) => Looked::Costly,
        None => Looked::Unclear,
    }
}

/// What of a group was read.
#[derive(Default)]
struct Group {
    states: u64,
    /// The states of what a repetition would be about.
    last: Option<u64>,
    /// Whether it holds an anchor, which not everybody lets repeat.
    anchored: bool,
}

impl Group {
    fn push(&mut self, states: u64) {
        self.settle();
        self.last = Some(states);
    }

    fn settle(&mut self) {
        self.states = self.states.saturating_add(self.last.take().unwrap_or(0));
    }
}

struct Reading<'p> {
    rest: Peekable<Chars<'p>>,
    groups: Vec<Group>,
}

impl Reading<'_> {
    /// The states of the whole; none if it is not plain to see.
    fn all(&mut self) -> Option<u64> {
        while let Some(char) = self.rest.next() {
            match char {
                '(' => {
                    if self.rest.next_if_eq(&'?').is_some() {
                        self.rest.next_if_eq(&':')?;
                    }
                    if self.groups.len() > DEEPEST {
                        return None;
                    }
                    self.groups.push(Group::default());
                }
                ')' => {
                    let mut inner = self.groups.pop()?;
                    inner.settle();
                    let around = self.groups.last_mut()?;
                    around.push(inner.states.saturating_add(2));
                    if inner.anchored {
                        around.settle();
                        around.anchored = true;
                    }
                }
                '|' => {
                    let group = self.groups.last_mut()?;
                    group.settle();
                    group.states = group.states.saturating_add(1);
                }
                '^' | '$' => {
                    let group = self.groups.last_mut()?;
                    group.settle();
                    group.states = group.states.saturating_add(1);
                    group.anchored = true;
                }
                '*' | '+' | '?' => self.repeat(1)?,
                '{' => {
                    let times = self.times()?;
                    self.repeat(times)?;
                }
                '[' => {
                    let states = self.class()?;
                    self.groups.last_mut()?.push(states);
                }
                '\\' => {
                    let (_, states) = self.escape()?;
                    self.groups.last_mut()?.push(states);
                }
                '.' => self.groups.last_mut()?.push(12),
                ']' | '}' => return None,
                char if char.is_control() => return None,
                char if char.is_ascii() => self.groups.last_mut()?.push(1),
                _ => self.groups.last_mut()?.push(4),
            }
        }
        let mut whole = self.groups.pop()?;
        whole.settle();
        self.groups.is_empty().then_some(whole.states)
    }

    fn repeat(&mut self, times: u64) -> Option<()> {
        self.rest.next_if_eq(&'?');
        let group = self.groups.last_mut()?;
        let states = group.last.take()?;
        group.states = group.states.saturating_add(states.saturating_mul(times)).saturating_add(1);
        Some(())
    }

    /// `3}`, `3,}` or `3,5}`: how often what is before it stands there at most, or at least.
    fn times(&mut self) -> Option<u64> {
        let least = self.number()?;
        if self.rest.next_if_eq(&'}').is_some() {
            return Some(least);
        }
        self.rest.next_if_eq(&',')?;
        if self.rest.next_if_eq(&'}').is_some() {
            return Some(least + 1);
        }
        let most = self.number()?;
        self.rest.next_if_eq(&'}')?;
        (least <= most).then_some(most)
    }

    fn number(&mut self) -> Option<u64> {
        let mut digits = String::new();
        while let Some(digit) = self.rest.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        digits.parse().ok().filter(|number| *number <= 100_000)
    }

    /// What stands behind a backslash: a character, if it is one, and its states.
    fn escape(&mut self) -> Option<(Option<char>, u64)> {
        Some(match self.rest.next()? {
            'd' | 'w' => (None, 4),
            's' => (None, 30),
            'D' | 'W' | 'S' => (None, 40),
            'n' => (Some('\n'), 1),
            'r' => (Some('\r'), 1),
            't' => (Some('\t'), 1),
            char if ".-/\\+*?()[]{}|^$".contains(char) => (Some(char), 1),
            _ => return None,
        })
    }

    /// The rest of a class, such as `a-z_]`.
    fn class(&mut self) -> Option<u64> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut states = if negated { 20 } else { 2 };
        let mut first = true;
        loop {
            let char = self.rest.next()?;
            if char == ']' {
                return (!first).then_some(states);
            }
            let low = self.member(char, first)?;
            first = false;
            if low.is_none() || !low.is_some_and(|low| low.is_ascii()) {
                states += 30;
            }
            if self.rest.next_if_eq(&'-').is_none() {
                continue;
            }
            // A hyphen at the end stands for itself.
            if self.rest.peek() == Some(&']') {
                continue;
            }
            let char = self.rest.next()?;
            let high = self.member(char, false)??;
            if low? > high {
                return None;
            }
            // `a-c-e` is read in more than one way; `a-c-]` is not.
            if self.rest.next_if_eq(&'-').is_some() && self.rest.peek() != Some(&']') {
                return None;
            }
        }
    }

    /// One member of a class; no character if it stands for several.
    fn member(&mut self, char: char, first: bool) -> Option<Option<char>> {
        match char {
            '\\' => match self.escape()? {
                (None, 40) => None,
                (char, _) => Some(char),
            },
            '[' => None,
            '-' if !first => None,
            // Doubled, they are operators to some.
            '&' | '~' | '-' if self.rest.peek() == Some(&char) => None,
            char if char.is_control() => None,
            char => Some(Some(char)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_plain_to_see_is_told_from_what_must_be_tried() {
        for good in [
            r"^[a-z0-9-]+$",
            r"^arn:(?:[0-9a-zA-Z_-]+:){3}([0-9]{12,}):x/(s-[0-9a-zA-Z]{17})$",
            r"^arn:.{16,2044}$",
            r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(\.\d+)?(Z|[-+]\d{2}:\d{2}))?$",
            r"[\w+=,.@-]{1,128}",
        ] {
            assert_eq!(look(good), Looked::Good, "{good}");
        }
        for unclear in
            ["(?<=a)b", r"\p{L}", "a**", "[a", "a{2,1}", "(a", "[[:alpha:]]", "[a&&b]", r"\u0041", "a)", "x{"]
        {
            assert_eq!(look(unclear), Looked::Unclear, "{unclear}");
        }
        assert_eq!(look("((.{1,500}){1,500}){1,500}"), Looked::Costly);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_good_compiles(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "a", "z", "-", "[", "]", "^", "$", "(", "(?:", ")", "|", "*", "+", "?", "{2}", "{1,3}", "{,", ".", "\\d", "\\w", "\\s",
                    "\\.", "\\-", "\\/", "&", "~", ",", "[a-z]", "[^a]", "[a-]", "[\\w.-]", "[\\s-]", "é", "#", " ", ":", "<", "/",
                ]),
                1..9,
            ),
        ) {
            let pattern = pieces.concat();
            if look(&pattern) == Looked::Good {
                let built = jsonschema::draft202012::options().build(&json!({ "pattern": pattern }));
                prop_assert!(built.is_ok(), "{pattern}: {:?}", built.err());
            }
        }
    }
}
