//! The questions that the model understands: how each is recognised, what it takes to answer it, and
//! how the answer is written.

mod honesty;
mod intent;
mod one_customer;
mod people;
mod ranking;
mod regions;
mod support;
mod trial;
mod writes;

pub(super) use honesty::{honest, out_of_reach};

use super::question::Question;
use intent::Intent;

/// The first that recognises the question. Writes come first: their words are the plainest, and a
/// question that asks for one must not be taken for a question about the same record.
static INTENTS: [&Intent; 15] = [
    &writes::NOTE,
    &writes::STATUS,
    &writes::REMINDERS,
    &regions::BRIEF,
    &regions::REVENUE,
    &regions::CUSTOMERS,
    &ranking::LARGEST,
    &ranking::COMPARISON,
    &one_customer::OVERDUE,
    &one_customer::PICTURE,
    &support::URGENT,
    &support::VOLUME,
    &people::PAYROLL,
    &people::SALARY,
    &trial::TRIAL,
];

pub(super) fn of(question: &Question) -> Option<&'static Intent> {
    INTENTS.iter().copied().find(|intent| (intent.recognises)(question))
}
