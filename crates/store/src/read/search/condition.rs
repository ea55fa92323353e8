//! A filter, made ready for many calls: what can be said by bits is one AND, what names ids is a sorted list, and words
//! are asked of their index.

use domain::filter::{Compared, Condition, Filter, Mark, Test};
use domain::label::{Category, Label, Level};
use rusqlite::Connection;

use super::seqs::{self, Seqs};
use super::words::Words;
use crate::columns;
use crate::error::StoreError;
use crate::sieve::{Flag, Record, Summary, Traits, tool_bit};

/// Conditions that must all hold.
pub(super) struct Sieve {
    conditions: Vec<Any>,
}

/// A condition: whether one of these holds, or none.
#[derive(Default)]
struct Any {
    not: bool,
    traits: Traits,
    tools: Vec<u32>,
    /// The tools as blocks have them.
    tool_bits: u64,
    measures: Vec<Measure>,
    seqs: Vec<Seqs>,
    words: Vec<Words>,
}

/// What is measured of a call, and what it is held against.
enum Measure {
    Status(Compared, u16),
    Took(Compared, u64),
    Size(Compared, u64),
    Attempts(Compared, u32),
    Since(i64),
    Until(i64),
}

impl Sieve {
    pub(super) fn compile(sql: &Connection, filter: &Filter) -> Result<Self, StoreError> {
        let conditions = filter.conditions.iter().map(|condition| Any::compile(sql, condition));
        Ok(Self { conditions: conditions.collect::<Result<_, _>>()? })
    }

    /// Whether what is asked of a call is more than its bits.
    pub(super) fn needs_measures(&self) -> bool {
        self.conditions.iter().any(|any| !any.measures.is_empty())
    }

