//! An entry's bytes, written straight from it. [`Entry::to_body`] says what they are; it makes two trees of values on
//! the way and takes ten times as long, which everybody who waits for the same commit would wait for. A test holds
//! both to the same bytes, and whoever reads a trail checks each body against that definition.
//!
//! RFC 8785 asks for sorted keys and the shortest escapes. The rest of it is about floats, which an entry has none of.

use std::fmt::Display;
use std::io::Write;

use domain::entry::{Entry, Link, VERSION};
use domain::fact::Fact;
use domain::id::{BootId, Seq};
use domain::time::Micros;
use serde::ser::{Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple};
use serde::{Serialize, Serializer};

/// The largest whole number that an I-JSON reader is sure to read right.
const LARGEST: u64 = (1 << 53) - 1;

/// Why something has no place in an entry.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Outside(String);

impl serde::ser::Error for Outside {
    fn custom<T: Display>(words: T) -> Self {
        Self(words.to_string())
    }
}

#[derive(Serialize)]
struct Wire<'a> {
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

/// The bytes that are hashed and stored.
pub(crate) fn body(entry: &Entry) -> Result<Vec<u8>, Outside> {
    let Entry { seq, at, mono, boot, link, fact } = entry;
    let wire = Wire { v: VERSION, seq: *seq, at: *at, mono: *mono, boot: *boot, link: link.as_ref(), fact };
    let mut bytes = Vec::with_capacity(1024);
    wire.serialize(&mut Canonical { to: &mut bytes })?;
    Ok(bytes)
}

struct Canonical<'a> {
    to: &'a mut Vec<u8>,
}

impl Canonical<'_> {
    fn number(&mut self, number: impl Display, size: u64) -> Result<(), Outside> {
        if size > LARGEST {
            return Err(Outside(format!("{number} is beyond 2^53 − 1")));
        }
        // Writing into memory can't fail.
        let _written = write!(self.to, "{number}");
        Ok(())
    }

    fn text(&mut self, text: &str) {
        self.to.push(b'"');
        let mut plain = text.as_bytes();
        while let Some(place) = plain.iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\')) {
            let (before, rest) = plain.split_at(place);
            self.to.extend_from_slice(before);
            self.escape(rest[0]);
            plain = &rest[1..];
        }
        self.to.extend_from_slice(plain);
        self.to.push(b'"');
    }

    fn escape(&mut self, byte: u8) {
        let short = match byte {
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0c => b'f',
            b'\r' => b'r',
            b'"' | b'\\' => byte,
            _ => {
                let _written = write!(self.to, "\\u{byte:04x}");
                return;
            }
        };
        self.to.extend_from_slice(&[b'\\', short]);
    }

    fn object(&mut self) -> Object<'_> {
        self.to.push(b'{');
        Object { start: self.to.len(), to: self.to, ends: Vec::with_capacity(16) }
    }
}

/// An object, whose fields lie one after another in the order in which they came until it is whole.
struct Object<'a> {
    to: &'a mut Vec<u8>,
    start: usize,
    /// Where each field ends.
    ends: Vec<usize>,
}

impl Object<'_> {
    fn finish(self) {
        let written = self.to.split_off(self.start);
        let mut from = 0;
        let mut fields: Vec<&[u8]> = Vec::with_capacity(self.ends.len());
        for end in &self.ends {
            let end = end - self.start;
            fields.push(&written[from..end]);
            from = end;
        }
        // Each begins with its key and a quotation mark, which sorts before whatever our keys are made of.
        fields.sort_unstable();
        for (place, field) in fields.into_iter().enumerate() {
            if place > 0 {
                self.to.push(b',');
            }
            self.to.extend_from_slice(field);
        }
        self.to.push(b'}');
    }
}

impl SerializeMap for Object<'_> {
    type Ok = ();
    type Error = Outside;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Outside> {
        key.serialize(&mut Canonical { to: self.to })?;
        self.to.push(b':');
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Outside> {
        value.serialize(&mut Canonical { to: self.to })?;
        self.ends.push(self.to.len());
        Ok(())
    }

    fn end(self) -> Result<(), Outside> {
        self.finish();
        Ok(())
    }
}

impl SerializeStruct for Object<'_> {
    type Ok = ();
    type Error = Outside;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Outside> {
        self.serialize_entry(key, value)
    }

    fn end(self) -> Result<(), Outside> {
        self.finish();
        Ok(())
    }
}

/// An array, whose items stay in their order.
struct Array<'a> {
    to: &'a mut Vec<u8>,
    begun: bool,
}

