//! How a turn ends: in an answer, or without one.

use std::time::Instant;

use domain::answer::{Answer, Timings};
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
