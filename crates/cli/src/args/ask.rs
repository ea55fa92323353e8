//! `tieout ask`

use clap::Args;
use domain::id::ConversationId;

use super::values::{ApproveArg, Switch};

#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// The question
    pub(crate) question: String,
    /// The model's name; the first connected one if left out
    #[arg(long)]
    pub(crate) model: Option<String>,
    /// Go on in this conversation
    #[arg(long)]
    pub(crate) conversation: Option<ConversationId>,
    /// One call at a time; left out, as the settings say (`--sequential=off`: together, whatever they say)
    #[arg(
        long,
        value_enum,
        value_name = "on|off",
        num_args = 0..=1,
        require_equals = true,
        default_value = "auto",
        default_missing_value = "on",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub(crate) sequential: Switch,
    /// Whether an allowed read may start while the model still writes: as the settings say, on, or off
    #[arg(long, value_enum, default_value_t = Switch::Auto)]
    pub(crate) early: Switch,
    /// What may run without asking: reads (writes are prompted for on a terminal, refused without one), none, or all
    /// (a batch that is held for its size included)
    #[arg(long, value_enum, default_value_t = ApproveArg::Reads)]
    pub(crate) approve: ApproveArg,
    /// Requests to the model, at most
    #[arg(long, default_value_t = engine::Question::DEFAULT_STEPS, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_steps: u32,
}
