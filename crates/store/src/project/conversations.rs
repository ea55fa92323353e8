//! Conversations: every entry of one moves its row.

use std::collections::BTreeMap;

use domain::entry::Entry;
use domain::fact::Fact;
use domain::id::ConversationId;
use domain::label::Label;
use rusqlite::{Connection, named_params};

use super::payloads::Payloads;
use crate::columns::{categories, level};
use crate::error::StoreError;

/// The longest title, in characters, not counting the mark that says that it was cut.
const LONGEST_TITLE: usize = 80;

/// What a group of entries does to the rows of their conversations, each written once when the group is whole.
#[derive(Default)]
pub(super) struct Conversations {
    touched: BTreeMap<ConversationId, Touched>,
}

/// What entries of one conversation do to its row.
#[derive(Default)]
struct Touched {
    first: u64,
    last: u64,
    at: i64,
    entries: u64,
    title: String,
    turns: u32,
    handle: u32,
    level: u32,
    categories: u32,
    /// Whether its label was lowered: then what it was before counts no more.
    lowered: bool,
}

impl Conversations {
    pub(super) fn touch(&mut self, entry: &Entry, payloads: &Payloads<'_>) -> Result<(), StoreError> {
        let Some(link) = &entry.link else {
            return Ok(());
        };
        let new = || Touched { first: entry.seq.0, ..Touched::default() };
        let touched = self.touched.entry(link.conversation).or_insert_with(new);
        (touched.last, touched.at, touched.entries) = (entry.seq.0, entry.at.0, link.cseq + 1);
        if let Fact::QuestionAsked { question, .. } = &entry.fact {
            touched.turns += 1;
            // The title is the first question's, or nobody's once that is erased.
            if touched.turns == 1 {
                touched.title = payloads.text(question)?.as_deref().map(title).unwrap_or_default();
            }
        }
        if let Fact::CallRequested { handle, .. } = &entry.fact {
            touched.handle = touched.handle.max(handle.0);
        }
        if let Fact::LabelLowered { to, .. } = &entry.fact {
            (touched.level, touched.categories, touched.lowered) = (level(to), categories(to), true);
        }
        if let Some(label) = label_of(&entry.fact) {
            touched.level = touched.level.max(level(label));
            touched.categories |= categories(label);
        }
        Ok(())
    }

    /// Writes what changed.
    pub(super) fn write(&mut self, to: &Connection) -> Result<(), StoreError> {
        for (conversation, touched) in std::mem::take(&mut self.touched) {
            let mut statement = to.prepare_cached(
                "INSERT INTO conversation (id, seq, last_seq, at, entries, title, turns, last_handle, level, categories)
                 VALUES (:id, :first, :last, :at, :entries, :title, :turns, :handle, :level, :categories)
                 ON CONFLICT (id) DO UPDATE SET
                   last_seq = excluded.last_seq, at = excluded.at, entries = excluded.entries,
                   title = CASE turns WHEN 0 THEN excluded.title ELSE title END,
                   turns = turns + excluded.turns, last_handle = max(last_handle, excluded.last_handle),
                   level = CASE :lowered WHEN 1 THEN excluded.level ELSE max(level, excluded.level) END,
                   categories = CASE :lowered WHEN 1 THEN excluded.categories
                     ELSE categories | excluded.categories END",
            )?;
            statement.execute(named_params! {
                ":id": conversation.to_string(),
                ":first": touched.first,
                ":last": touched.last,
                ":at": touched.at,
                ":entries": touched.entries,
                ":title": touched.title,
                ":turns": touched.turns,
                ":handle": touched.handle,
                ":level": touched.level,
                ":categories": touched.categories,
                ":lowered": touched.lowered,
            })?;
        }
        Ok(())
    }
}

/// What a fact says about how sensitive its conversation has become.
fn label_of(fact: &Fact) -> Option<&Label> {
    match fact {
        Fact::ModelCalled { label, .. }
        | Fact::CallRequested { label, .. }
        | Fact::CallEnded { label, .. }
        | Fact::AnswerGiven { label, .. } => Some(label),
        _ => None,
    }
}

/// The beginning of a question, on one line.
fn title(question: &str) -> String {
    let mut title = String::new();
    for word in question.split_whitespace() {
        let gap = usize::from(!title.is_empty());
        if title.chars().count() + gap + word.chars().count() > LONGEST_TITLE {
            if title.is_empty() {
                title.extend(word.chars().take(LONGEST_TITLE - 1));
            }
            title.push('…');
            break;
        }
        if gap == 1 {
            title.push(' ');
        }
        title.push_str(word);
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_beginning_of_the_question() {
        assert_eq!(title(" Which invoices\n are  open? "), "Which invoices are open?");
        assert_eq!(title(&"x".repeat(200)).chars().count(), LONGEST_TITLE);
        let long = title(&"word ".repeat(40));
        assert!(long.ends_with("word…") && long.chars().count() <= LONGEST_TITLE + 1, "{long}");
    }
}
