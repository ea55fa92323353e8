//! Gathers everything that breaks a rule, so that one run shows all of it.

/// What broke one rule.
#[derive(Default)]
pub(crate) struct Complaints(Vec<String>);

impl Complaints {
    /// One thing that breaks the rule: `file:line: what is wrong; what mends it`.
    pub(crate) fn add(&mut self, complaint: impl Into<String>) {
        self.0.push(complaint.into());
    }

    /// Fails the test if there is any complaint.
    #[track_caller]
    pub(crate) fn settle(self, rule: &str) {
        assert!(self.0.is_empty(), "{rule}\n\n{}\n", self.0.join("\n"));
    }

    /// The complaints, for the tests of the checks themselves.
    pub(crate) fn into_vec(self) -> Vec<String> {
        self.0
    }
}
