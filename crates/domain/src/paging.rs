//! Results that go on: where the next page of one is, and how many pages are asked for without anybody asking.

use serde::{Deserialize, Serialize};

/// How a tool's result goes on where one answer does not hold all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// How the next page is asked for.
    pub by: PageBy,
    /// Where the items of a page are in its answer, as a pointer (RFC 6901); empty if the answer is their list.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub items: String,
    /// The argument that says how many items a page has at most, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// How many pages are asked for and joined into one result, from 1 to [`Paging::MOST`]. With 1 the next page is left
    /// to whoever calls, who is told how to ask for it.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub follow: u32,
}

impl Paging {
    /// The most pages of one call.
    pub const MOST: u32 = 1000;

    /// How it goes on, for people: `by the argument \`cursor\`, which the answer names at /next`.
    pub fn words(&self) -> String {
        let by = match &self.by {
            PageBy::Cursor { parameter, next } => {
                format!("by the argument `{parameter}`, which the answer names at {next}")
            }
            PageBy::Page { parameter, .. } => format!("by the argument `{parameter}`, the page's number"),
            PageBy::Offset { parameter } => {
                format!("by the argument `{parameter}`, how many items come before")
            }
            PageBy::Link => "at the address in the header `Link`".to_owned(),
            PageBy::NextUrl { next } => format!("at the address that the answer names at {next}"),
        };
        match self.follow {
            1 => by,
            pages => format!("{by}; up to {pages} pages are joined"),
        }
    }

    /// The arguments that it is about: each is a property of its tool's input.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        let parameter = match &self.by {
            PageBy::Cursor { parameter, .. }
            | PageBy::Page { parameter, .. }
            | PageBy::Offset { parameter } => Some(parameter.as_str()),
            PageBy::Link | PageBy::NextUrl { .. } => None,
        };
        parameter.into_iter().chain(self.limit.as_deref())
    }
}

/// How a next page is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PageBy {
    /// An answer names the next page, and an argument takes that name.
    Cursor {
        /// The argument.
        parameter: String,
        /// Where the name is in an answer, as a pointer.
        next: String,
    },
    /// An argument is the page's number.
    Page {
        /// The argument.
        parameter: String,
        /// The number of the first page.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        first: u32,
    },
    /// An argument says how many items come before the page.
    Offset {
        /// The argument.
        parameter: String,
    },
    /// An answer's header `Link` has the next page's address, with `rel="next"` (RFC 8288).
    Link,
    /// An answer has the next page's address in its body.
    NextUrl {
        /// Where it is, as a pointer.
        next: String,
    },
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_one(number: &u32) -> bool {
    *number == 1
}
