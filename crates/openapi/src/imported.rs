//! What a document became.

use std::collections::BTreeMap;

use domain::secret::Secret;
use domain::source::Auth;
use domain::tool::{SourceName, ToolSpec};

/// A document, read: its operations, and what a person chooses among.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What the document calls itself; may be empty.
    pub title: String,
    /// A name for the source, made of the title, if one can be.
    pub name: Option<SourceName>,
    /// The address that paths are below: the one asked for, else the first that the document names. None if it names
    /// none that is whole.
    pub server: Option<String>,
    /// All addresses that the document names.
    pub servers: Vec<String>,
    /// The ways of being known that a source can use, that of the most operations first.
    pub offers: Vec<Offer>,
    /// Whether an operation can't be called by somebody unknown.
    pub needs_key: bool,
    /// The header by which every write that is not idempotent is known again. A document in which only some take it has
    /// it as their argument instead: a source that sends it believes that any write may be sent twice.
    pub idempotency_header: Option<String>,
    /// Every operation of the document, by path.
    pub operations: Vec<Operation>,
    /// What else the document holds that is not used.
    pub notes: Vec<String>,
    /// Headers that the source sends with every request; none of them a secret.
    pub headers: BTreeMap<String, String>,
    /// A key that stood in the text. Whoever saves the source puts it into the keychain, and nowhere else.
    pub credential: Option<Credential>,
}

/// A key that somebody pasted with a request, and that opens the source by its first offer.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The user, where one is known by name and password.
    pub user: Option<String>,
    /// The token, key or password.
    pub secret: Secret,
}

/// A way of being known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What the document calls it.
    pub scheme: String,
    /// What a source writes for it. The secret and the user are placeholders, to be replaced.
    pub auth: Auth,
    /// How many operations it opens.
    pub operations: usize,
    /// What its user must know.
    pub note: Option<String>,
}

/// One operation of the document.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// It is a tool.
    Tool(Box<Made>),
    /// It is not, for a reason.
    Skipped(Skipped),
}

/// An operation that became a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// `GET /customers/{id}`, as the document writes it.
    pub operation: String,
    /// What the document sorts it under.
    pub tags: Vec<String>,
    /// The tool. Its schema compiles, and each of its path's parameters is a property of its input.
    pub tool: ToolSpec,
    /// What was left out or is not as the document says.
    pub notes: Vec<String>,
}

/// An operation that did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// `GET /customers/{id}`, as the document writes it.
    pub operation: String,
    /// Why there is no tool.
    pub reason: String,
}

impl Imported {
    /// The tools.
    pub fn tools(&self) -> impl Iterator<Item = &Made> {
        self.operations.iter().filter_map(|operation| match operation {
            Operation::Tool(made) => Some(&**made),
            Operation::Skipped(_) => None,
        })
    }
}
