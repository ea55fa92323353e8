//! A source's file, read. A file with a mistake is refused whole, and every mistake is named.

mod address;
mod auth;
mod json;
mod label;
mod limits;
mod paging;
mod request;
mod section;
mod server;
mod source;
mod tls;
mod tool;

use domain::source::SourceSpec;
use toml::de::DeTable;

use crate::mistake::Mistake;
use section::Page;

/// The source that a file describes.
///
/// # Errors
/// Every mistake of the file, by line.
pub fn read_source(toml: &str) -> Result<SourceSpec, Vec<Mistake>> {
    let (root, errors) = DeTable::parse_recoverable(toml);
    let page = Page::new(toml);
    for error in &errors {
        page.not_toml(error);
    }
    // What a broken line would have said is missing from the table, and is not a second mistake.
    let spec = source::source(&page.root(root.get_ref(), errors.is_empty()));
    match (spec, page.into_mistakes()) {
        (Some(spec), mistakes) if mistakes.is_empty() => Ok(spec),
        (_, mistakes) => Err(mistakes),
    }
}
