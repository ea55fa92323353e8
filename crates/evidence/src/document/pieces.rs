//! Markdown as its reader's events, as the page of the program reads it: tables and strikethrough besides CommonMark.

use pulldown_cmark::{Options, Parser};

/// The events of a text.
pub(super) fn events(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS)
}
