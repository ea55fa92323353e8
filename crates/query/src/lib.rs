//! The language in which people say which calls they look for: text in, [`domain::filter::Filter`] out. This
//! crate keeps people's spelling out of the store, which sees conditions alone: no SQL, clock, time zone of the machine
//! or list of what exists is in here; the time, the zone and the known names come in as arguments.
//!
//! `source:crm label:≥confidential outcome:failed since:7d took:>2s "acme gmbh" -tool:search`
//!
//! - Terms stand apart by white space, and all of them must hold.
//! - A term is `field:value`, or words to look for: bare, one by one, or a phrase in quotes (`\"` and `\\` in it stand
//!   for themselves).
//! - `field:a,b` holds for either value, and `a|b` for either of two terms: `source:crm|tool:search`.
//! - `-` or `not:` before a term, with all its alternatives, turns it round.
//! - `≥ > ≤ < =` (also `>=`, `<=`) before a value compare, where a field has an order.
//! - A time is a day of the person's own (`2026-11-01`, `today`), a moment of it (`2026-11-01T12:00`), one with its own
//!   zone (`2026-11-01T12:00:00Z`), or how long ago (`90m`, `24h`, `7d`, `2w`). `since:` a day begins with it, `until:` a
//!   day ends with it, `until:` a moment ends before it.

mod amount;
mod choice;
mod complete;
mod cut;
mod field;
mod mistake;
mod moment;
mod read;
mod value;

pub use complete::{Known, complete};
pub use field::Field;
pub use read::{MOST_BYTES, MOST_CONDITIONS, MOST_VALUES, read};
