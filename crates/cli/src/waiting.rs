//! What a call waits for, in words.

use domain::event::Waiting;

use crate::words::{millis, rate};

/// The rest of a sentence that begins `[c3] …`.
pub(crate) fn waiting(waiting: &Waiting) -> String {
    match waiting {
        Waiting::Resource { handle, resource, .. } => {
            format!("waits for [{handle}]: both touch {resource}, and one changes it")
        }
        Waiting::Order { handle, .. } => format!("waits for [{handle}], which goes first"),
        Waiting::Same { handle, .. } => {
            format!("waits for [{handle}], which asks the same: one request serves both")
        }
        Waiting::Result { handle, .. } => format!("waits for the result of [{handle}], which it reads"),
        Waiting::Source { source, in_flight } => {
            format!("waits its turn: {source} takes {in_flight} at one time")
        }
        Waiting::Everything { in_flight } => {
            format!("waits its turn: {in_flight} calls may be under way at one time")
        }
        Waiting::Rate { source, milli_per_second, ms } => {
            format!("waits {} at most: {source} takes {}", millis(*ms), rate(*milli_per_second))
        }
        Waiting::Paused { source, ms, words } => {
            format!("waits {}: {source} asked for it ({words})", millis(*ms))
        }
        // Whoever asks holds the workspace, so that it can't be resumed from another terminal meanwhile.
        Waiting::PausedByPerson { source } => {
            format!("waits: {source} is paused; Ctrl-C, then `tieout sources resume {source}`")
        }
        Waiting::Again { attempt, ms } => format!("waits {} before attempt {attempt}", millis(*ms)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_names_whom_it_is_for_and_why() {
        let call = "call_01M81SKYP621PKT9MZ4BAEDFB0".parse().unwrap();
        let resource = "/crm/customers/7".to_owned();
        let words = waiting(&Waiting::Resource { call, handle: domain::id::Handle(1), resource });
        assert_eq!(words, "waits for [c1]: both touch /crm/customers/7, and one changes it");
    }
}
