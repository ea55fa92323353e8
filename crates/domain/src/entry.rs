//! An entry: a fact with its place and time, and the bytes that stand for it in the tree.
//!
//! The bytes are RFC 8785 (JCS) JSON of an I-JSON subset: ASCII keys, whole numbers within 2^53 − 1, no floats. They
//! are what is hashed; a body whose canonical form differs from its bytes is refused.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical::{self, LARGEST};
use crate::fact::Fact;
use crate::id::{BootId, ConversationId, Seq};
use crate::payload::Payload;
use crate::time::{Micros, Moment};

/// The format's version, `v` in every body.
pub const VERSION: u8 = 1;

/// The most bytes of a body: what the 16-bit lengths of an entry tile (C2SP tlog-tiles) can say.
pub const LONGEST_BODY: usize = 65_535;

/// What a conversation's entry says of its own conversation, so that an export of it alone proves itself whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The conversation.
    pub conversation: ConversationId,
    /// The entry's place in it, dense from 0.
    pub cseq: u64,
    /// The leaf hash of the conversation's entry before, 64 hexadecimal digits; empty for the first.
    pub cprev: String,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place.
    pub seq: Seq,
    /// When, by the wall clock.
    pub at: Micros,
    /// Microseconds since the run began.
    pub mono: u64,
    /// Which run of the program.
    pub boot: BootId,
    /// Its conversation, if it has one.
    pub link: Option<Link>,
    /// What happened.
    pub fact: Fact,
}

/// A fact on its way to the trail. The writer gives it its place.
#[derive(Clone, Debug)]
pub struct Draft {
    /// When it happened.
    pub moment: Moment,
    /// In which conversation.
    pub conversation: Option<ConversationId>,
    /// What.
    pub fact: Fact,
    /// The payloads that the fact commits to.
    pub payloads: Vec<Payload>,
}

/// Bytes that are not an entry of this format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Not JSON, or not an object of this format's fields.
    #[error("not an entry: {0}")]
    Shape(String),
    /// JSON, but other bytes than RFC 8785 gives for the same value.
    #[error("the bytes are not in canonical form (RFC 8785)")]
    NotCanonical,
    /// More bytes than [`LONGEST_BODY`].
    #[error("the body has more than 65,535 bytes")]
    TooLong,
    /// A number that is a float or beyond 2^53 − 1, or a key that is not ASCII.
    #[error("outside the I-JSON subset at `{0}`")]
    Subset(String),
}

#[derive(Serialize)]
struct Written<'a> {
    v: u8,
    seq: Seq,
    at: Micros,
    mono: u64,
    boot: BootId,
    #[serde(flatten)]
    link: Option<&'a Link>,
    #[serde(flatten)]
    fact: &'a Fact,
}

#[derive(Deserialize)]
struct Envelope {
    v: u8,
    seq: Seq,
    at: Micros,
    mono: u64,
    boot: BootId,
    #[serde(flatten)]
    link: Option<Link>,
}

/// A body as it is if nothing is wrong with it. It takes in others as well.
#[derive(Deserialize)]
struct Plain {
    seq: Seq,
    at: Micros,
    mono: u64,
    boot: BootId,
    conversation: Option<ConversationId>,
    cseq: Option<u64>,
    cprev: Option<String>,
    /// So that it is no field of the fact.
    #[serde(rename = "v")]
    _version: u8,
    #[serde(flatten)]
    fact: Fact,
}

impl From<Plain> for Entry {
    fn from(plain: Plain) -> Self {
        let Plain { seq, at, mono, boot, conversation, cseq, cprev, fact, .. } = plain;
        let link = match (conversation, cseq, cprev) {
            (Some(conversation), Some(cseq), Some(cprev)) => Some(Link { conversation, cseq, cprev }),
            _ => None,
        };
        Self { seq, at, mono, boot, link, fact }
    }
}

impl Entry {
    /// The bytes that are hashed and stored.
    ///
    /// # Errors
    /// If a number or the whole is too large for the format.
    pub fn to_body(&self) -> Result<Vec<u8>, BodyError> {
        let body = canonical::to_vec(&self.written()).map_err(|error| BodyError::Shape(error.to_string()))?;
        if body.len() > LONGEST_BODY { Err(BodyError::TooLong) } else { Ok(body) }
    }

