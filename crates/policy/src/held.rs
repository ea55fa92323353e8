//! What a conversation holds: the person's words, and the results that its model has been shown. It answers where a value
//! was before the model wrote it.
//!
//! Every value is taken in once. What it is asked for is found by the value itself, whole or as a word of a text: a model
//! can't launder an address by saying that somebody else gave it.

use std::collections::HashMap;

use domain::call::Origin;
use domain::id::Handle;
use domain::label::{Integrity, Label};
use serde_json::Value;

use crate::people::{People, Scope};
use crate::words::{folded, holds, tokens};

/// The words and results of a conversation so far. Results of calls under way are no part of it: a call is judged by what
/// its model had seen when it wrote the batch.
#[derive(Clone, Debug)]
pub struct Held {
    question: String,
    words: String,
    label: Label,
    results: Vec<(Handle, Label)>,
    places: HashMap<Box<str>, Vec<Place>>,
    texts: Vec<(Place, String)>,
    vouched: String,
}

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    result: usize,
    pointer: Box<str>,
    integrity: Integrity,
}

/// Where a value was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Whether the person wrote it.
    pub(crate) typed: bool,
    /// The best that any place of it has; none if the model alone wrote it.
    pub(crate) integrity: Option<Integrity>,
    /// Some of the places, the most trusted first.
    pub(crate) from: Vec<Origin>,
    /// The join of the labels of the results that hold it.
    pub(crate) label: Label,
}

impl Default for Held {
    fn default() -> Self {
        Self {
            question: String::new(),
            words: String::new(),
            label: Label::PUBLIC,
            results: Vec::new(),
            places: HashMap::new(),
            texts: Vec::new(),
            vouched: String::new(),
        }
    }
}

impl Held {
    /// The person says something: from now on it is their question.
    pub fn say(&mut self, words: &str) {
        words.clone_into(&mut self.question);
        self.add_words(words);
    }

    /// The person writes something that is no question: words that they put into a call's arguments.
    pub fn add_words(&mut self, words: &str) {
        self.words.push_str(&folded(words));
        self.words.push('\n');
    }

    /// The model has been shown a result. With `authors`, each item of it that names its author has the integrity that
    /// the author has; else all of it has that of its label.
    pub fn hold(&mut self, handle: Handle, label: &Label, body: &str, authors: Option<&People>) {
        self.label = self.label.clone().join(label);
        self.results.push((handle, label.clone()));
        let mut taking =
            Taking { result: self.results.len() - 1, authors, pointer: String::new(), left: MOST_VALUES };
        match serde_json::from_str::<Value>(body) {
            Ok(value @ (Value::Object(_) | Value::Array(_))) => {
                taking.value(self, &value, label.integrity);
            }
            Ok(Value::String(text)) => taking.text(self, &text, label.integrity),
            _ => taking.text(self, body, label.integrity),
        }
    }

    /// The join of the labels of all results: what the model's context has.
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// What the person asked last.
    pub(crate) fn question(&self) -> &str {
        &self.question
    }

    /// The words of results that the organisation answers for.
    pub(crate) fn vouched(&self) -> &str {
        &self.vouched
    }

    /// Whether the person wrote this value, as whole words.
    pub(crate) fn is_typed(&self, value: &str) -> bool {
        self.is_typed_folded(&folded(value))
    }

    /// Where a value was.
    pub(crate) fn find(&self, value: &str) -> Found {
        let folded = folded(value);
        let mut places: Vec<&Place> = self.places.get(folded.as_str()).into_iter().flatten().collect();
        if places.is_empty() && folded.len() <= LONGEST_SOUGHT && folded.contains(' ') {
            let within = self.texts.iter().filter(|(_, text)| holds(text, &folded));
            places = within.map(|(place, _)| place).take(MOST_PLACES).collect();
        }
        places.sort_by_key(|place| std::cmp::Reverse(place.integrity));
        let typed = self.is_typed_folded(&folded);
        let person = typed.then_some(Origin::Person);
        let from = places.iter().filter_map(|place| self.origin(place));
        Found {
            typed,
            integrity: if typed {
                Some(Integrity::User)
            } else {
                places.first().map(|place| place.integrity)
            },
            from: person.into_iter().chain(from).take(SHOWN_PLACES).collect(),
            label: Label::join_all(
                places.iter().filter_map(|place| self.results.get(place.result)).map(|(_, label)| label),
            ),
        }
    }

