//! `verify`: a full verification of a large trail, as `tieout trail verify` runs it, beside SHA-256 over the same bytes
//! on one core: those of all entries and of all payloads, unpacked and in memory already.

use std::time::{Duration, Instant};

use engine::Engine;
use sha2::{Digest, Sha256};
use store::{Piece, Reader};

use crate::arguments::Arguments;
use crate::evidence;
use crate::many_calls::ManyCalls;
use crate::report::{Figure, Goal, Report};
use crate::rounds::{Rounds, interleaved};
use crate::scene::millis;
use crate::spread::quantile;
use crate::trouble::Outcome;
use crate::workspace::passphrase;

const GOAL: f64 = 2.5;
/// Bytes that are hashed at a time: they are copied there first, which is not counted.
const PIECE: usize = 1 << 20;

pub(crate) async fn run(arguments: &Arguments) -> Outcome<Report> {
    let many = ManyCalls::of_entries(&arguments.into, arguments.entries).await?;
    let engine = Engine::open_to_read(&many.folder, Some(passphrase())).await?;
    let (mut entries, mut bytes) = (0, 0);
    let rounds = Rounds { before: 1, counted: arguments.rounds.unwrap_or(5) };
    let [whole, trail, read, hash] = interleaved::<4>(rounds, async |case| {
        let begun = Instant::now();
        match case {
            0 => entries = evidence::verified(&engine).await?,
            1 => {
                let reader = many.reader.clone();
                tokio::task::spawn_blocking(move || evidence::check(&reader)).await??;
            }
            2 => {
                let reader = many.reader.clone();
                tokio::task::spawn_blocking(move || read_alone(&reader)).await??;
            }
            _ => {
                let reader = many.reader.clone();
                let (length, took) = tokio::task::spawn_blocking(move || hashed(&reader)).await??;
                bytes = length;
                return Ok(millis(took));
            }
        }
        Ok(millis(begun.elapsed()))
    })
    .await?;
    drop(engine);
    many.close().await;
    let bound = ("SHA-256", &hash[..]);
    let goal = Some(Goal::RatioAtMost(GOAL));
    let figures = vec![
        Figure::against(format!("{entries} entries"), "ms", &whole, bound, goal),
        Figure::against(format!("{entries} entries, without the tables"), "ms", &trail, bound, None),
        Figure::against(format!("{entries} entries, read and not checked"), "ms", &read, bound, None),
    ];
    let megabytes = bytes as f64 / 1e6;
    let speed = megabytes / (quantile(&hash, 0.5) / 1000.0);
    let notes = vec![
        format!("{megabytes:.0} MB of entries and payloads; SHA-256 takes in {speed:.0} MB/s here."),
        "Without the tables: what can be checked of a trail without the program that wrote it.".to_owned(),
    ];
    Ok(Report { name: "verify", figures, notes })
}

/// Reads everything that is evidence, decrypted and unpacked, and looks at none of it. Blocks.
fn read_alone(reader: &Reader) -> Outcome<()> {
    for piece in reader.evidence()? {
        std::hint::black_box(piece?);
    }
    Ok(())
}

/// How many bytes a verification hashes at least, and how long that alone takes. Blocks.
fn hashed(reader: &Reader) -> Outcome<(u64, Duration)> {
    let mut hasher = Sha256::new();
    let (mut length, mut took) = (0, Duration::ZERO);
    let mut gathered = Vec::with_capacity(2 * PIECE);
    let mut hash = |gathered: &mut Vec<u8>| {
        let begun = Instant::now();
        hasher.update(&*gathered);
        took += begun.elapsed();
        length += gathered.len() as u64;
        gathered.clear();
    };
    for piece in reader.evidence()? {
        match piece? {
            Piece::Entry { body, .. } => gathered.extend_from_slice(&body),
            Piece::Payload { bytes, .. } => gathered.extend_from_slice(&bytes),
            Piece::Tile { .. } | Piece::Checkpoint { .. } => {}
        }
        if gathered.len() >= PIECE {
            hash(&mut gathered);
        }
    }
    hash(&mut gathered);
    // Nothing of it may be left out because nobody looks at the result.
    std::hint::black_box(hasher.finalize());
    Ok((length, took))
}
