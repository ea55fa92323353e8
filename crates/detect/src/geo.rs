//! Where on earth: a latitude and a longitude together, exact enough to find a house. One of them alone is a number.

use domain::label::Category;

use crate::hit::Hit;

/// Digits after the point from which a place is one street rather than one town: four are eleven metres.
const EXACT: usize = 4;

/// The pair that begins with the digit at `at`: `48.85837, 2.29448`.
pub(crate) fn pair(text: &str, at: usize) -> Option<Hit> {
    let start = if at > 0 && text.as_bytes()[at - 1] == b'-' { at - 1 } else { at };
    let latitude = degrees(&text[start..], 90.0)?;
    let rest = &text[start + latitude..];
    let between = rest.bytes().take_while(|byte| matches!(byte, b' ' | b',' | b';')).count();
    if between == 0 || !rest[..between].contains([',', ';']) {
        return None;
    }
    let longitude = degrees(&rest[between..], 180.0)?;
    Some(Hit::new("geo", Category::Location, start..start + latitude + between + longitude, 80))
}

/// How long the exact number of degrees at the beginning is, if there is one within the limit.
pub(crate) fn degrees(text: &str, limit: f64) -> Option<usize> {
    let length =
        text.bytes().take(24).take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-')).count();
    let number = text[..length].trim_end_matches('.');
    let (_, fraction) = number.split_once('.')?;
    let value: f64 = number.parse().ok()?;
    (fraction.len() >= EXACT && value.abs() <= limit).then_some(number.len())
}

/// What of a place the name of a field says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axis {
    /// North and south.
    Latitude,
    /// East and west.
    Longitude,
}

impl Axis {
    /// How many degrees it has, in each direction.
    pub(crate) fn limit(self) -> f64 {
        match self {
            Self::Latitude => 90.0,
            Self::Longitude => 180.0,
        }
    }
}

/// The axis that a field's name names.
pub(crate) fn axis(field: &str) -> Option<Axis> {
    let last = crate::near::words_of(field).last()?.to_lowercase();
    match last.as_str() {
        "lat" | "latitude" => Some(Axis::Latitude),
        "lon" | "lng" | "long" | "longitude" => Some(Axis::Longitude),
        _ => None,
    }
}
