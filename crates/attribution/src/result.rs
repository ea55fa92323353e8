//! What a model is shown of a result: all of it, or what its budget has room for, and how to read on.

mod excerpt;
mod lines;
mod page;
mod read_on;
mod shown;

pub use excerpt::excerpt;
pub use page::page;
pub use shown::Excerpt;
