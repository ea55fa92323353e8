//! Ten thousand random batches in simulated time. Several turns share the gates and the services; reads start early and
//! their messages end badly; sources fail, pause and are slow; people refuse, edit, cancel and stop. Whatever happens:
//!
//! - the services end as if the calls had run one by one in the model's order, and each read saw what it would have
//!   seen then;
//! - no limit is ever exceeded in a service's log, and calls that meet never run at one time;
//! - each call has exactly one outcome, and results go back in the model's order;
//! - what may not be repeated is sent once at most, and what was refused never;
//! - every turn ends.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a panic is a failed test with a place"
)]

mod dice;
mod player;
mod script;
mod service;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use world::World;

fn run(seed: u64) -> usize {
    match catch_unwind(AssertUnwindSafe(|| World::new(seed).run())) {
        Ok(batches) => batches,
        Err(complaint) => {
            eprintln!("the case that failed has the seed {seed}");
            std::panic::resume_unwind(complaint);
        }
    }
}

#[test]
fn ten_thousand_batches_are_as_if_run_one_by_one() {
    let (batches, seeds) = (AtomicUsize::new(0), AtomicU64::new(0));
    let work = || {
        while batches.load(Relaxed) < 10_000 {
            batches.fetch_add(run(seeds.fetch_add(1, Relaxed)), Relaxed);
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        (1..threads).for_each(|_| drop(scope.spawn(work)));
        work();
    });
}
