//! The printable report of an answer: what a compliance reviewer files.
//!
//! One HTML file without script, pictures, fonts or anything else from elsewhere; a policy in it forbids the rest.
//! Text of people, models and APIs goes through [`Html::text`](html::Html::text), and markup can only come from this
//! crate. In a bundle without payloads the report holds none either, whatever it is given.

mod call;
mod figures;
mod html;
mod indent;
mod page;
mod parts;
mod record;
mod story;
mod words;

pub(crate) use html::Html;
pub use record::{Report, ReportedAnchor};
pub(crate) use words::moment;

/// The report as one HTML file. The same report gives the same bytes.
pub fn report(report: &Report) -> String {
    page::page(report)
}
