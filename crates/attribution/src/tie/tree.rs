//! Results as trees: one pass over JSON that borrows everything and keeps numbers as they were written, since a number
//! that has been a float is no longer the number that stood there.

use std::borrow::Cow;

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
    /// `true`, `false` or `null`.
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
    /// How many elements or members it has. The first is the node right behind it.
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
    /// The first node of each result.
    pub(crate) roots: Vec<u32>,
}

impl<'a> Forest<'a> {
    /// Adds a result. What is no JSON is a text as a whole.
    pub(crate) fn plant(&mut self, body: &'a str) {
        let root = self.nodes.len();
        self.roots.push(number(root));
        let mut reader = Reader { text: body, at: 0, nodes: &mut self.nodes, unescaped: &mut self.unescaped };
        reader.space();
        let read = reader.value(NONE, Key::Root, 0);
        reader.space();
        if read.is_none() || reader.at != body.len() {
            self.nodes.truncate(root);
            let value = Value::Text(body);
            self.nodes.push(Node { parent: NONE, next: NONE, len: 0, key: Key::Root, value });
        }
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

struct Reader<'a, 'f> {
    text: &'a str,
    at: usize,
    nodes: &'f mut Vec<Node<'a>>,
    unescaped: &'f mut Vec<String>,
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

    /// Reads one value and gives its node.
    fn value(&mut self, parent: u32, key: Key<'a>, depth: u32) -> Option<u32> {
        let node = u32::try_from(self.nodes.len()).ok().filter(|node| *node < NONE)?;
        self.nodes.push(Node { parent, next: NONE, len: 0, key, value: Value::Word });
        let value = match self.peek()? {
            b'{' | b'[' if depth >= DEPTH => return None,
            b'{' => self.parts(node, true, depth)?,
            b'[' => self.parts(node, false, depth)?,
            b'"' => {
                let text = self.string()?;
                if text.contains('\\') {
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
        self.nodes[node as usize].value = value;
        Some(node)
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
            if before != NONE {
                self.nodes[before as usize].next = child;
            }
            (before, len) = (child, len + 1);
            self.nodes[node as usize].len = len;
            self.space();
            if self.eat(close).is_some() {
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
