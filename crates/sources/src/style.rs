//! Values as texts: the styles of OpenAPI 3.1 (§4.8.12.3), by the rules of RFC 6570 where it has them.

use domain::request::{Parameter, Part, Place, Style};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::place::path_text;

/// A text of a request: what it says, and how it stands in its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) plain: String,
    pub(crate) written: String,
}

/// How one value becomes text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner<'a> {
    name: &'a str,
    place: Option<Place>,
    style: Style,
    explode: bool,
    reserved: bool,
}

impl<'a> Manner<'a> {
    /// How a parameter becomes text.
    pub(crate) fn of(parameter: &'a Parameter) -> Self {
        Self {
            name: &parameter.name,
            place: Some(parameter.place),
            style: parameter.style,
            explode: parameter.explode,
            reserved: parameter.reserved,
        }
    }

    /// How a field of a form does, where it has a style. Only what its texts say counts: the form has its own writing.
    pub(crate) fn of_field(name: &'a str, part: &Part) -> Option<Self> {
        Some(Self { name, place: None, style: part.style?, explode: part.explode, reserved: false })
    }

    /// The one text of a value in a path or a header; `None` if there is nothing to say: null, and lists and objects
    /// that hold nothing.
    pub(crate) fn joined(self, value: &Value) -> Option<Text> {
        let between = match (self.style, self.explode) {
            (Style::Json, _) => {
                return (!value.is_null()).then(|| self.text(&self.json(value)));
            }
            (Style::Matrix, _) => return self.matrix(members(value)?),
            (Style::Label, true) => Text::mark("."),
            _ => self.between(),
        };
        let mut text = Text::mark(if self.style == Style::Label { "." } else { "" });
        let named = self.explode && matches!(self.style, Style::Simple | Style::Label);
        text.join(&self.elements(members(value)?, named), &between);
        Some(text)
    }

    /// The names and texts of a value in a query, in cookies or in a form; none if there is nothing to say.
    pub(crate) fn pairs(self, value: &Value) -> Vec<(Text, Text)> {
        match self.style {
            Style::Json if value.is_null() => return Vec::new(),
            Style::Json => return vec![(self.title(), self.text(&self.json(value)))],
            Style::DeepObject => {
                let mut pairs = Vec::new();
                self.deep(&self.title(), value, &mut pairs);
                return pairs;
            }
            _ => {}
        }
        match members(value) {
            None => Vec::new(),
            Some(Members::One(text)) => vec![(self.title(), self.text(&text))],
            Some(Members::Each(texts)) if self.explode => {
                texts.iter().map(|text| (self.title(), self.text(text))).collect()
            }
            Some(Members::Named(pairs)) if self.explode => {
                pairs.iter().map(|(name, text)| (self.member(name), self.text(text))).collect()
            }
            Some(members) => {
                let mut text = Text::default();
                text.join(&self.elements(members, false), &self.between());
                vec![(self.title(), text)]
            }
        }
    }

    /// RFC 6570 §3.2.7: an empty value has no `=`.
    fn matrix(self, members: Members) -> Option<Text> {
        let mut text = Text::default();
        let mut add = |name: Text, value: &Text| {
            text.push(&Text::mark(";"));
            text.push(&name);
            if !value.plain.is_empty() {
                text.push(&Text::mark("="));
                text.push(value);
            }
        };
        match members {
            Members::Each(texts) if self.explode => {
                texts.iter().for_each(|text| add(self.title(), &self.text(text)));
            }
            Members::Named(pairs) if self.explode => {
                pairs.iter().for_each(|(name, text)| add(self.member(name), &self.text(text)));
            }
            members => {
                let mut value = Text::default();
                value.join(&self.elements(members, false), &Text::mark(","));
                add(self.title(), &value);
            }
        }
        Some(text)
    }

