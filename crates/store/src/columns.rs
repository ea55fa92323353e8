//! How our nouns stand in columns.

use std::str::FromStr;

use domain::label::{Category, Integrity, Label, Level};
use rusqlite::{Params, Row, Statement};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::de::{Deserialize, IntoDeserializer};

use crate::error::StoreError;

/// The word of an enumeration, as serialised.
pub(crate) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        // Our enumerations of words serialise as strings; anything else would not read back either.
        other => format!("{other:?}"),
    }
}

/// The value that a word says.
pub(crate) fn from_word<'de, T: Deserialize<'de>>(word: &'de str) -> Result<T, StoreError> {
    let word: StrDeserializer<'de, WordError> = word.into_deserializer();
    T::deserialize(word).map_err(|error| StoreError::damaged(None, error.to_string()))
}

/// The value behind a column that may be NULL.
pub(crate) fn optional_word<T: DeserializeOwned>(word: Option<String>) -> Result<Option<T>, StoreError> {
    word.map(|word| from_word(&word)).transpose()
}

/// The id that a text says.
pub(crate) fn id<T: FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|error: T::Err| StoreError::damaged(None, error.to_string()))
}

/// The id behind a column that may be NULL.
pub(crate) fn optional_id<T: FromStr<Err: std::fmt::Display>>(
    text: Option<String>,
) -> Result<Option<T>, StoreError> {
    text.map(|text| id(&text)).transpose()
}

/// A level's number: its place, lowest first, so that the higher of two is their maximum.
pub(crate) fn level(label: &Label) -> u32 {
    (0..).zip(Level::ALL).find(|(_, level)| *level == label.level).map_or(0, |(number, _)| number)
}

/// A set of categories as bits in [`Category::ALL`]'s order, and above them who does not stand behind it, so that the
/// join of two is their union.
pub(crate) fn categories(label: &Label) -> u32 {
    let bits = (0..).zip(Category::ALL).filter(|(_, category)| label.categories.contains(category));
    let not_by = match label.integrity {
        Integrity::User => 0,
        Integrity::Organisation => NOT_BY_USER,
        Integrity::Outside => NOT_BY_USER | NOT_BY_ORGANISATION,
    };
    bits.fold(not_by, |set, (bit, _)| set | 1 << bit)
}

const NOT_BY_USER: u32 = 1 << 13;
const NOT_BY_ORGANISATION: u32 = 1 << 14;

/// The label that two columns say. Who may read it alone stands in the entries.
pub(crate) fn label(level: u32, categories: u32) -> Result<Label, StoreError> {
    let found = (0..).zip(Level::ALL).find(|(number, _)| *number == level).map(|(_, level)| level);
    let level = found.ok_or_else(|| StoreError::damaged(None, format!("no label has level {level}")))?;
    let set = (0..).zip(Category::ALL).filter(|(bit, _)| categories & (1 << bit) != 0);
    let integrity = match (categories & NOT_BY_USER, categories & NOT_BY_ORGANISATION) {
        (0, 0) => Integrity::User,
        (_, 0) => Integrity::Organisation,
        _ => Integrity::Outside,
    };
    Ok(Label { integrity, ..Label::of(level, set.map(|(_, category)| category)) })
}

/// Every row, as something else.
pub(crate) fn rows<T>(
    statement: &mut Statement<'_>,
    params: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut rows = statement.query(params)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}
