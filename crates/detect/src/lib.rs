//! Finds personal data and secrets in text and JSON, in one pass. This crate keeps the shapes of the world's numbers and
//! keys out of everything else: what comes out are [`Finding`](domain::finding::Finding)s, each a kind, a category, a
//! place and how sure we are.
//!
//! - [`Detectors::text`] and [`Detectors::json`]: what is in a text, or in a JSON document of any size, read as it
//!   stands (a name that occurs twice in an object is looked at twice).
//! - [`Own`]: a person's own patterns and lists of words.
//! - [`label_of`]: the label that findings give what they were found in.
//!
//! A number is believed for its check digits, its form, or the words around it (the name of its field, what is written
//! before it): the weaker its own evidence, the more of the words it needs. Text is gone through once for shapes
//! (`scan`) and once for the beginnings of keys (`secret`); regular expressions run only where one of those began.

mod birth;
mod card;
mod check;
mod digits;
mod email;
mod field;
mod geo;
mod hit;
mod iban;
mod json;
mod label;
mod national;
mod near;
mod net;
mod own;
mod phone;
mod scan;
mod secret;

pub use label::{label_of, level_of};
pub use own::{Own, OwnError};
pub use scan::Detectors;
