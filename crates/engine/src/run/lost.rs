//! A message of the model that came to nothing: asked for again, or the turn's end.

use std::time::Duration;

use domain::event::Happening;
use domain::model::ModelFailure;
use domain::time::Span;
use turn::Event;

use super::again::Lost;
use super::driver::Driver;
use crate::clock::dice;
use crate::error::EngineError;

impl Driver {
    /// The model's message came to nothing: it is asked again if that can help and nothing of the message was run, or
    /// the turn ends.
    pub(crate) async fn message_lost(&mut self, lost: Lost, ran: bool) -> Result<Event, EngineError> {
        if !ran && self.machine.is_thinking() {
            if let Some(wait) = self.again.wait(&lost, &self.run, dice()?) {
                return Ok(self.asked_after(wait, lost));
            }
            if lost.failure == ModelFailure::ContextTooLong
                && !std::mem::replace(&mut self.again.too_long, true)
                && self.shorten_after(lost.overrun).await?
            {
                return Ok(self.asked_after(Duration::ZERO, lost));
            }
        }
        let Lost { failure, mut words, .. } = lost;
        if self.again.asked > 1 {
            words.push_str(&format!(" (It was asked {} times.)", self.again.asked));
        }
        Ok(Event::ModelFailed { failure, words })
    }

    fn asked_after(&mut self, wait: Duration, lost: Lost) -> Event {
        self.again.due = Some(tokio::time::Instant::now() + wait);
        self.line.say(Happening::ModelWaits {
            attempt: self.again.asked + 1,
            failure: lost.failure,
            words: lost.words,
            wait_ms: Span::from(wait).ms(),
        });
        Event::MessageLost
    }

    /// The wait is over.
    pub(crate) async fn ask_again(&mut self) -> Result<Option<Event>, EngineError> {
        self.again.due = None;
        if !self.machine.is_thinking() {
            return Ok(None);
        }
        self.request_model(self.again.step).await
    }

    /// What is said of a turn that was stopped while its model was waited for.
    pub(crate) fn stopped_waiting(&self) -> String {
        format!("The wait for {} was stopped.", self.model.title())
    }
}
