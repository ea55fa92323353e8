//! What this process has cost so far: CPU time and memory. The company runs in a process of its own, so that neither
//! counts its share.

use std::time::Duration;

use crate::trouble::{Outcome, trouble};

/// The CPU time of all threads since the process began.
#[cfg(unix)]
pub(crate) fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(seconds, nanos)
}

/// Nobody has asked for it on this system yet.
#[cfg(not(unix))]
pub(crate) fn cpu() -> Duration {
    Duration::ZERO
}

/// Memory in MiB: what is resident now, and the most that was since [`forget_peak`].
pub(crate) struct Memory {
    pub(crate) now: f64,
    pub(crate) peak: f64,
}

/// The memory of this process, where the system tells it as Linux does.
pub(crate) fn memory() -> Outcome<Memory> {
    let status = std::fs::read_to_string("/proc/self/status")
        .map_err(|error| format!("memory is measured on Linux alone (/proc/self/status: {error})"))?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib / 1024.0)
    };
    match (field("VmRSS:"), field("VmHWM:")) {
        (Some(now), Some(peak)) => Ok(Memory { now, peak }),
        _ => trouble("/proc/self/status does not tell the memory of this process"),
    }
}

/// Begins the peak anew.
pub(crate) fn forget_peak() -> Outcome<()> {
    std::fs::write("/proc/self/clear_refs", "5")
        .map_err(|error| format!("the peak of memory can't be reset (/proc/self/clear_refs: {error})").into())
}
