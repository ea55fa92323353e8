//! Putting values back in the place of their pseudonyms: in what a model asks a tool for, and in what a person reads.

use serde_json::{Number, Value};

use super::names::{Given, LONGEST, Pseudonyms};

/// A text as a person reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The text with the real values.
    pub text: String,
    /// Where one stands, as bytes of the text, and the pseudonym that the model wrote.
    pub spans: Vec<(std::ops::Range<usize>, String)>,
}

impl Shown {
    /// Where a place of the model's text, as a byte, is in this one.
    pub fn moved(&self, at: usize) -> usize {
        let mut grown = 0_usize;
        let mut shrunk = 0_usize;
        for (range, pseudonym) in &self.spans {
            let began = (range.start + shrunk).saturating_sub(grown);
            if began + pseudonym.len() > at {
                break;
            }
            grown += range.len();
            shrunk += pseudonym.len();
        }
        (at + grown).saturating_sub(shrunk)
    }
}

impl Pseudonyms {
    /// What a person reads of what a model wrote. A pseudonym that nobody gave stays.
    pub fn reveal(&self, text: &str) -> Shown {
        let mut shown = Shown::default();
        let mut rest = text;
        while let Some(at) = rest.find('‹') {
            shown.text.push_str(&rest[..at]);
            rest = &rest[at..];
            let end = rest.find('›').map(|end| end + '›'.len_utf8());
            let known = end.and_then(|end| Some((end, self.given_as(&rest[..end])?)));
            let taken = match known {
                Some((end, given)) => {
                    let start = shown.text.len();
                    shown.text.push_str(&given.value);
                    shown.spans.push((start..shown.text.len(), rest[..end].to_owned()));
                    end
                }
                None => {
                    shown.text.push('‹');
                    '‹'.len_utf8()
                }
            };
            rest = &rest[taken..];
        }
        shown.text.push_str(rest);
        shown
    }

    /// The arguments of a call with the real values: what a source is asked. A string that is a pseudonym alone becomes
    /// the number again if its value was one.
    pub fn reveal_arguments(&self, arguments: &str) -> String {
        if self.known() == 0 {
            return arguments.to_owned();
        }
        // What is no JSON no source is asked.
        let Ok(mut value) = serde_json::from_str(arguments) else { return self.reveal(arguments).text };
        if self.reveal_in(&mut value) { value.to_string() } else { arguments.to_owned() }
    }

    /// Whether anything was put back.
    fn reveal_in(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => {
                if let Some(Given { is_number: true, value: known, .. }) = self.given_as(text)
                    && let Ok(number) = known.parse::<Number>()
                {
                    *value = Value::Number(number);
                    return true;
                }
                let shown = self.reveal(text);
                let any = !shown.spans.is_empty();
                *text = shown.text;
                any
            }
            Value::Array(items) => items.iter_mut().fold(false, |any, item| self.reveal_in(item) | any),
            Value::Object(fields) => {
                fields.iter_mut().fold(false, |any, (_, field)| self.reveal_in(field) | any)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
}

/// Words of a model that come piece by piece: a pseudonym may be cut between two.
#[derive(Clone, Debug, Default)]
pub struct Unfolding {
    held: String,
}

impl Unfolding {
    /// What may be shown after the next piece.
    pub fn next(&mut self, names: &Pseudonyms, piece: &str) -> String {
        self.held.push_str(piece);
        let open = self.held.rfind('‹').filter(|at| {
            let tail = &self.held[*at..];
            !tail.contains('›') && tail.len() <= LONGEST
        });
        let ready = match open {
            Some(at) => {
                let tail = self.held.split_off(at);
                std::mem::replace(&mut self.held, tail)
            }
            None => std::mem::take(&mut self.held),
        };
        names.reveal(&ready).text
    }

    /// What is left when nothing more comes.
    pub fn end(&mut self, names: &Pseudonyms) -> String {
        names.reveal(&std::mem::take(&mut self.held)).text
    }
}
