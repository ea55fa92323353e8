//! One kind of question: three functions, since what differs between questions is only what they do.

use crate::model::evidence::Evidence;
use crate::model::question::Question;
use crate::model::wish::Wish;

/// One kind of question.
pub(in crate::model) struct Intent {
    /// Whether the question is of this kind.
    pub(in crate::model) recognises: fn(&Question) -> bool,
    /// Everything that it takes to answer, as far as the results so far let it be known.
    pub(in crate::model) wishes: fn(&Question, &Evidence) -> Vec<Wish>,
    /// The answer from what came of the wishes, which may be nothing.
    pub(in crate::model) answer: fn(&Question, &Evidence) -> String,
}