    /// `x[a][0]=…`. OpenAPI says what becomes of an object's members and leaves open what they may hold: what they hold
    /// is taken apart the same way, a list by its positions, so that nothing is lost.
    fn deep(self, name: &Text, value: &Value, pairs: &mut Vec<(Text, Text)>) {
        let below = |key: &str| {
            let mut name = name.clone();
            name.push(&self.member(&format!("[{key}]")));
            name
        };
        match value {
            Value::Null => {}
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items.for_each(|(place, item)| self.deep(&below(&place.to_string()), item, pairs));
            }
            Value::Object(fields) => {
                fields.iter().for_each(|(key, value)| self.deep(&below(key), value, pairs));
            }
            one => pairs.push((name.clone(), self.text(&single(one)))),
        }
    }

    /// What stands between the items of a list. A space, a bar and a tab are no delimiters of an address: they stand
    /// there percent-encoded (OpenAPI 3.1.1, §4.8.12.4).
    fn between(self) -> Text {
        match self.style {
            Style::SpaceDelimited => self.text(" "),
            Style::PipeDelimited => self.text("|"),
            Style::TabDelimited => self.text("\t"),
            _ => Text::mark(","),
        }
    }

    /// The items; of an object its names and values, joined by `=` if `named`, and in turn if not.
    fn elements(self, members: Members, named: bool) -> Vec<Text> {
        match members {
            Members::One(text) => vec![self.text(&text)],
            Members::Each(texts) => texts.iter().map(|text| self.text(text)).collect(),
            Members::Named(pairs) if named => {
                let pairs = pairs.iter().map(|(name, value)| {
                    let mut text = self.member(name);
                    text.push(&Text::mark("="));
                    text.push(&self.text(value));
                    text
                });
                pairs.collect()
            }
            Members::Named(pairs) => {
                pairs.iter().flat_map(|(name, value)| [self.member(name), self.text(value)]).collect()
            }
        }
    }

    /// The value as JSON. A header holds ASCII alone, and JSON can say everything with it.
    fn json(self, value: &Value) -> String {
        let text = value.to_string();
        if self.place != Some(Place::Header) || text.is_ascii() {
            return text;
        }
        let mut ascii = String::with_capacity(text.len());
        let mut units = [0; 2];
        for char in text.chars() {
            match char.is_ascii() {
                true => ascii.push(char),
                false => char.encode_utf16(&mut units).iter().for_each(|unit| {
                    ascii.push_str(&format!("\\u{unit:04x}"));
                }),
            }
        }
        ascii
    }

    /// The parameter's own name. A cookie's stands as the source's file has it, which takes nothing else than a token.
    fn title(self) -> Text {
        match self.place {
            Some(Place::Cookie) => Text::mark(self.name),
            _ => self.member(self.name),
        }
    }

    /// A name that the value brings. None of its characters means anything but itself.
    fn member(self, name: &str) -> Text {
        Manner { reserved: false, ..self }.text(name)
    }

    fn text(self, plain: &str) -> Text {
        let written = match (self.place, self.reserved) {
            (None | Some(Place::Header), _) => plain.to_owned(),
            (Some(_), false) => utf8_percent_encode(plain, UNRESERVED).to_string(),
            // Nothing that was encoded already may pass here: `%2e%2e` leads where `..` does.
            (Some(Place::Path), true) => utf8_percent_encode(plain, IN_SEGMENT).to_string(),
            (Some(Place::Query), true) => but_triplets(plain, IN_QUERY),
            (Some(Place::Cookie), true) => but_triplets(plain, IN_COOKIE),
        };
        Text { plain: plain.to_owned(), written }
    }
}

/// RFC 3986 §2.3
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What RFC 3986 §3.3 lets stand in a segment.
const IN_SEGMENT: &AsciiSet = &UNRESERVED
    .remove(b':')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=');
/// RFC 6570 §3.2.3, but for what would end the value: `&` and `#`.
const IN_QUERY: &AsciiSet = &IN_SEGMENT.remove(b'/').remove(b'?').remove(b'[').remove(b']').add(b'&');
/// All but RFC 6265's cookie-octets (§4.1.1), and `%`, which begins what is encoded.
const IN_COOKIE: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%').add(b',').add(b';').add(b'\\');

