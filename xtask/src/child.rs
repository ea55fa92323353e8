//! Waiting for another program, for so long and no longer.

use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use crate::failure::{Attempted, Failure};

/// How often a waiting program looks whether its child has ended.
const GLANCE: Duration = Duration::from_millis(100);

/// Waits until the child ends, calling `meanwhile` about ten times a second. After `limit` the child and everything
/// it started are killed: half a test run left behind would hold ports, locks and the display of the next.
pub(crate) fn wait(
    child: &mut Child,
    limit: Duration,
    mut meanwhile: impl FnMut(),
) -> Result<ExitStatus, Failure> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().attempted(|| "wait for a program".into())? {
            return Ok(status);
        }
        if begun.elapsed() > limit {
            kill_with_descendants(child);
            return Err(Failure::new(format!(
                "it had not ended after {} minutes and was killed",
                limit.as_secs().div_ceil(60)
            )));
        }
        meanwhile();
        std::thread::sleep(GLANCE);
    }
}

fn kill_with_descendants(child: &mut Child) {
    // Descendants first found, then killed: once the parent is gone they belong to init and can't be told from others.
    // Where there is no /proc (macOS, Windows) only the child itself ends.
    let doomed = descendants(child.id(), &parents());
    let _ = child.kill();
    if !doomed.is_empty() {
        let words = doomed.iter().map(u32::to_string);
        let _ = std::process::Command::new("kill").arg("-KILL").args(words).status();
    }
    let _ = child.wait();
}

/// Every process of the machine with its parent, as /proc has them.
fn parents() -> Vec<(u32, u32)> {
    std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let process = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
            Some((process, parent_in(&stat)?))
        })
        .collect()
}

/// The parent in a line of /proc/PID/stat. The program's name stands in parentheses and may hold spaces and
/// parentheses itself, so reading begins after the last one.
fn parent_in(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn descendants(root: u32, parents: &[(u32, u32)]) -> Vec<u32> {
    let mut found = vec![root];
    let mut looked_at = 0;
    while let Some(&parent) = found.get(looked_at) {
        found.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(process, _)| *process));
        looked_at += 1;
    }
    found.split_off(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_is_read_past_a_strange_name() {
        assert_eq!(parent_in("17 (a ) b (c)) S 4 17 17 0"), Some(4));
        assert_eq!(parent_in("17 nonsense"), None);
    }

    #[test]
    fn descendants_are_children_and_theirs_but_never_the_root() {
        let parents = [(2, 1), (3, 2), (4, 3), (5, 1), (6, 9)];
        assert_eq!(descendants(2, &parents), [3, 4]);
        assert_eq!(descendants(1, &parents), [2, 5, 3, 4]);
        assert_eq!(descendants(6, &parents), []);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_takes_too_long_is_killed() {
        let mut child = std::process::Command::new("sh").args(["-c", "sleep 60 & wait"]).spawn().unwrap();
        let begun = Instant::now();
        let failure = wait(&mut child, Duration::from_millis(300), || ()).unwrap_err();
        assert!(failure.to_string().ends_with("and was killed"), "{failure}");
        assert!(begun.elapsed() < Duration::from_secs(30));
    }
}
