//! How a turn ends: in an answer, or without one.

use std::time::Instant;

use attribution::Cited;
use domain::answer::{Answer, Citation, Revealed, Timings};
use domain::event::Happening;
use domain::fact::{Fact, Stopped};
use domain::model::{Finish, ModelFailure};
use domain::payload::PayloadRole;
use domain::time::Span;

use super::driver::Driver;
use super::tying;
use crate::clock::seal;
use crate::error::EngineError;

impl Driver {
    pub(crate) async fn answer(&mut self, text: &str, finish: Finish) -> Result<(), EngineError> {
        let handles: Vec<_> = self.talk.in_context.iter().map(|item| (item.handle, item.call)).collect();
        let cited = attribution::citations(text, &handles);
        let since_began = |instant: Instant| Span::from(instant.duration_since(self.began)).ms();
        let timings = Timings {
            turn_ms: since_began(Instant::now()),
            batches_ms: self.batches.ms(),
            sequential_ms: self.one_by_one.ms(),
            first_word_ms: self.first_word.map(since_began).unwrap_or_default(),
        };
        let shown = self.talk.veil.reveal(&cited.text);
        let moved = |at: u32| offset(shown.moved(usize::try_from(at).unwrap_or(usize::MAX)));
        let citations = cited.citations.into_iter();
        let citations = citations.map(|citation| Citation { at: moved(citation.at), ..citation }).collect();
        let spans = shown.spans.iter().map(|(span, pseudonym)| Revealed {
            start: offset(span.start),
            end: offset(span.end),
            pseudonym: pseudonym.clone(),
        });
        let unseen = self.talk.veil.unseen(&self.talk.request().body, spans.collect());
        let cited = Cited { text: shown.text, citations, ..cited };
        // What was shown is read from the record, where it is whole.
        self.line.flush().await?;
        let ties = tying::ties(&self.inner, &cited, &self.talk.in_context).await;
        let answer = Answer {
            text: cited.text,
            exposure: attribution::exposure(&self.talk.in_context),
            citations: cited.citations,
            unknown_citations: cited.unknown,
            ties,
            label: self.talk.label.clone(),
            unseen,
            combined: self.combined().await?,
            model: self.model.title().to_owned(),
            finish,
            usage: self.usage,
            timings,
        };
        let bytes = serde_json::to_vec(&answer).map_err(|error| EngineError::Internal(error.to_string()))?;
        let commitment = self.line.keep(seal(PayloadRole::Answer, "application/json", bytes)?);
        self.line.record(Fact::AnswerGiven {
            turn: self.turn,
            answer: commitment,
            exposed: answer.exposure.iter().map(|exposed| exposed.call).collect(),
            label: answer.label.clone(),
            // The writer knows how many entries the conversation has, and fills it in.
            entries: 0,
        });
        self.inner.learn(&self.model, self.learnt).await;
        self.line.flush().await?;
        self.inner.watched.answered();
        self.line.emit(Happening::Answer { answer });
        let (words, usage) = (String::new(), self.usage);
        self.line.emit(Happening::TurnEnded { stopped: None, failure: None, words, usage });
        Ok(())
    }

    pub(crate) async fn end(
        &mut self,
        why: Stopped,
        failure: Option<ModelFailure>,
        words: String,
    ) -> Result<(), EngineError> {
        let payload = seal(PayloadRole::Words, "text/plain", words.clone().into_bytes())?;
        let commitment = self.line.keep(payload);
        self.inner.learn(&self.model, self.learnt).await;
        self.line.record(Fact::TurnStopped { turn: self.turn, why, words: Some(commitment) });
        self.line.flush().await?;
        // On record it was stopped; a screen must say that the trail is why.
        let why = if self.machine.is_full() { Stopped::Trail } else { why };
        self.line.emit(Happening::TurnEnded { stopped: Some(why), failure, words, usage: self.usage });
        Ok(())
    }
}

/// Texts of answers are far shorter than what an offset can say.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
