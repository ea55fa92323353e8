//! RFC 8785 (JCS) bytes, written straight from a value: for what has no floats, as an entry has none. A library does the
//! same by way of a tree of values and takes ten times as long, which everybody who waits for the same commit would wait
//! for; it stays the judge of what is read, and a test holds both to the same bytes.
//!
//! RFC 8785 asks for sorted keys and the shortest escapes. The rest of it is about floats.

use std::fmt::Display;
use std::io::Write;

use serde::ser::{Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple};
use serde::{Serialize, Serializer};

/// The largest whole number that an I-JSON reader is sure to read right.
pub(crate) const LARGEST: u64 = (1 << 53) - 1;

/// Why something has no place in an entry.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Outside(String);

impl serde::ser::Error for Outside {
    fn custom<T: Display>(words: T) -> Self {
        Self(words.to_string())
    }
}

/// The bytes of a value.
///
/// # Errors
/// For a number beyond 2^53 − 1, a float, and whatever else no entry has.
pub(crate) fn to_vec(value: &impl Serialize) -> Result<Vec<u8>, Outside> {
    let mut bytes = Vec::with_capacity(1024);
    value.serialize(&mut Canonical { to: &mut bytes })?;
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
