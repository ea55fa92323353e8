//! How a label moves when a call ends.

use domain::label::Label;
use domain::outcome::Outcome;

/// The label of what a call brought back, for whoever has read it since: its batch, its conversation, an answer.
///
/// A refused call never left, so it brought none of its source's data, and [`Label::PUBLIC`] adds nothing to a
/// join. After every other outcome it is the tool's label: a failure's body, a cut result or a late one may hold the
/// same data as a whole one, and the outcome alone can't show that nothing came.
pub fn after_call(tool: &Label, ended: Outcome) -> Label {
    match ended {
        Outcome::Refused => Label::PUBLIC,
        Outcome::Returned | Outcome::Failed | Outcome::Cancelled | Outcome::TimedOut | Outcome::Unknown => {
            tool.clone()
        }
    }
}
