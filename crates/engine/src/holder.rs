//! Who writes a workspace.

use domain::time::Micros;
use serde::Serialize;

/// Who writes a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, specta::Type)]
pub struct Holder {
    /// Its process.
    pub pid: u32,
    /// Which program, with its version.
    pub program: String,
    /// Since when.
    pub since: Micros,
}

impl From<store::Holder> for Holder {
    fn from(store::Holder { pid, program, since }: store::Holder) -> Self {
        Self { pid, program, since }
    }
}