/// Encodes all but what is encoded already (RFC 6570 §3.2.3).
fn but_triplets(plain: &str, escaped: &'static AsciiSet) -> String {
    let mut written = String::with_capacity(plain.len());
    let mut rest = plain;
    while let Some(place) = rest.find('%') {
        let (before, from) = rest.split_at(place);
        written.extend(utf8_percent_encode(before, escaped));
        let hex = from.as_bytes().get(1..3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        let (triplet, after) = from.split_at(if hex { 3 } else { 1 });
        written.push_str(if hex { triplet } else { "%25" });
        rest = after;
    }
    written.extend(utf8_percent_encode(rest, escaped));
    written
}

/// A value as the styles see it.
enum Members {
    One(String),
    Each(Vec<String>),
    Named(Vec<(String, String)>),
}

/// Null is no value, nor is it one within a list or an object; a list or an object without values is none (RFC 6570
/// §2.3).
fn members(value: &Value) -> Option<Members> {
    match value {
        Value::Null => None,
        Value::Array(items) => {
            let texts: Vec<_> = items.iter().filter(|item| !item.is_null()).map(single).collect();
            (!texts.is_empty()).then_some(Members::Each(texts))
        }
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            let pairs: Vec<_> = fields.map(|(name, value)| (name.clone(), single(value))).collect();
            (!pairs.is_empty()).then_some(Members::Named(pairs))
        }
        one => Some(Members::One(single(one))),
    }
}

/// One value as text: what no style says how to write is JSON.
pub(crate) fn single(value: &Value) -> String {
    path_text(value).unwrap_or_else(|| value.to_string())
}

impl Text {
    /// What stands as it is.
    fn mark(text: &str) -> Self {
        Self { plain: text.to_owned(), written: text.to_owned() }
    }

    fn push(&mut self, other: &Self) {
        self.plain.push_str(&other.plain);
        self.written.push_str(&other.written);
    }

