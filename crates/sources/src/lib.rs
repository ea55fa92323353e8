//! One bounded call to an analyst's API. This crate keeps the shapes of foreign APIs, and whatever can go wrong with
//! them, out of everything else: a source's file becomes a [`SourceSpec`](domain::source::SourceSpec) here or is
//! refused with every mistake named; a model's arguments become one HTTP request here or words that it can act on;
//! and whatever the API does with that request becomes an [`Ending`](domain::outcome::Ending).
//!
//! - [`read_source`] and [`write_source`]: the file and the spec; [`lint`]: what a spec makes slower or less safe than
//!   it needs to be.
//! - [`prepare`]: arguments are checked against the tool's schema, then put into path, query or body, or where the
//!   tool's shape says, so that none can change host, path above its segment, or headers other than its own. The result
//!   knows what it will send ([`Prepared::record`]) before anything is sent.
//! - [`Credential`]: how tokens of OAuth 2 are asked for; whoever keeps them gives them to [`Prepared::bear`].
//!   [`passage`]: how far a source's requests go, and whom they trust.
//! - [`resource`] and [`identity`]: what the scheduler needs to know of a call: which thing it touches, and whether
//!   another sends the same request. [`mistakes_of`]: what a form says of arguments.
//!   [`fields`]: the arguments of a tool whose source takes them as they are, an MCP server's.
//! - [`Pages`]: a result that goes on. Which request asks for its next page, and what the pages are together.
//! - [`Prepared::perform`]: one request, one ending. There is no other way out of it. What the answer's headers say of
//!   waiting and of using the result again stands in the ending, as lengths of time: the clock is read here, and only
//!   to make them of dates.

mod answer;
mod arguments;
mod body;
mod call;
mod check;
mod headers;
mod lint;
mod mistake;
mod multipart;
mod oauth;
mod onward;
mod pages;
mod passage;
mod place;
mod read;
mod resource;
mod schema;
mod shaped;
mod style;
mod taken;
mod template;
mod text;
mod told;
mod toml_text;
mod units;
mod words;
mod write;
mod write_auth;

pub use call::{Prepared, placed_secret, prepare};
pub use check::{fields, identity, mistakes_of};
pub use lint::lint;
pub use mistake::Mistake;
pub use oauth::{Credential, Denied, Grant, Granted, granted};
pub use pages::{Pages, Turned};
pub use passage::{passage, passage_with};
pub use read::read_source;
pub use resource::resource;
pub use write::write_source;
