//! The clocks and the randomness of one run of the program. Everything below the engine that must be replayable gets
//! them as arguments; here is where they come from.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use domain::id::BootId;
use domain::payload::{Payload, PayloadRole};
use domain::time::{Micros, Moment};

use crate::error::EngineError;

/// One run of the program.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    began: Instant,
    boot: BootId,
}

impl Clock {
    pub(crate) fn start() -> Result<Self, EngineError> {
        let began = Instant::now();
        Ok(Self { began, boot: BootId::new(wall().unix_ms(), random_bits()?) })
    }

    pub(crate) fn boot(&self) -> BootId {
        self.boot
    }

    pub(crate) fn now(&self) -> Moment {
        let mono = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        Moment { at: wall(), mono }
    }
}

/// What the wall clock would show `now` if it had gone on evenly since `before`, in case that is further from what it does
/// show than any clock is set right by: somebody changed it, or the machine slept.
pub(crate) fn jumped(before: Moment, now: Moment) -> Option<Micros> {
    const SMALL: u64 = 60 * 1_000_000;
    let passed = i64::try_from(now.mono.saturating_sub(before.mono)).unwrap_or(i64::MAX);
    let expected = before.at.0.saturating_add(passed);
    (expected.abs_diff(now.at.0) > SMALL).then_some(Micros(expected))
}

/// The two arguments from which every id is made.
pub(crate) fn id_parts() -> Result<(u64, u128), EngineError> {
    Ok((wall().unix_ms(), random_bits()?))
}

/// A random number, for a wait that nobody else waits for too.
pub(crate) fn dice() -> Result<u32, EngineError> {
    Ok(u32::try_from(random_bits()? & u128::from(u32::MAX)).unwrap_or(0))
}

/// 32 bytes from the operating system.
pub(crate) fn random_key() -> Result<[u8; 32], EngineError> {
    let mut key = [0; 32];
    getrandom::fill(&mut key)
        .map_err(|error| EngineError::Internal(format!("the system gives no randomness: {error}")))?;
    Ok(key)
}

/// Commits to `bytes` under a fresh secret.
pub(crate) fn seal(role: PayloadRole, media: &str, bytes: Vec<u8>) -> Result<Payload, EngineError> {
    Ok(Payload::seal(random_key()?, role, media, bytes))
}

fn wall() -> Micros {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

pub(crate) fn random_bits() -> Result<u128, EngineError> {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits)
        .map_err(|error| EngineError::Internal(format!("the system gives no randomness: {error}")))?;
    Ok(u128::from_le_bytes(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_is_more_than_a_minute_either_way() {
        const SECOND: i64 = 1_000_000;
        let at = |at: i64, mono: u64| Moment { at: Micros(at * SECOND), mono: mono * 1_000_000 };
        for (shown, jump) in
            [(160, None), (220, None), (100, None), (221, Some(160)), (99, Some(160)), (-9, Some(160))]
        {
            let expected = jump.map(|at: i64| Micros(at * SECOND));
            assert_eq!(jumped(at(100, 40), at(shown, 100)), expected, "{shown}");
        }
    }
}