    fn join(&mut self, texts: &[Self], between: &Self) {
        for (place, text) in texts.iter().enumerate() {
            if place > 0 {
                self.push(between);
            }
            self.push(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(place: Place, style: Style, explode: bool, reserved: bool, value: &Value) -> String {
        let manner = Manner { name: "color", place: Some(place), style, explode, reserved };
        if matches!(place, Place::Path | Place::Header) {
            return manner.joined(value).map(|text| text.written).unwrap_or_default();
        }
        let between = if place == Place::Cookie { "; " } else { "&" };
        let pairs = manner.pairs(value);
        let texts: Vec<_> =
            pairs.iter().map(|(name, text)| format!("{}={}", name.written, text.written)).collect();
        texts.join(between)
    }

    /// The table of OpenAPI 3.1.1, §4.8.12.4, whole: empty, string, array, object; `-` where it says n/a. An object's
    /// members stand in the order of their names here.
    #[test]
    fn the_examples_of_the_specification_hold() {
        use Style::*;
        let table = [
            (Matrix, false, ";color | ;color=blue | ;color=blue,black,brown | ;color=B,150,G,200,R,100"),
            (Matrix, true, ";color | ;color=blue | ;color=blue;color=black;color=brown | ;B=150;G=200;R=100"),
            (Label, false, ". | .blue | .blue,black,brown | .B,150,G,200,R,100"),
            (Label, true, ". | .blue | .blue.black.brown | .B=150.G=200.R=100"),
            (Simple, false, " | blue | blue,black,brown | B,150,G,200,R,100"),
            (Simple, true, " | blue | blue,black,brown | B=150,G=200,R=100"),
            (Form, false, "color= | color=blue | color=blue,black,brown | color=B,150,G,200,R,100"),
            (Form, true, "color= | color=blue | color=blue&color=black&color=brown | B=150&G=200&R=100"),
            (SpaceDelimited, false, "- | - | color=blue%20black%20brown | color=B%20150%20G%20200%20R%20100"),
            (PipeDelimited, false, "- | - | color=blue%7Cblack%7Cbrown | color=B%7C150%7CG%7C200%7CR%7C100"),
            (DeepObject, true, "- | - | - | color%5BB%5D=150&color%5BG%5D=200&color%5BR%5D=100"),
        ];
        let values = [
            json!(""),
            json!("blue"),
            json!(["blue", "black", "brown"]),
            json!({"B": 150, "G": 200, "R": 100}),
        ];
        for (style, explode, cells) in table {
            let place = match style {
                Matrix | Label | Simple => Place::Path,
                _ => Place::Query,
            };
            for (value, cell) in values.iter().zip(cells.split('|').map(str::trim)) {
                let said = written(place, style, explode, false, value);
                assert!(cell == "-" || said == cell, "{style:?}, {explode}, {value}: {said}");
            }
            for nothing in [Value::Null, json!([]), json!({}), json!([null]), json!({"R": null})] {
                assert_eq!(written(place, style, explode, false, &nothing), "", "{style:?}");
            }
        }
    }

    #[test]
    fn a_value_can_not_be_taken_for_what_stands_between_values() {
        let list = json!(["a,b", "c d|e", "f&g=h;i.j/k?l#m", "%2e"]);
        let check = |place, style, reserved, cell: &str| {
            assert_eq!(written(place, style, false, reserved, &list), cell, "{place:?}, {style:?}");
        };
        let unreserved = "a%2Cb,c%20d%7Ce,f%26g%3Dh%3Bi.j%2Fk%3Fl%23m,%252e";
        check(Place::Path, Style::Simple, false, unreserved);
        check(Place::Query, Style::Form, false, &format!("color={unreserved}"));
        check(Place::Cookie, Style::Form, false, &format!("color={unreserved}"));
        check(Place::Path, Style::Simple, true, "a,b,c%20d%7Ce,f&g=h;i.j%2Fk%3Fl%23m,%252e");
        check(Place::Query, Style::Form, true, "color=a,b,c%20d%7Ce,f%26g=h;i.j/k?l%23m,%2e");
        check(Place::Cookie, Style::Form, true, "color=a%2Cb,c%20d|e,f&g=h%3Bi.j/k?l#m,%2e");
        check(Place::Header, Style::Simple, false, "a,b,c d|e,f&g=h;i.j/k?l#m,%2e");
        check(
            Place::Query,
            Style::TabDelimited,
            false,
            "color=a%2Cb%09c%20d%7Ce%09f%26g%3Dh%3Bi.j%2Fk%3Fl%23m%09%252e",
        );
    }

    #[test]
    fn what_no_table_says_loses_nothing() {
        let nested = json!({"a": {"b": [1, {"c": true}]}, "d&": "x=y"});
        assert_eq!(
            written(Place::Query, Style::DeepObject, true, false, &nested),
            "color%5Ba%5D%5Bb%5D%5B0%5D=1&color%5Ba%5D%5Bb%5D%5B1%5D%5Bc%5D=true&color%5Bd%26%5D=x%3Dy"
        );
        assert_eq!(written(Place::Query, Style::DeepObject, true, false, &json!(7)), "color=7");
        assert_eq!(written(Place::Query, Style::Form, false, false, &json!([[1], 2])), "color=%5B1%5D,2");
        assert_eq!(
            written(Place::Query, Style::PipeDelimited, true, false, &json!([1, 2])),
            "color=1&color=2"
        );
        assert_eq!(written(Place::Cookie, Style::Form, true, false, &json!([1, 2])), "color=1; color=2");
        assert_eq!(written(Place::Header, Style::SpaceDelimited, false, false, &json!([1, 2])), "1 2");
        assert_eq!(
            written(Place::Query, Style::Json, false, false, &json!({"a": "ü"})),
            "color=%7B%22a%22%3A%22%C3%BC%22%7D"
        );
        assert_eq!(
            written(Place::Header, Style::Json, false, false, &json!(["ü😀"])),
            r#"["\u00fc\ud83d\ude00"]"#
        );
    }
}
