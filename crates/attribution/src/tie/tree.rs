//! Results as trees: one pass over JSON that borrows everything and keeps numbers as they were written, since a number
//! that has been a float is no longer the number that stood there.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::IgnoredAny;

use super::kind::Shown;

/// What is nested deeper is not looked at: no API does it on purpose, and the stack stays small.
const DEPTH: u32 = 96;
/// Stands for the number of a node that is not there.
pub(crate) const NONE: u32 = u32::MAX;

/// Where a node hangs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key<'a> {
    /// It is the whole of a result.
    Root,
    /// A member of an object; the name as written, without its quotes.
    Name(&'a str),
    /// An element of an array.
    Place(u32),
}

/// What a node is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    /// A number, as written.
    Number(&'a str),
    /// A string that was written with escapes: its place among those that were read.
    Escaped(u32),
    /// A string without escapes, or a result that is no JSON.
    Text(&'a str),
    /// `true`, `false` or `null`; or a result of which nothing was shown.
    Word,
    /// An array.
    List,
    /// An object.
    Record,
}

/// One value of a result.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a> {
    pub(crate) parent: u32,
    /// The next element or member of the same parent.
    pub(crate) next: u32,
    /// How many elements or members it has, those that were not shown among them. The first that was shown is the node right
    /// behind it; 0 if none was.
    pub(crate) len: u32,
    pub(crate) key: Key<'a>,
    pub(crate) value: Value<'a>,
}

/// All results, each a tree; children stand behind their parents.
#[derive(Debug, Default)]
pub(crate) struct Forest<'a> {
    pub(crate) nodes: Vec<Node<'a>>,
    /// The strings that were written with escapes, read once.
    unescaped: Vec<String>,
    /// The strings of which only a part was shown: all of each as it is written, or all of a result that is no JSON.
    cut: Vec<(u32, &'a str)>,
    /// The first node of each result.
    pub(crate) roots: Vec<u32>,
}

impl<'a> Forest<'a> {
    /// Adds what was shown of a result. What is no JSON is a text as a whole.
    pub(crate) fn plant(&mut self, body: &'a str, shown: Shown<'_>) {
        let root = self.nodes.len();
        self.roots.push(number(root));
        let parts = match shown {
            Shown::Whole => None,
            Shown::Parts(parts) => Some(parts),
        };
        let (nodes, unescaped, cut) = (&mut self.nodes, &mut self.unescaped, &mut self.cut);
        let mut reader = Reader { text: body, at: 0, nodes, unescaped, cut, parts, part: 0 };
        reader.space();
        let read = reader.value(NONE, Key::Root, 0);
        reader.space();
        // We read more than is JSON; others must be able to follow our pointers.
        let is_json =
            read.is_some() && reader.at == body.len() && serde_json::from_str::<IgnoredAny>(body).is_ok();
        if !is_json {
            self.nodes.truncate(root);
            self.cut.retain(|(node, _)| (*node as usize) < root);
            let value = match parts {
                None => Value::Text(body),
                Some(parts) => {
                    self.cut.push((number(root), body));
                    self.unescaped.push(joined(body, parts));
                    Value::Escaped(number(self.unescaped.len() - 1))
                }
            };
            self.nodes.push(Node { parent: NONE, next: NONE, len: 0, key: Key::Root, value });
        }
    }

    /// The whole string of a node of which only a part was shown.
    pub(crate) fn whole_of(&self, node: u32) -> Option<Cow<'a, str>> {
        let place = self.cut.binary_search_by_key(&node, |(cut, _)| *cut).ok()?;
        let (_, text) = self.cut[place];
        // A result that is no JSON escapes nothing.
        let escapes = self.node(node).parent != NONE && text.contains('\\');
        Some(if escapes { unescaped(text) } else { Cow::Borrowed(text) })
    }

    pub(crate) fn node(&self, node: u32) -> &Node<'a> {
        &self.nodes[node as usize]
    }

    /// Which result a node is of.
    pub(crate) fn result_of(&self, node: u32) -> usize {
        self.roots.partition_point(|root| *root <= node).saturating_sub(1)
    }

    /// The elements or members of a node.
    pub(crate) fn children(&self, node: u32) -> impl Iterator<Item = u32> {
        let first = (self.node(node).len > 0).then_some(node + 1);
        std::iter::successors(first, |child| Some(self.node(*child).next).filter(|next| *next != NONE))
    }

    /// The string that a node is.
    pub(crate) fn text(&self, node: u32) -> Option<&str> {
        match self.node(node).value {
            Value::Text(text) => Some(text),
            Value::Escaped(place) => self.unescaped.get(place as usize).map(String::as_str),
            _ => None,
        }
    }

    /// The name of a member.
    pub(crate) fn name(&self, node: u32) -> Option<Cow<'a, str>> {
        match self.node(node).key {
            Key::Name(name) if name.contains('\\') => Some(unescaped(name)),
            Key::Name(name) => Some(Cow::Borrowed(name)),
            _ => None,
        }
    }

    /// The pointer (RFC 6901) to a node within its result.
    pub(crate) fn pointer(&self, node: u32) -> String {
        let mut tokens = Vec::new();
        let mut at = node;
        loop {
            match self.node(at).key {
                Key::Root => break,
                Key::Place(place) => tokens.push(place.to_string()),
                Key::Name(_) => {
                    let name = self.name(at).unwrap_or_default();
                    tokens.push(name.replace('~', "~0").replace('/', "~1"));
                }
            }
            at = self.node(at).parent;
        }
        tokens.iter().rev().fold(String::new(), |pointer, token| pointer + "/" + token)
    }
}

fn number(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(NONE)
}

fn unescaped(text: &str) -> Cow<'_, str> {
    serde_json::from_str::<String>(&format!("\"{text}\"")).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The parts of a text that were shown, as one text.