    /// Whether a call of this block may pass: false only if none can.
    pub(super) fn may_hold(&mut self, sql: &Connection, block: &Summary) -> Result<bool, StoreError> {
        for any in &mut self.conditions {
            if !any.may_hold(sql, block)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether this call passes.
    pub(super) fn holds(&mut self, sql: &Connection, record: &Record) -> Result<bool, StoreError> {
        // What costs least first: to ask for words reads the index.
        for any in self.conditions.iter().filter(|any| any.words.is_empty()) {
            if any.holds_but_for_words(record) == any.not {
                return Ok(false);
            }
        }
        for any in self.conditions.iter_mut().filter(|any| !any.words.is_empty()) {
            if (any.holds_but_for_words(record) || any.has_words(sql, record.seq)?) == any.not {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Any {
    fn compile(sql: &Connection, condition: &Condition) -> Result<Self, StoreError> {
        let mut any = Self { not: condition.not, ..Self::default() };
        for test in &condition.any {
            any.add(sql, test)?;
        }
        any.tool_bits = any.tools.iter().fold(0, |bits, tool| bits | tool_bit(*tool));
        Ok(any)
    }

    fn add(&mut self, sql: &Connection, test: &Test) -> Result<(), StoreError> {
        match test {
            Test::Call(call) => self.seqs.push(seqs::of_call(sql, *call)?),
            Test::Conversation(id) => self.seqs.push(seqs::of_conversation(sql, &id.to_string())?),
            Test::Turn(turn) => self.seqs.push(seqs::of_turn(sql, *turn)?),
            Test::Batch(batch) => self.seqs.push(seqs::of_batch(sql, *batch)?),
            Test::Source(name) => self.add_tools(sql, "SELECT id FROM tool WHERE source = ?1", name)?,
            Test::Tool(name) => self.add_tools(
                sql,
                "SELECT id FROM tool WHERE name = ?1 OR (source <> '' AND substr(name, length(source) + 2) = ?1)",
                name,
            )?,
            Test::Effect(effect) => self.may_be(Traits::effect(*effect)),
            Test::Level(compared, level) => {
                let fitting = Level::ALL.iter().filter(|known| holds(*compared, *known, level));
                let labels = fitting.map(|level| Label::of(*level, []));
                labels.for_each(|label| self.may_be(Traits::level(columns::level(&label))));
            }
            Test::Category(category) => self.may_be(bit_of(*category)),
            Test::Verdict(verdict) => self.may_be(Traits::verdict(*verdict)),
            Test::Approved(approved) => {
                self.may_be(Traits::flag(if *approved { Flag::Allowed } else { Flag::Refused }));
            }
            Test::Outcome(outcome) => self.may_be(Traits::outcome(Some(*outcome))),
            Test::Open => self.may_be(Traits::outcome(None)),
            Test::Failure(failure) => self.may_be(Traits::failure(*failure)),
            Test::Status(compared, status) => self.measures.push(Measure::Status(*compared, *status)),
            Test::Took(compared, took) => self.measures.push(Measure::Took(*compared, took.0)),
            Test::Size(compared, size) => self.measures.push(Measure::Size(*compared, *size)),
            Test::Attempts(compared, attempts) => self.measures.push(Measure::Attempts(*compared, *attempts)),
            Test::Since(at) => self.measures.push(Measure::Since(at.0)),
            Test::Until(at) => self.measures.push(Measure::Until(at.0)),
            Test::Is(Mark::Held) => self.seqs.extend(seqs::held(sql)?),
            Test::Is(mark) => self.may_be(Traits::flag(match mark {
                Mark::Early => Flag::Early,
                Mark::Shared => Flag::Shared,
                Mark::Retry => Flag::Retry,
                Mark::Edited => Flag::Edited,
                Mark::Dropped => Flag::Dropped,
                Mark::ByHand => Flag::ByHand,
                Mark::Erased | Mark::Held => Flag::Erased,
            })),
            Test::Words(words) => self.words.push(Words::new(words)),
        }
        Ok(())
    }

    fn may_be(&mut self, traits: Traits) {
        self.traits = self.traits.with(traits);
    }

    fn add_tools(&mut self, sql: &Connection, text: &str, name: &str) -> Result<(), StoreError> {
        self.tools
            .extend(columns::rows(&mut *sql.prepare_cached(text)?, [name], |row| Ok(row.get::<_, u32>(0)?))?);
        Ok(())
    }

    fn may_hold(&mut self, sql: &Connection, block: &Summary) -> Result<bool, StoreError> {
        if self.not {
            // What every call of the block is can't be what none may be.
            return Ok(!self.traits.meets(block.every));
        }
        let may = self.traits.meets(block.some)
            || self.tool_bits & block.tools != 0
            || self.measures.iter().any(|measure| measure.may_hold(block))
            || self.seqs.iter().any(|seqs| seqs.meets(block.first, block.last));
        if may {
            return Ok(true);
        }
        for words in &mut self.words {
            if words.newest(sql, block.last)?.is_some_and(|seq| seq >= block.first) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn holds_but_for_words(&self, record: &Record) -> bool {
        self.traits.meets(record.traits)
            || self.tools.contains(&record.tool)
            || self.measures.iter().any(|measure| measure.holds(record))
            || self.seqs.iter().any(|seqs| seqs.has(record.seq))
    }

    fn has_words(&mut self, sql: &Connection, seq: u64) -> Result<bool, StoreError> {
        for words in &mut self.words {
            if words.newest(sql, seq)? == Some(seq) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Measure {
    fn holds(&self, Record { measures, .. }: &Record) -> bool {
        match self {
            Self::Status(compared, status) => {
                measures.status != 0 && holds(*compared, &measures.status, status)
            }
            Self::Took(compared, took) => holds(*compared, &measures.took, took),
            Self::Size(compared, size) => holds(*compared, &measures.size, size),
            Self::Attempts(compared, attempts) => holds(*compared, &u32::from(measures.attempts), attempts),
            Self::Since(at) => measures.at >= *at,
            Self::Until(at) => measures.at < *at,
        }
    }

    fn may_hold(&self, block: &Summary) -> bool {
        match self {
            Self::Took(compared, took) => within(*compared, block.took, took),
            Self::Size(compared, size) => within(*compared, block.size, size),
            Self::Since(at) => block.at.1 >= *at,
            Self::Until(at) => block.at.0 < *at,
            // Only what was sent was tried, and was tried again only by marks that blocks don't have.
            Self::Attempts(compared, attempts) => {
                holds(*compared, &0, attempts) || block.some.has(Flag::Sent)
            }
            Self::Status(compared, status) => {
                (1..=5).any(|class: u16| {
                    let last = if class == 5 { 599 } else { class * 100 + 99 };
                    block.some.meets(Traits::status_class(class * 100))
                        && within(*compared, (class * 100, last), status)
                }) || block.some.meets(Traits::status_class(0))
            }
        }
    }
}

fn holds<T: Ord>(compared: Compared, value: &T, with: &T) -> bool {
    match compared {
        Compared::Is => value == with,
        Compared::Below => value < with,
        Compared::AtMost => value <= with,
        Compared::AtLeast => value >= with,
        Compared::Above => value > with,
    }
}

/// Whether a value from one bound to the other, both included, may hold.
fn within<T: Ord>(compared: Compared, (from, to): (T, T), with: &T) -> bool {
    match compared {
        Compared::Is => from <= *with && to >= *with,
        Compared::Below | Compared::AtMost => holds(compared, &from, with),
        Compared::AtLeast | Compared::Above => holds(compared, &to, with),
    }
}

fn bit_of(category: Category) -> Traits {
    Traits::categories(columns::categories(&Label { categories: [category].into(), ..Label::PUBLIC }))
}
