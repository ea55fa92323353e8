//! What a click on a chart or on a count does to the text, leaving the rest as the person wrote it.

use crate::cut::{Part, Term, begins_with_sign, cut};
use crate::field::Field;
use crate::write::quoted_if_needed;

/// The text with `field:value` among its conditions; the same text if it is there already. The value may begin with a
/// sign that compares, where the field has an order.
pub fn with(text: &str, field: Field, value: &str) -> String {
    if cut(text).iter().any(|term| is_alone(text, term, field) && holds_only(term, value)) {
        return text.to_owned();
    }
    added(text, &term_of(field, value))
}

/// The text with `field:value` in the place of whatever it said of that field: the first such term is replaced, others of
/// it go. Terms that say what must not be, and those with alternatives of other fields, stay.
pub fn with_only(text: &str, field: Field, value: &str) -> String {
    let written = term_of(field, value);
    let mut placed = false;
    let text = rewritten(text, |text, term| {
        if !is_alone(text, term, field) {
            return Some(text[term.span.clone()].to_owned());
        }
        let first = !std::mem::replace(&mut placed, true);
        first.then(|| written.clone())
    });
    if placed { text } else { added(&text, &written) }
}

/// The text without that value of the field: it goes from lists, and a term that has no other goes whole.
pub fn without(text: &str, field: Field, value: &str) -> String {
    rewritten(text, |text, term| {
        let whole = text[term.span.clone()].to_owned();
        let [part] = term.parts.as_slice() else { return Some(whole) };
        if !is_alone(text, term, field) || !part.values.iter().any(|there| says(there, value)) {
            return Some(whole);
        }
        let others = part.values.iter().filter(|there| !says(there, value));
        let others: Vec<&str> = others.map(|there| &text[there.span.clone()]).collect();
        (!others.is_empty()).then(|| format!("{}:{}", field.word(), others.join(",")))
    })
}

/// Whether a term says something of that field alone, and asks for it.
fn is_alone(text: &str, term: &Term, field: Field) -> bool {
    let named = |part: &Part| part.field.clone().and_then(|span| Field::named(&text[span]));
    term.not.is_none() && matches!(term.parts.as_slice(), [part] if named(part) == Some(field))
}

fn holds_only(term: &Term, value: &str) -> bool {
    matches!(term.parts.as_slice(), [part] if matches!(part.values.as_slice(), [there] if says(there, value)))
}

/// Whether a value of the text is the one that was given, however either is quoted or its sign spelt.
fn says(there: &crate::cut::Value, value: &str) -> bool {
    let given = cut(&format!("x:{}", sign_and_value(value)));
    let given = given.first().and_then(|term| term.parts.first()).and_then(|part| part.values.first());
    given.is_some_and(|given| given.compared == there.compared && given.text == there.text)
        || (there.compared.is_none() && there.text == value)
}

fn term_of(field: Field, value: &str) -> String {
    let value = if field.compares() { sign_and_value(value) } else { quoted_if_needed(value) };
    format!("{}:{value}", field.word())
}

fn sign_and_value(value: &str) -> String {
    // Signs stand alone before a value without white space; anything else that begins so is a name.
    if begins_with_sign(value) && !value.contains(char::is_whitespace) {
        value.to_owned()
    } else {
        quoted_if_needed(value)
    }
}

fn added(text: &str, term: &str) -> String {
    let text = text.trim_end();
    if text.is_empty() { term.to_owned() } else { format!("{text} {term}") }
}

/// The text with each term as `change` says; those for which it says nothing go, with the white space before them.
fn rewritten(text: &str, mut change: impl FnMut(&str, &Term) -> Option<String>) -> String {
    let mut written = String::with_capacity(text.len());
    let (mut end, mut touched) = (0, false);
    for term in cut(text) {
        let space = &text[end..term.span.start];
        end = term.span.end;
        let Some(changed) = change(text, &term) else {
            touched = true;
            continue;
        };
        let differs = changed != text[term.span.clone()];
        if written.is_empty() {
            written.push_str(space.trim_start());
        } else if space.is_empty() && (touched || differs) {
            // What quotes alone kept apart would run together.
            written.push(' ');
        } else {
            written.push_str(space);
        }
        written.push_str(&changed);
        touched = differs;
    }
    written
}
