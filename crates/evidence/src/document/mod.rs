//! An answer as a document for people: its words as they were written, a number after each figure, and below what that
//! figure comes from.
//!
//! It is for reading and passing on, and proves nothing: a bundle does. The words are a model's. In both forms they can
//! make the document load nothing and run nothing, whatever they hold: in HTML no markup but this crate's stands, in
//! Markdown pictures and markup are escaped, since whoever opens the file may read it with a program that follows them.

mod markdown;
mod notes;
mod page;
mod pieces;
mod subject;

use domain::bundle::DocumentForm;

use notes::Notes;
pub use subject::Document;

/// The document as text. The same document gives the same bytes.
pub fn document(document: &Document<'_>, form: DocumentForm) -> String {
    let notes = Notes::of(document.answer, document.calls);
    match form {
        DocumentForm::Markdown => markdown::written(document, &notes),
        DocumentForm::Html => page::page(document, &notes),
    }
}