    fn written(&self) -> Written<'_> {
        let Self { seq, at, mono, boot, link, fact } = self;
        Written { v: VERSION, seq: *seq, at: *at, mono: *mono, boot: *boot, link: link.as_ref(), fact }
    }

    /// The entry that a body says.
    ///
    /// # Errors
    /// For anything that [`Entry::to_body`] would not have written.
    pub fn from_body(body: &[u8]) -> Result<Self, BodyError> {
        if body.len() > LONGEST_BODY {
            return Err(BodyError::TooLong);
        }
        // What reads and is written again as the very same bytes can have nothing wrong with it. Only what does not is
        // looked at by way of a tree of values, which takes several times as long and finds out what is wrong.
        match serde_json::from_slice::<Plain>(body).map(Self::from) {
            Ok(entry) if entry.to_body().is_ok_and(|again| again == body) => Ok(entry),
            _ => Self::examined(body),
        }
    }

    /// The same by way of a tree of values, step by step, so that the error says what is wrong.
    fn examined(body: &[u8]) -> Result<Self, BodyError> {
        let shape = |error: serde_json::Error| BodyError::Shape(error.to_string());
        let value: Value = serde_json::from_slice(body).map_err(shape)?;
        check_subset(&value, "")?;
        if by_the_library(&value)? != body {
            return Err(BodyError::NotCanonical);
        }
        let Value::Object(mut fact) = value else {
            return Err(BodyError::Shape("not an object".to_owned()));
        };
        let mut envelope = serde_json::Map::new();
        for key in ["v", "seq", "at", "mono", "boot", "conversation", "cseq", "cprev"] {
            if let Some(value) = fact.remove(key) {
                envelope.insert(key.to_owned(), value);
            }
        }
        let linked =
            ["conversation", "cseq", "cprev"].iter().filter(|key| envelope.contains_key(**key)).count();
        if linked != 0 && linked != 3 {
            return Err(BodyError::Shape("`conversation`, `cseq` and `cprev` stand together".to_owned()));
        }
        let wire: Envelope = serde_json::from_value(Value::Object(envelope)).map_err(shape)?;
        if wire.v != VERSION {
            return Err(BodyError::Shape(format!("version {} is not {VERSION}", wire.v)));
        }
        if linked == 3 && wire.link.is_none() {
            return Err(BodyError::Shape("`conversation`, `cseq` or `cprev` has the wrong form".to_owned()));
        }
        let fact: Fact = serde_json::from_value(Value::Object(fact)).map_err(shape)?;
        let entry =
            Self { seq: wire.seq, at: wire.at, mono: wire.mono, boot: wire.boot, link: wire.link, fact };
        // An optional field that is spelt out as null, say, reads well but is not what we write.
        if entry.to_body()? == body { Ok(entry) } else { Err(BodyError::NotCanonical) }
    }
}

fn by_the_library(value: &Value) -> Result<Vec<u8>, BodyError> {
    serde_json_canonicalizer::to_vec(value).map_err(|error| BodyError::Shape(error.to_string()))
}