impl SerializeSeq for Array<'_> {
    type Ok = ();
    type Error = Outside;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Outside> {
        if std::mem::replace(&mut self.begun, true) {
            self.to.push(b',');
        }
        item.serialize(&mut Canonical { to: self.to })
    }

    fn end(self) -> Result<(), Outside> {
        self.to.push(b']');
        Ok(())
    }
}

impl SerializeTuple for Array<'_> {
    type Ok = ();
    type Error = Outside;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Outside> {
        SerializeSeq::serialize_element(self, item)
    }

    fn end(self) -> Result<(), Outside> {
        SerializeSeq::end(self)
    }
}

/// What no entry has. Whoever gives a fact such a field learns it from the first test that records one.
macro_rules! never {
    ($($method:ident($($type:ty),*) -> $ok:ty;)*) => {$(
        fn $method(self, $(_: $type),*) -> Result<$ok, Outside> {
            Err(Outside(concat!(stringify!($method), ": no entry has that").to_owned()))
        }
    )*};
}

impl<'a> Serializer for &'a mut Canonical<'_> {
    type Ok = ();
    type Error = Outside;
    type SerializeSeq = Array<'a>;
    type SerializeTuple = Array<'a>;
    type SerializeTupleStruct = Impossible<(), Outside>;
    type SerializeTupleVariant = Impossible<(), Outside>;
    type SerializeMap = Object<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeStructVariant = Impossible<(), Outside>;

    fn serialize_bool(self, value: bool) -> Result<(), Outside> {
        self.to.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_i8(self, number: i8) -> Result<(), Outside> {
        self.serialize_i64(number.into())
    }

    fn serialize_i16(self, number: i16) -> Result<(), Outside> {
        self.serialize_i64(number.into())
    }

    fn serialize_i32(self, number: i32) -> Result<(), Outside> {
        self.serialize_i64(number.into())
    }

    fn serialize_i64(self, number: i64) -> Result<(), Outside> {
        self.number(number, number.unsigned_abs())
    }

    fn serialize_u8(self, number: u8) -> Result<(), Outside> {
        self.serialize_u64(number.into())
    }

    fn serialize_u16(self, number: u16) -> Result<(), Outside> {
        self.serialize_u64(number.into())
    }

    fn serialize_u32(self, number: u32) -> Result<(), Outside> {
        self.serialize_u64(number.into())
    }

    fn serialize_u64(self, number: u64) -> Result<(), Outside> {
        self.number(number, number)
    }

    fn serialize_char(self, value: char) -> Result<(), Outside> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<(), Outside> {
        self.text(text);
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Result<(), Outside> {
        self.serialize_str(name)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Outside> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Outside> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Array<'a>, Outside> {
        self.to.push(b'[');
        Ok(Array { to: self.to, begun: false })
    }

    fn serialize_tuple(self, length: usize) -> Result<Array<'a>, Outside> {
        self.serialize_seq(Some(length))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Object<'a>, Outside> {
        Ok(self.object())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'a>, Outside> {
        Ok(self.object())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: &T,
    ) -> Result<(), Outside> {
        Err(Outside(format!("no entry has a variant like {name}")))
    }

    never! {
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::{CallId, ConversationId, ModelCallId};
    use domain::label::{Category, Label, Level};
    use domain::model::{Finish, Usage};
    use domain::outcome::Outcome;
    use domain::payload::Commitment;
    use domain::time::{Phases, Span};

    fn entry(fact: Fact, linked: bool) -> Entry {
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
                level: Level::Internal,
                categories: [Category::Minors, Category::Identity].into(),
            },
            from: Some(CallId::new(7, 7)),
            phases: Some(Phases { reused: true, ..Phases::default() }),
        };
        let returned = Fact::ModelReturned {
            request: ModelCallId::new(1, 1),
            finish: Some(Finish::ToolCalls),
            failure: None,
            response: Commitment([255; 32]),
            usage: Usage { input: 1, output: 0 },
            took: Span(0),
        };
        let opened = texts().map(|text| Fact::TrailOpened {
            origin: text.clone(),
            vkey: text,
            program: String::new(),
        });
        for fact in opened.chain([ended, returned, Fact::ConversationOpened {}]) {
            for linked in [false, true] {
                let entry = entry(fact.clone(), linked);
                let (ours, right) = (body(&entry).unwrap(), entry.to_body().unwrap());
                assert_eq!(String::from_utf8(ours), String::from_utf8(right));
            }
        }
    }

    #[test]
    fn it_refuses_what_the_format_refuses() {
        let mut late = entry(Fact::ConversationOpened {}, true);
        late.mono = LARGEST + 1;
        assert!(body(&late).is_err() && late.to_body().is_err());
        let mut early = entry(Fact::ConversationOpened {}, true);
        early.at = Micros(i64::MIN);
        assert!(body(&early).is_err() && early.to_body().is_err());
    }
}
