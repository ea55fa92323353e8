//! What the model says next.
//!
//! It keeps nothing between requests: each time it works out everything that it would like to know
//! by now, leaves out what the conversation already holds, and asks for the rest, or answers if
//! nothing is left. A second round is a wish that only the first round's results make possible.

use super::chat::ChatRequest;
use super::evidence::Evidence;
use super::intents;
use super::question::Question;
use super::script::{ScriptedCall, ScriptedMessage};
use super::wish::Wish;
use crate::noise::digest;

pub(super) fn next_message(chat: &ChatRequest) -> ScriptedMessage {
    let question = Question::new(chat.turn().first().map(|message| message.text()).unwrap_or_default());
    let evidence = Evidence::of(chat);
    let Some(intent) = intents::of(&question) else {
        return said(&intents::honest(&evidence));
    };
    let wishes = distinct((intent.wishes)(&question, &evidence));
    let possible = wishes.iter().filter(|wish| evidence.is_offered(wish)).count();
    if possible == 0 && !wishes.is_empty() {
        return said(&intents::out_of_reach(&evidence, &wishes));
    }
    let open: Vec<&Wish> = wishes
        .iter()
        .filter(|wish| evidence.is_offered(wish) && !evidence.has_asked(wish))
        .take(chat.batch_limit())
        .collect();
    if open.is_empty() { said(&(intent.answer)(&question, &evidence)) } else { calling(chat, &open) }
}

/// A model that asks for one thing twice learns nothing new and would never be done.
fn distinct(wishes: Vec<Wish>) -> Vec<Wish> {
    let mut distinct: Vec<Wish> = Vec::new();
    for wish in wishes {
        if !distinct.contains(&wish) {
            distinct.push(wish);
        }
    }
    distinct
}

fn said(text: &str) -> ScriptedMessage {
    ScriptedMessage { text: tokens(text), ..ScriptedMessage::default() }
}

fn calling(chat: &ChatRequest, wishes: &[&Wish]) -> ScriptedMessage {
    let calls = wishes
        .iter()
        .enumerate()
        .map(|(index, wish)| ScriptedCall {
            id: call_id(chat, index),
            name: wish.offered_name(),
            arguments: tokens(&wish.arguments.to_string()),
        })
        .collect();
    ScriptedMessage { calls, ..ScriptedMessage::default() }
}

/// An id that no other call of the conversation has: it says how long the conversation was.
fn call_id(chat: &ChatRequest, index: usize) -> String {
    let asked = chat.turn().first().map(|message| message.text()).unwrap_or_default();
    let place = format!("{}/{index}/{asked}", chat.messages.len());
    format!("call_{:016x}", digest(place.as_bytes()))
}

/// Cuts a text into pieces of about the size of a token.
fn tokens(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(4).map(|piece| piece.iter().collect()).collect()
}
