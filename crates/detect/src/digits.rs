//! A run of digits with what stands between them, as people write long numbers.

use std::ops::Range;

/// The most digits of a number that any detector knows, and some more, so that a longer one is seen to be longer.
const MOST: usize = 24;
/// The most groups that one number is written in.
const GROUPS: usize = 12;

/// One group of digits in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Group {
    pub(crate) fn len(self) -> usize {
        self.end - self.start
    }
}

/// A run: groups of digits, with one or two signs of spaces, dots, dashes, slashes and brackets between them.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    pub(crate) text: &'a str,
    /// Where it begins, with `+` or `(` if there is one.
    pub(crate) start: usize,
    pub(crate) groups: Vec<Group>,
}

/// The values of a number's digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digits {
    values: [u8; MOST],
    len: usize,
}

impl Digits {
    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.values[..self.len]
    }

    /// The digits of a text, whatever stands between them; `None` if there are more than any number has.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let mut digits = Self { values: [0; MOST], len: 0 };
        for byte in text.bytes().filter(u8::is_ascii_digit) {
            *digits.values.get_mut(digits.len)? = byte - b'0';
            digits.len += 1;
        }
        Some(digits)
    }
}

impl<'a> Run<'a> {
    /// The run whose first digit is at `at`.
    pub(crate) fn at(text: &'a str, at: usize) -> Self {
        let bytes = text.as_bytes();
        let mut start = at;
        // `+49`, `(030`, `(+358`: what opens a number belongs to it.
        for opening in [b'+', b'(', b'+'] {
            if start > 0 && bytes[start - 1] == opening {
                start -= 1;
            }
        }
        let mut groups = Vec::with_capacity(4);
        let mut here = at;
        loop {
            let end = here + bytes[here..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            groups.push(Group { start: here, end });
            let between = bytes[end..].iter().take(3).take_while(|byte| is_between(**byte)).count();
            let next = end + between;
            let goes_on = (1..=2).contains(&between) && bytes.get(next).is_some_and(u8::is_ascii_digit);
            if !goes_on || groups.len() == GROUPS {
                return Self { text, start, groups };
            }
            here = next;
        }
    }

    /// The byte after its last digit.
    pub(crate) fn end(&self) -> usize {
        self.groups.last().map_or(self.start, |group| group.end)
    }

    /// What stands between a group and the one before it.
    pub(crate) fn before(&self, group: usize) -> &'a str {
        let from = group.checked_sub(1).map_or(self.start, |before| self.groups[before].end);
        &self.text[from..self.groups[group].start]
    }

    /// Where these groups stand.
    pub(crate) fn range(&self, groups: Range<usize>) -> Range<usize> {
        self.groups[groups.start].start..self.groups[groups.end - 1].end
    }

    /// The digits of these groups; `None` if they are more than any number has.
    pub(crate) fn digits(&self, groups: Range<usize>) -> Option<Digits> {
        Digits::of(&self.text[self.range(groups)])
    }

    /// How these groups are written: `3.3.3-2` for `611.443.278-90`; `None` if two signs stand between them.
    pub(crate) fn written(&self, groups: Range<usize>) -> Option<String> {
        let mut form = String::with_capacity(16);
        for group in groups.clone() {
            if group > groups.start {
                let between = self.before(group);
                if between.len() != 1 {
                    return None;
                }
                form.push_str(between);
            }
            form.push_str(&self.groups[group].len().to_string());
        }
        Some(form)
    }

    /// Every stretch of whole groups with at least `least` and at most `most` digits.
    pub(crate) fn stretches(&self, least: usize, most: usize) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for first in 0..self.groups.len() {
            let mut digits = 0;
            for last in first..self.groups.len() {
                digits += self.groups[last].len();
                if digits > most {
                    break;
                }
                if digits >= least {
                    found.push(first..last + 1);
                }
            }
        }
        found
    }
}

fn is_between(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.' | b'/' | b'(' | b')')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_its_groups_and_how_they_are_written() {
        let run = Run::at("cpf 611.443.278-90, then", 4);
        assert_eq!(run.written(0..4).unwrap(), "3.3.3-2");
        assert_eq!(run.range(0..4), 4..18);
        let run = Run::at("(+358) 129013187", 2);
        assert_eq!((run.start, run.groups.len()), (0, 2));
        assert_eq!(run.written(0..2), None);
    }
}
