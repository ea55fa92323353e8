//! Paths with `{parameters}`.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::mistake::Wrong;
use crate::style::Text;

/// What stands in a path as it is (RFC 3986 §2.3); everything else of a parameter is percent-encoded.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A path template, taken apart: `/customers/{id}/notes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    segments: Vec<Vec<Part>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Parameter(String),
}

impl Template {
    /// Accepts what begins with `/`, has no query, fragment or dot segment, and closes every brace.
    pub(crate) fn parse(text: &str) -> Result<Self, Wrong> {
        let example = "write a path like \"/customers/{id}\"";
        let Some(rest) = text.strip_prefix('/') else {
            return Err(Wrong::new("a path begins with `/`", example));
        };
        if let Some(bad) = text.chars().find(|char| matches!(char, '?' | '#')) {
            return Err(Wrong::new(
                format!("`{bad}` can't stand in a path"),
                "leave it out; properties of the input that are not in the path become the query",
            ));
        }
        if let Some(bad) = text.chars().find(|char| char.is_control() || matches!(char, '\\' | ' ')) {
            return Err(Wrong::new(format!("{bad:?} can't stand in a path"), example));
        }
        let segments = rest.split('/').map(segment).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { segments })
    }

    /// The parameters, in order.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().flatten().filter_map(|part| match part {
            Part::Parameter(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The fixed text of each segment, decoded; for one that parameters decide, their names.
    pub(crate) fn segments(&self) -> impl Iterator<Item = Result<String, Vec<&str>>> {
        self.segments.iter().map(|segment| {
            let mut text = String::new();
            let mut names = Vec::new();
            for part in segment {
                match part {
                    Part::Text(part) => text.push_str(&decoded(part)),
                    Part::Parameter(name) => names.push(name.as_str()),
                }
            }
            if names.is_empty() { Ok(text) } else { Err(names) }
        })
    }

    /// The path with each parameter in place, percent-encoded, so that it stays within its segment.
    ///
    /// # Errors
    /// The name of the parameter whose value would make its segment empty, or one that means another place
    /// (`.`, `..`), or that has no value; with the reason.
    pub(crate) fn fill(&self, value: impl Fn(&str) -> Option<String>) -> Result<String, (String, String)> {
        self.fill_written(|name| {
            let plain = value(name).ok_or("is missing")?;
            let written = utf8_percent_encode(&plain, ESCAPED).to_string();
            Ok(Text { plain, written })
        })
    }

    /// The same for values that are written already, each within its segment.
    ///
    /// # Errors
    /// As for [`Self::fill`]; and a parameter for which there is a reason in the place of a value.
    pub(crate) fn fill_written(
        &self,
        value: impl Fn(&str) -> Result<Text, &'static str>,
    ) -> Result<String, (String, String)> {
        let mut path = String::new();
        for segment in &self.segments {
            path.push('/');
            let mut plain = String::new();
            let mut last = None;
            for part in segment {
                match part {
                    Part::Text(text) => {
                        plain.push_str(&decoded(text));
                        path.push_str(text);
                    }
                    Part::Parameter(name) => {
                        let value = value(name).map_err(|why| (name.clone(), why.to_owned()))?;
                        safe(&value.plain).map_err(|why| (name.clone(), why))?;
                        plain.push_str(&value.plain);
                        path.push_str(&value.written);
                        last = Some(name);
                    }
                }
            }
            // `.{ext}` with `.`: harmless parts can make a harmful whole.
            if let Some(name) = last {
                safe(&plain).map_err(|why| (name.clone(), why))?;
            }
        }
        Ok(path)
    }

    /// As much of the path, from its beginning, as there are values for, in whole segments.
    pub(crate) fn fill_beginning(&self, value: impl Fn(&str) -> Option<String>) -> String {
        let mut path = String::new();
        for segment in &self.segments {
            let one = Self { segments: vec![segment.clone()] };
            match one.fill(&value) {
                Ok(segment) => path.push_str(&segment),
                Err(_) => break,
            }
        }
        path
    }
}

/// Why a value can't be (part of) a segment. Encoding is not enough for these: servers take `%2e%2e` for `..`, and
/// some take `..%2f` apart again before they look where it leads.
fn safe(value: &str) -> Result<(), String> {
    if value.is_empty() {
        return Err("must not be empty: it is a part of the path".to_owned());
    }
    if value.chars().any(char::is_control) {
        return Err("must not hold control characters: it is a part of the path".to_owned());
    }
    // Servers that know matrix parameters take what stands before them for the segment: `..;x=1`.
    let segment = |part: &str| part.split(';').next().is_some_and(|name| matches!(name, "." | ".."));
    if value.split(['/', '\\']).any(segment) {
        return Err("must not be `.` or `..` or lead through them: it is a part of the path".to_owned());
    }
    Ok(())
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy()
}

fn segment(text: &str) -> Result<Vec<Part>, Wrong> {
    let braces = || {
        Wrong::new(
            "a brace that is not closed, or a parameter without a name",
            "write parameters as {name}: letters, digits, `_`, `-`, `.`",
        )
    };
    if matches!(&*decoded(text), "." | "..") {
        return Err(Wrong::new("a path can't hold `.` or `..`", "write the whole path below base_url"));
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['{', '}']) {
        let (before, inner) = rest.split_at(open);
        let (name, after) =
            inner.strip_prefix('{').and_then(|inner| inner.split_once('}')).ok_or_else(braces)?;
        let good = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.');
        if name.is_empty() || !name.chars().all(good) {
            return Err(braces());
        }
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        parts.push(Part::Parameter(name.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str, value: &str) -> Result<String, String> {
        let template = Template::parse(template).unwrap();
        template.fill(|_| Some(value.to_owned())).map_err(|(name, why)| format!("{name} {why}"))
    }

    #[test]
    fn parameters_are_found_and_filled() {
        let template = Template::parse("/a/{x}/{y}.json").unwrap();
        assert_eq!(template.parameters().collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(filled("/a/{x}", "ü/ %2f?#").unwrap(), "/a/%C3%BC%2F%20%252f%3F%23");
        assert_eq!(filled("/{x}-{y}.json", "1").unwrap(), "/1-1.json");
        assert_eq!(filled("/", "1").unwrap(), "/");
    }

    #[test]
    fn a_value_that_leads_elsewhere_is_refused() {
        for value in ["", ".", "..", "../x", "a/../b", "..;x", "a/..;x=1", r"a\..", "a\0b", "a\nb"] {
            assert!(filled("/a/{x}", value).is_err(), "{value:?}");
        }
        assert!(filled("/a/.{x}", ".").is_err());
        assert!(filled("/a/{x}{y}", ".").is_err());
        assert!(filled("/a/%2e{x}", ".").is_err());
    }

    #[test]
    fn templates_that_mean_something_else_are_refused() {
        for wrong in [
            "",
            "a",
            "/a?b={c}",
            "/a#b",
            "/{",
            "/}",
            "/{}",
            "/{a{b}}",
            "/a/../b",
            "/%2e%2E/b",
            "/a b",
            "/{a b}",
        ] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_missing_value_widens_a_resource() {
        let template = Template::parse("/customers/{id}/orders").unwrap();
        assert_eq!(template.fill_beginning(|_| None), "/customers");
        assert_eq!(template.fill_beginning(|_| Some("7".to_owned())), "/customers/7/orders");
    }
}