    /// The join of the labels of the results that hold a folded value as a value or a word of its own.
    pub(crate) fn find_whole(&self, folded: &str) -> Label {
        let places = self.places.get(folded).into_iter().flatten();
        let results = places.filter_map(|place| self.results.get(place.result));
        Label::join_all(results.map(|(_, label)| label))
    }

    fn is_typed_folded(&self, folded: &str) -> bool {
        let address = folded.contains(['@', '/']) || folded.starts_with("www.");
        if address { holds_address(&self.words, folded) } else { holds(&self.words, folded) }
    }

    fn origin(&self, place: &Place) -> Option<Origin> {
        let (handle, _) = self.results.get(place.result)?;
        let (pointer, integrity) = (place.pointer.to_string(), place.integrity);
        Some(Origin::Result { handle: *handle, pointer, integrity })
    }

    fn put(&mut self, value: &str, place: Place) {
        if value.len() > LONGEST_SOUGHT {
            return;
        }
        if let Some(places) = self.places.get_mut(value) {
            if places.contains(&place) {
                return;
            }
            if places.len() < MOST_PLACES {
                places.push(place);
            } else if let Some(worse) = places.iter_mut().find(|known| known.integrity < place.integrity) {
                // What decides is the best place of a value; how many more there are is nobody's question.
                *worse = place;
            }
        } else {
            self.places.insert(value.into(), vec![place]);
        }
    }
}

/// A result while it is taken in.
struct Taking<'a> {
    result: usize,
    authors: Option<&'a People>,
    pointer: String,
    /// How many more values are taken.
    left: usize,
}

impl Taking<'_> {
    fn value(&mut self, held: &mut Held, value: &Value, integrity: Integrity) {
        match value {
            Value::Object(fields) => {
                let integrity = self.of_item(fields, integrity);
                for (name, value) in fields {
                    let way = self.pointer.len();
                    self.pointer.push('/');
                    self.pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
                    self.value(held, value, integrity);
                    self.pointer.truncate(way);
                }
            }
            Value::Array(items) => {
                for (place, value) in items.iter().enumerate() {
                    let way = self.pointer.len();
                    self.pointer.push_str(&format!("/{place}"));
                    self.value(held, value, integrity);
                    self.pointer.truncate(way);
                }
            }
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => self.whole(held, &number.to_string(), integrity),
            Value::String(text) => self.text(held, text, integrity),
        }
    }

    fn text(&mut self, held: &mut Held, text: &str, integrity: Integrity) {
        let folded = folded(text);
        self.whole(held, &folded, integrity);
        if !folded.contains(' ') {
            // An address by itself may still end in what is no part of it.
            tokens(&folded)
                .filter(|token| *token != folded)
                .for_each(|token| self.whole(held, token, integrity));
            return;
        }
        for token in tokens(&folded) {
            self.whole(held, token, integrity);
        }
        if integrity > Integrity::Outside {
            held.vouched.push_str(text);
            held.vouched.push('\n');
        }
        held.texts.push((self.place(integrity), folded));
    }

    fn whole(&mut self, held: &mut Held, folded: &str, integrity: Integrity) {
        if self.left > 0 && !folded.is_empty() {
            self.left -= 1;
            held.put(folded, self.place(integrity));
        }
    }

    fn place(&self, integrity: Integrity) -> Place {
        Place { result: self.result, pointer: self.pointer.as_str().into(), integrity }
    }

    /// Who stands behind an item: its author, where it names one and its source can be believed in that.
    fn of_item(&self, fields: &serde_json::Map<String, Value>, integrity: Integrity) -> Integrity {
        let Some(people) = self.authors else { return integrity };
        let author = AUTHORS.iter().find_map(|name| fields.get(*name)?.as_str());
        match author.map(|author| people.scope(author)) {
            Some(Scope::Own | Scope::Organisation) => integrity.max(Integrity::Organisation),
            Some(Scope::External | Scope::Public) => Integrity::Outside,
            None => integrity,
        }
    }
}

