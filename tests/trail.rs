//! Promise 10 under attack: what was changed, taken out, added or moved is found, by the checker that strangers run; and
//! readers see nothing but what was signed.

mod clocks;
pub(crate) mod evidence;
mod flips;
mod forged;
mod fuzzed;
mod readers;
pub(crate) mod tale;
mod vectors;
