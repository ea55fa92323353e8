//! Conversations: every entry of one moves its row.

use domain::entry::Entry;
use domain::fact::Fact;
use domain::label::Label;
use rusqlite::{Connection, named_params};

use super::payloads::Payloads;
use crate::columns::{categories, level};
use crate::error::StoreError;

/// The longest title, in characters, not counting the mark that says that it was cut.
const LONGEST_TITLE: usize = 80;

pub(super) fn touched(to: &Connection, entry: &Entry, payloads: &Payloads<'_>) -> Result<(), StoreError> {
    let Some(link) = &entry.link else {
        return Ok(());
    };
    let question = match &entry.fact {
        Fact::QuestionAsked { question, .. } => Some(question),
        _ => None,
    };
    let words = question.map(|question| payloads.text(question)).transpose()?.flatten();
    let handle = match &entry.fact {
        Fact::CallRequested { handle, .. } => handle.0,
        _ => 0,
    };
    let unsaid = Label::PUBLIC;
    let label = label_of(&entry.fact).unwrap_or(&unsaid);
    let mut statement = to.prepare_cached(
        "INSERT INTO conversation (id, seq, last_seq, at, entries, title, turns, last_handle, level, categories)
         VALUES (:id, :seq, :seq, :at, :entries, :title, :turns, :handle, :level, :categories)
         ON CONFLICT (id) DO UPDATE SET
           last_seq = excluded.last_seq, at = excluded.at, entries = excluded.entries,
           title = CASE title WHEN '' THEN excluded.title ELSE title END,
           turns = turns + excluded.turns, last_handle = max(last_handle, excluded.last_handle),
           level = max(level, excluded.level), categories = categories | excluded.categories",
    )?;
    statement.execute(named_params! {
        ":id": link.conversation.to_string(),
        ":seq": entry.seq.0,
        ":at": entry.at.0,
        ":entries": link.cseq + 1,
        ":title": words.as_deref().map(title).unwrap_or_default(),
        ":turns": u32::from(question.is_some()),
        ":handle": handle,
        ":level": level(label),
        ":categories": categories(label),
    })?;
    Ok(())
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