fn joined(text: &str, parts: &[Range<usize>]) -> String {
    parts.iter().filter_map(|part| text.get(part.clone())).collect::<Vec<_>>().join("\n")
}

struct Reader<'a, 'f> {
    text: &'a str,
    at: usize,
    nodes: &'f mut Vec<Node<'a>>,
    unescaped: &'f mut Vec<String>,
    cut: &'f mut Vec<(u32, &'a str)>,
    /// What was shown; all if none is given.
    parts: Option<&'f [Range<usize>]>,
    /// The first of them that does not end before the place where we read.
    part: usize,
}

/// A value that was read.
struct Read {
    node: u32,
    /// Whether anything of it was shown.
    shown: bool,
}

impl<'a> Reader<'a, '_> {
    fn space(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Reads one value. Of one that was not shown nothing is kept but its node.
    fn value(&mut self, parent: u32, key: Key<'a>, depth: u32) -> Option<Read> {
        let node = u32::try_from(self.nodes.len()).ok().filter(|node| *node < NONE)?;
        let strings = self.unescaped.len();
        self.nodes.push(Node { parent, next: NONE, len: 0, key, value: Value::Word });
        let (start, first) = (self.at, self.first_part());
        let value = match self.peek()? {
            b'{' | b'[' if depth >= DEPTH => return None,
            b'{' => self.parts(node, true, depth)?,
            b'[' => self.parts(node, false, depth)?,
            b'"' => {
                let text = self.string()?;
                let shown = self.shown_of(text, start + 1, first);
                if let Some(shown) = shown {
                    self.cut.push((node, text));
                    self.unescaped.push(shown);
                    Value::Escaped(number(self.unescaped.len() - 1))
                } else if text.contains('\\') {
                    self.unescaped.push(unescaped(text).into_owned());
                    Value::Escaped(number(self.unescaped.len() - 1))
                } else {
                    Value::Text(text)
                }
            }
            b't' => self.word("true")?,
            b'f' => self.word("false")?,
            b'n' => self.word("null")?,
            _ => self.number()?,
        };
        let parts = self.parts.and_then(|parts| parts.get(first..));
        let shown = parts.is_none_or(|parts| parts.first().is_some_and(|part| part.start < self.at));
        if shown {
            self.nodes[node as usize].value = value;
        } else {
            self.nodes.truncate(node as usize + 1);
            self.nodes[node as usize].len = 0;
            self.unescaped.truncate(strings);
            while self.cut.pop_if(|(cut, _)| *cut >= node).is_some() {}
        }
        Some(Read { node, shown })
    }

    /// The first part that was shown and does not end here or before.
    fn first_part(&mut self) -> usize {
        let parts = self.parts.unwrap_or_default();
        while parts.get(self.part).is_some_and(|part| part.end <= self.at) {
            self.part += 1;
        }
        self.part
    }

    /// What was shown of a string whose text begins at `start`, if that is a part of it; `first` is the first part that may
    /// lie in it.
    fn shown_of(&self, text: &str, start: usize, first: usize) -> Option<String> {
        let end = start + text.len();
        let parts = self.parts?.get(first..)?.iter().take_while(|part| part.start < end);
        let within: Vec<Range<usize>> = parts
            .map(|part| part.start.max(start) - start..part.end.min(end).saturating_sub(start))
            .filter(|part| part.start < part.end)
            .collect();
        let whole = within.is_empty() || within.first().is_some_and(|part| *part == (0..text.len()));
        let said = |part: &Range<usize>| Some(unescaped(text.get(part.clone())?).into_owned());
        (!whole).then(|| within.iter().filter_map(said).collect::<Vec<_>>().join("\n"))
    }

    fn parts(&mut self, node: u32, record: bool, depth: u32) -> Option<Value<'a>> {
        let (value, close) = if record { (Value::Record, b'}') } else { (Value::List, b']') };
        self.at += 1;
        self.space();
        if self.eat(close).is_some() {
            return Some(value);
        }
        let mut before = NONE;
        let mut len = 0;
        loop {
            let key = if record {
                let name = self.string()?;
                self.space();
                self.eat(b':')?;
                self.space();
                Key::Name(name)
            } else {
                Key::Place(len)
            };
            let child = self.value(node, key, depth + 1)?;
            len += 1;
            if !child.shown {
                self.nodes.truncate(child.node as usize);
            } else if before != NONE {
                self.nodes[before as usize].next = child.node;
            }
            if child.shown {
                before = child.node;
            }
            self.space();
            if self.eat(close).is_some() {
                self.nodes[node as usize].len = if before == NONE { 0 } else { len };
                return Some(value);
            }
            self.eat(b',')?;
            self.space();
        }
    }

    fn string(&mut self) -> Option<&'a str> {
        self.eat(b'"')?;
        let start = self.at;
        loop {
            let found = memchr::memchr2(b'"', b'\\', &self.text.as_bytes()[self.at..])?;
            self.at += found + 1;
            if self.text.as_bytes()[self.at - 1] == b'"' {
                return self.text.get(start..self.at - 1);
            }
            // What a backslash escapes is no end, and a text may break off behind one.
            if self.at == self.text.len() {
                return None;
            }
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str) -> Option<Value<'a>> {
        self.text.get(self.at..)?.starts_with(word).then(|| self.at += word.len())?;
        Some(Value::Word)
    }

    fn number(&mut self) -> Option<Value<'a>> {
        let rest = &self.text.as_bytes()[self.at..];
        let len = rest
            .iter()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .count();
        let digits = rest.iter().take(len).any(u8::is_ascii_digit);
        let number = self.text.get(self.at..self.at + len).filter(|_| digits)?;
        self.at += len;
        Some(Value::Number(number))
    }
}
