//! What a model is shown of a result: all of it, or what its budget has room for, and how to read on.

mod choice;
mod closed;
mod excerpt;
mod letters;
mod lines;
mod outline;
mod page;
mod part;
mod place;
mod pointer;
mod read_on;
mod shown;

pub use excerpt::excerpt;
pub use page::page;
pub use shown::Excerpt;
