//! A JSON document, looked at value by value as it is read: nothing of it is kept, so that size costs no memory, and a name
//! that stands twice in an object is looked at twice.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use domain::finding::Finding;
use domain::label::Category;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::geo::{self, Axis};
use crate::hit::Hit;

/// What looks at one value: the name of its field, and its text.
pub(crate) type Look<'a> = &'a dyn Fn(&str, &str) -> Vec<Hit>;

/// What a document holds; `None` if it is not JSON.
pub(crate) fn findings(look: Look<'_>, document: &str) -> Option<Vec<Finding>> {
    let reading = RefCell::new(Reading { pointer: String::new(), found: Vec::new() });
    let mut reader = serde_json::Deserializer::from_str(document);
    let seed = Place { look, reading: &reading, field: "" };
    seed.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(reading.into_inner().found)
}

struct Reading {
    pointer: String,
    found: Vec<Finding>,
}

/// One value of the document.
#[derive(Clone, Copy)]
struct Place<'a> {
    look: Look<'a>,
    reading: &'a RefCell<Reading>,
    /// The name of the field that holds it, or that holds the array it is in.
    field: &'a str,
}

impl Place<'_> {
    fn look_at(&self, text: &str) {
        let hits = (self.look)(self.field, text);
        let reading = &mut *self.reading.borrow_mut();
        reading.found.extend(hits.into_iter().map(|hit| hit.at(&reading.pointer)));
    }

    /// Does something one step deeper.
    fn within<T>(&self, step: &str, act: impl FnOnce() -> T) -> T {
        let length = {
            let pointer = &mut self.reading.borrow_mut().pointer;
            let length = pointer.len();
            pointer.push('/');
            for sign in step.chars() {
                match sign {
                    '~' => pointer.push_str("~0"),
                    '/' => pointer.push_str("~1"),
                    sign => pointer.push(sign),
                }
            }
            length
        };
        let done = act();
        self.reading.borrow_mut().pointer.truncate(length);
        done
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    /// How long the value's text is, if it is an exact number of degrees.
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = Option<usize>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        self.look_at(text);
        Ok(geo::axis(self.field).and_then(|axis| geo::degrees(text, axis.limit())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        // Below a million no number is anything but a number.
        if number >= 1_000_000 {
            self.look_at(&number.to_string());
        }
        Ok(None)
    }

    fn visit_i64<E>(self, _negative: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(geo::axis(self.field).and_then(|axis| geo::degrees(&number.to_string(), axis.limit())))
    }

    fn visit_bool<E>(self, _is: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut index = 0_usize;
        while self.within(&index.to_string(), || items.next_element_seed(self))?.is_some() {
            index += 1;
        }
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut corners: [Option<(String, usize)>; 2] = [None, None];
        while let Some(name) = fields.next_key::<Cow<'de, str>>()? {
            let place = Place { field: &name, ..self };
            let (degrees, pointer) = self.within(&name, || {
                let degrees = fields.next_value_seed(place);
                let is_corner = matches!(degrees, Ok(Some(_)));
                (degrees, is_corner.then(|| self.reading.borrow().pointer.clone()))
            });
            if let (Some(length), Some(pointer), Some(axis)) = (degrees?, pointer, geo::axis(&name)) {
                corners[usize::from(axis == Axis::Longitude)] = Some((pointer, length));
            }
        }
        if let [Some(latitude), Some(longitude)] = corners {
            let found = &mut self.reading.borrow_mut().found;
            for (pointer, length) in [latitude, longitude] {
                found.push(Hit::new("geo", Category::Location, 0..length, 80).at(&pointer));
            }
        }
        Ok(None)
    }
}
