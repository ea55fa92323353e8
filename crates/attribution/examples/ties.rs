//! `cargo xtask eval ties FILE`: ties the answers of a file with gold places, and prints how many were found.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement prints, and stops at what it can't read"
)]

#[path = "../tests/judge/mod.rs"]
mod judge;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let lines = std::fs::read_to_string(&arguments[0]).unwrap();
    let score = judge::judge(&judge::read(&lines));
    if arguments.iter().any(|word| word == "--misses") {
        for miss in &score.misses {
            println!("{miss}\n");
        }
    }
    println!("{}", score.table());
}
