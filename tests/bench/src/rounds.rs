//! Rounds: each case once a round, so that what slows the machine down slows all of them.

use crate::trouble::Outcome;

/// How often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounds {
    /// Rounds that are not counted: connections open, caches fill, the allocator grows.
    pub(crate) before: usize,
    /// Rounds that are.
    pub(crate) counted: usize,
}

/// What `run` measured of each of `N` cases, round by round. Who comes first changes from round to round.
pub(crate) async fn interleaved<const N: usize>(
    rounds: Rounds,
    mut run: impl AsyncFnMut(usize) -> Outcome<f64>,
) -> Outcome<[Vec<f64>; N]> {
    let mut measured = std::array::from_fn(|_| Vec::with_capacity(rounds.counted));
    for round in 0..rounds.before + rounds.counted {
        for place in 0..N {
            let case = (round + place) % N;
            let figure = run(case).await?;
            if round >= rounds.before {
                measured[case].push(figure);
            }
        }
    }
    Ok(measured)
}
