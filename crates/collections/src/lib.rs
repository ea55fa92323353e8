//! Requests that somebody saved or pasted: a collection of Postman, an export of Insomnia, commands of `curl`. This crate
//! keeps those formats out of everything else: each ends here as a document of OpenAPI 3.1, so that names, schemas,
//! bodies, effects and bounds of the tools are those of every other import, and there is one place that decides them.
//!
//! Such texts hold keys. A key is taken out of the document and handed over beside it, as a [`Login`]; what else looks
//! like a secret is left out and named. [`Told::document`] holds no secret that was found.

mod curl;
mod document;
mod example;
mod insomnia;
mod keys;
mod login;
mod operation;
mod place;
mod postman;
mod request;
mod shell;
mod variables;

pub use curl::{curl, is_curl};
pub use document::{Left, Told};
pub use insomnia::{insomnia, is_insomnia};
pub use login::{KeyIn, Login};
pub use postman::{is_postman, postman};