fn check_subset(value: &Value, path: &str) -> Result<(), BodyError> {
    let refused = || BodyError::Subset(path.to_owned());
    match value {
        Value::Number(number) => {
            let size =
                number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs)).ok_or_else(refused)?;
            if size <= LARGEST { Ok(()) } else { Err(refused()) }
        }
        Value::Array(items) => items.iter().try_for_each(|item| check_subset(item, path)),
        Value::Object(fields) => fields.iter().try_for_each(|(key, item)| {
            if key.is_ascii() { check_subset(item, key) } else { Err(BodyError::Subset(key.clone())) }
        }),
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{CallId, ModelCallId, TurnId};
    use crate::label::{Category, Integrity, Label, Level, Principal, Readers};
    use crate::model::{Finish, Usage};
    use crate::outcome::Outcome;
    use crate::payload::Commitment;
    use crate::time::{Phases, Span};

    fn entry(fact: Fact, linked: bool) -> Entry {
        let link = Link { conversation: ConversationId::new(1, 2), cseq: 3, cprev: "00".repeat(32) };
        Entry {
            seq: Seq(9),
            at: Micros(1_764_000_000_000_001),
            mono: 12,
            boot: BootId::new(5, 6),
            link: linked.then_some(link),
            fact,
        }
    }

    #[test]
    fn a_body_reads_back_as_what_was_written() {
        let ended = Fact::CallEnded {
            call: CallId::new(1, 1),
            outcome: Outcome::Returned,
            failure: None,
            status: Some(200),
            result: Some(Commitment([7; 32])),
            words: None,
            size: 12,
            cut_from: None,
            took: Span(90_000),
            label: Label::unlabelled(),
            from: Some(CallId::new(1, 2)),
            phases: Some(Phases { reused: true, ..Phases::default() }),
            findings: None,
        };
        for entry in [
            entry(ended, true),
            entry(Fact::ConversationOpened {}, true),
            entry(Fact::QuestionAsked { turn: TurnId::new(1, 1), question: Commitment([1; 32]) }, false),
        ] {
            let body = entry.to_body().unwrap();
            let plain = serde_json::from_slice::<Plain>(&body).map(Entry::from).unwrap();
            assert_eq!(plain, entry, "what is right is read the short way");
            assert_eq!(Entry::examined(&body), Ok(plain));
            assert_eq!(Entry::from_body(&body), Ok(entry));
        }
    }

    #[test]
    fn only_the_canonical_bytes_are_an_entry() {
        let body = entry(Fact::ConversationOpened {}, true).to_body().unwrap();
        let text = String::from_utf8(body).unwrap();
        for wrong in [
            text.replace(":9", ": 9"),
            text.replace("\"seq\":9", "\"seq\":9.0"),
            text.replace("\"seq\":9", "\"seq\":9007199254740992"),
            text.replace("\"v\":1", "\"v\":2"),
            text.replace("\"v\":1", "\"v\":1,\"w\":2"),
            text.replace("\"cseq\":3,", ""),
            text.replace("conversation.opened", "conversation.opened2"),
            format!("{text} "),
        ] {
            assert_ne!(wrong, text);
            let read = Entry::from_body(wrong.as_bytes());
            assert!(read.is_err(), "{wrong}");
            assert_eq!(read, Entry::examined(wrong.as_bytes()), "{wrong}");
        }
    }

    /// Numbers as large, and an instant as early, as an entry may have.
    fn at_the_limits(fact: Fact, linked: bool) -> Entry {
        let link = Link { conversation: ConversationId::new(1, 2), cseq: 3, cprev: "0f".repeat(32) };
        let (seq, at) = (Seq(9), Micros(-1_764_000_000_000_001));
        Entry { seq, at, mono: LARGEST, boot: BootId::new(5, 6), link: linked.then_some(link), fact }
    }

    fn texts() -> impl Iterator<Item = String> {
        let all = (0..0x1_0000).step_by(7).chain(0..0x100).chain([0x2028, 0x1_F600, 0x10_FFFF]);
        let all: Vec<char> = all.filter_map(char::from_u32).collect();
        all.chunks(40).map(|some| some.iter().collect()).collect::<Vec<String>>().into_iter()
    }

    #[test]
    fn it_writes_what_the_format_says() {
        let ended = Fact::CallEnded {
            call: CallId::new(1, 1),
            outcome: Outcome::TimedOut,
            failure: None,
            status: Some(200),
            result: Some(Commitment([7; 32])),
            words: None,
            size: 12,
            cut_from: None,
            took: Span(90_000),
            label: Label {
                readers: Readers::only([Principal::new("bo"), Principal::new("ana")]),
                integrity: Integrity::Organisation,
                ..Label::of(Level::Internal, [Category::Minors, Category::Identity])
            },
            from: Some(CallId::new(7, 7)),
            phases: Some(Phases { reused: true, ..Phases::default() }),
            findings: None,
        };
        let returned = Fact::ModelReturned {
            request: ModelCallId::new(1, 1),
            finish: Some(Finish::ToolCalls),
            failure: None,
            response: Commitment([255; 32]),
            usage: Usage { input: 1, output: 0, ..Usage::default() },
            cost: None,
            took: Span(0),
        };
        let opened = texts().map(|text| Fact::TrailOpened {
            origin: text.clone(),
            vkey: text,
            program: String::new(),
        });
        for fact in opened.chain([ended, returned, Fact::ConversationOpened {}]) {
            for linked in [false, true] {
                let entry = at_the_limits(fact.clone(), linked);
                let value = serde_json::to_value(entry.written()).unwrap();
                check_subset(&value, "").unwrap();
                let (ours, right) = (entry.to_body().unwrap(), by_the_library(&value).unwrap());
                assert_eq!(String::from_utf8(ours), String::from_utf8(right));
            }
        }
    }

    #[test]
    fn a_body_fits_a_length_of_16_bits() {
        let opened = |length: usize| {
            let program = "x".repeat(length);
            entry(Fact::TrailOpened { origin: String::new(), vkey: String::new(), program }, false)
        };
        let around = opened(0).to_body().unwrap().len();
        let longest = opened(LONGEST_BODY - around).to_body().unwrap();
        assert_eq!(longest.len(), LONGEST_BODY);
        assert!(Entry::from_body(&longest).is_ok());
        assert_eq!(opened(LONGEST_BODY - around + 1).to_body(), Err(BodyError::TooLong));
        let longer = String::from_utf8(longest).unwrap().replace("xx\"", "xxx\"");
        assert_eq!(Entry::from_body(longer.as_bytes()), Err(BodyError::TooLong));
    }

    #[test]
    fn it_refuses_what_the_format_refuses() {
        let mut late = at_the_limits(Fact::ConversationOpened {}, true);
        late.mono = LARGEST + 1;
        let refused =
            |entry: &Entry| check_subset(&serde_json::to_value(entry.written()).unwrap(), "").is_err();
        assert!(refused(&late) && late.to_body().is_err());
        let mut early = at_the_limits(Fact::ConversationOpened {}, true);
        early.at = Micros(i64::MIN);
        assert!(refused(&early) && early.to_body().is_err());
    }
}