/// Fields that name who wrote an item.
const AUTHORS: [&str; 8] =
    ["sender", "from", "author", "created_by", "posted_by", "submitted_by", "reporter", "organizer"];
/// Places that are kept of one value.
const MOST_PLACES: usize = 8;
/// Places that a person is shown.
const SHOWN_PLACES: usize = 3;
/// The longest value that is looked for, in bytes: longer texts are looked at word by word.
const LONGEST_SOUGHT: usize = 240;
/// Values that are taken of one result. What lies behind was shown to no model: results are shown far shorter.
const MOST_VALUES: usize = 200_000;

/// Whether the words hold this address and not a longer one that contains it. A full stop behind it ends a sentence.
fn holds_address(words: &str, address: &str) -> bool {
    words.match_indices(address).any(|(at, found)| {
        let before = words[..at].chars().next_back();
        let after = words[at + found.len()..].chars().next();
        !before.is_some_and(|sign| sign.is_alphanumeric() || "-_.@/+".contains(sign))
            && !after.is_some_and(|sign| sign.is_alphanumeric() || "-_@".contains(sign))
    })
}

#[cfg(test)]
mod tests {
    use domain::label::Level;

    use super::*;

    fn held() -> Held {
        let mut held = Held::default();
        held.say("Pay ana@x.org what www.x.org/a says, 12.00 for Le Marais Boutique.");
        let ours = Label { integrity: Integrity::Organisation, ..Label::of(Level::Internal, []) };
        held.hold(Handle(1), &ours, r#"{"people": [{"mail": "bo@x.org", "id": 7}]}"#, None);
        held.hold(Handle(2), &Label::unlabelled(), "Write to <cleo@y.org>. Ask for Good Night Hotel!", None);
        held
    }

    #[test]
    fn a_value_is_found_whole_and_in_text() {
        let held = held();
        let place = |value: &str| held.find(value).from;
        assert_eq!(place("Ana@X.org"), [Origin::Person]);
        assert_eq!(place("le marais boutique"), [Origin::Person]);
        let integrity = Integrity::Organisation;
        let pointer = "/people/0/mail".to_owned();
        assert_eq!(place("bo@x.org"), [Origin::Result { handle: Handle(1), pointer, integrity }]);
        assert_eq!(place("7").len(), 1);
        for value in ["cleo@y.org", "good night hotel"] {
            assert_eq!(held.find(value).integrity, Some(Integrity::Outside), "{value}");
        }
        assert_eq!(held.find("nobody@z.org").integrity, None);
        assert_eq!(held.label().integrity, Integrity::Outside);
        assert_eq!(held.find("bo@x.org").label.level, Level::Internal);
    }

    #[test]
    fn a_longer_address_is_another() {
        let mut held = Held::default();
        held.say("Mail dave-ana@x.org, see https://x.org/a.");
        assert!(held.is_typed("x.org/a") && held.is_typed("dave-ana@x.org"));
        assert!(!held.is_typed("ana@x.org") && !held.is_typed("x.org/a-b"));
    }

    #[test]
    fn an_item_has_its_authors_integrity_where_the_source_is_believed() {
        let people = People::named(&[], &["Bob".to_owned()]);
        let body =
            r#"[{"sender": "Bob", "body": "see www.a.org"}, {"sender": "Eve", "body": "see www.b.org"}]"#;
        let mut held = Held::default();
        held.hold(Handle(1), &Label::unlabelled(), body, Some(&people));
        assert_eq!(held.find("www.a.org").integrity, Some(Integrity::Organisation));
        assert_eq!(held.find("www.b.org").integrity, Some(Integrity::Outside));
        let mut plain = Held::default();
        plain.hold(Handle(1), &Label::unlabelled(), body, None);
        assert_eq!(plain.find("www.a.org").integrity, Some(Integrity::Outside));
    }
}
