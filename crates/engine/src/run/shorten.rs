//! Making a request fit: what a model is shown of earlier results is cut further, by their structure. On record they stay
//! whole, and `read_result` reads them from there.

use domain::id::CallId;
use providers::{Encoded, Overrun};

use super::driver::Driver;
use super::history::{Past, past_before, shown_again};
use crate::error::EngineError;

/// The least that is shown of a result.
const LEAST: usize = 1024;
/// How many bytes make a token, before a provider has counted any: fewer than in English or JSON, so that a request is
/// taken for longer than it is.
const BYTES_A_TOKEN: usize = 3;

impl Driver {
    /// Shortens the next request if the model's context is known (a person said it, a refusal or its server did, or it is
    /// in our list) and the request would be longer: by the measure of
    /// the last request that the provider counted, with a tenth on top, or else by three bytes a token. A part of the
    /// context is left for what the model writes. What can't be made short enough is sent all the same, since this is a
    /// guess and the provider knows.
    pub(crate) async fn make_room(&mut self) -> Result<(), EngineError> {
        let can = self.inner.capabilities(&self.model).await?;
        let Some(context) = can.context else { return Ok(()) };
        let written = can.max_output.unwrap_or(context / 8).min(context / 4);
        let target = self.bytes_of(context - written);
        if self.talk.request().body.len() > target {
            self.again.shortened += self.shorten(target).await?;
        }
        Ok(())
    }

    /// Tells the model of the tools that it found since its last request.
    pub(crate) async fn offer_found(&mut self) -> Result<(), EngineError> {
        if !self.offer.has_grown() {
            return Ok(());
        }
        self.line.flush().await?;
        let (past, _) = self.past_within(usize::MAX).await?;
        self.talk.retell(&self.model, self.offer.tools(), &past, &self.calls);
        Ok(())
    }

    /// The next request, without any value that was found after it was first written: a result may hold what only a later
    /// one shows to be somebody's.
    pub(crate) async fn covered(&mut self) -> Result<Encoded, EngineError> {
        let encoded = self.talk.request();
        if !self.talk.veil.is_late_for(&encoded.body) {
            return Ok(encoded);
        }
        self.line.flush().await?;
        let (past, _) = self.past_within(usize::MAX).await?;
        self.talk.retell(&self.model, self.offer.tools(), &past, &self.calls);
        Ok(self.talk.request())
    }

    /// Shortens the next request after the one before was refused as too long. Whether anything could be shortened.
    pub(crate) async fn shorten_after(&mut self, overrun: Overrun) -> Result<bool, EngineError> {
        let now = self.again.length;
        let target = match overrun {
            Overrun { limit: Some(limit), asked: Some(asked) } => {
                let scaled = now as u128 * u128::from(limit) * 85 / (u128::from(asked.max(1)) * 100);
                usize::try_from(scaled).unwrap_or(now)
            }
            Overrun { limit: Some(limit), .. } => (self.bytes_of(limit) / 20 * 17).min(now / 4 * 3),
            Overrun { .. } => now / 2,
        };
        let shortened = self.shorten(target).await?;
        self.again.shortened += shortened;
        Ok(shortened > 0)
    }

    /// How many bytes of a request make so many tokens, most likely at least.
    fn bytes_of(&self, tokens: u32) -> usize {
        let tokens = usize::try_from(tokens).unwrap_or(usize::MAX);
        match self.talk.measured() {
            Some((bytes, counted)) => {
                let counted = usize::try_from(counted).unwrap_or(usize::MAX).max(1);
                tokens.saturating_mul(bytes) / counted.saturating_mul(11) * 10
            }
            None => tokens.saturating_mul(BYTES_A_TOKEN),
        }
    }

    /// Cuts results so far that the request has at most `target` bytes, if that can be: older ones before those of the
    /// last batch. How many are shorter now.
    async fn shorten(&mut self, target: usize) -> Result<u32, EngineError> {
        let excess = self.talk.request().body.len().saturating_sub(target);
        let (older, newest) = self.talk.batches();
        let shown = |calls: &[CallId]| -> Vec<usize> {
            let ends = calls.iter().filter_map(|call| self.calls.get(call)?.end.as_ref());
            ends.filter(|end| end.shown.ok).map(|end| end.shown.text.len()).collect()
        };
        let past = self.talk.in_context.iter().take(self.talk.past());
        let mut old: Vec<usize> =
            past.map(|item| usize::try_from(item.shown).unwrap_or(usize::MAX)).collect();
        old.extend(shown(&older));
        let Some((of_older, of_newest)) = budgets(excess, &old, &shown(&newest)) else { return Ok(0) };

        // Results are read from the record, where they are whole.
        self.line.flush().await?;
        let (past, mut shortened) = self.past_within(of_older).await?;
        let calls = older.iter().map(|call| (*call, of_older));
        for (call, most) in calls.chain(newest.iter().map(|call| (*call, of_newest))) {
            let length = |driver: &Self| Some(driver.calls.get(&call)?.end.as_ref()?.shown.text.len());
            if length(self).is_none_or(|length| length <= most) {
                continue;
            }
            let Some(shorter) = shown_again(&self.inner, call, most, &mut self.talk.veil).await? else {
                continue;
            };
            if let Some(end) = self.calls.get_mut(&call).and_then(|live| live.end.as_mut())
                && end.shown.ok
                && shorter.text.len() < end.shown.text.len()
            {
                end.shown = shorter;
                shortened += 1;
            }
        }
        self.talk.retell(&self.model, self.offer.tools(), &past, &self.calls);
        Ok(shortened)
    }

    /// What was said before this turn with at most so much of each result, and how many are shorter for it.
    async fn past_within(&mut self, most: usize) -> Result<(Past, u32), EngineError> {
        let most = u32::try_from(most).unwrap_or(u32::MAX).min(self.run.shown_bytes);
        let past =
            past_before(&self.inner, self.conversation, Some(self.turn), most, &mut self.talk.veil).await?;
        let before = self.talk.in_context.iter().take(self.talk.past());
        let shorter = before.zip(&past.in_context).filter(|(before, now)| now.shown < before.shown).count();
        Ok((past, u32::try_from(shorter).unwrap_or(u32::MAX)))
    }
}

/// How much to show of each older result and of each of the last batch, so that so many bytes less are shown in all; or
/// as many less as can be. None if nothing can be shown shorter.
fn budgets(excess: usize, older: &[usize], newest: &[usize]) -> Option<(usize, usize)> {
    let saved = |sizes: &[usize], most: usize| -> usize {
        sizes.iter().map(|size| size.saturating_sub(most)).fold(0, usize::saturating_add)
    };
    let halves = |sizes: &[usize]| {
        let longest = sizes.iter().max().copied().unwrap_or_default();
        std::iter::successors(Some(longest / 2), |most| Some(most / 2))
            .take_while(|most| *most > LEAST)
            .chain([LEAST])
    };
    if let Some(most) = halves(older).find(|most| saved(older, *most) >= excess) {
        return (saved(older, most) > 0).then_some((most, usize::MAX));
    }
    let least = saved(older, LEAST);
    let found = halves(newest).find(|most| least.saturating_add(saved(newest, *most)) >= excess);
    let most = found.unwrap_or(LEAST);
    (least + saved(newest, most) > 0).then_some((LEAST, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_results_are_cut_before_those_of_the_last_batch() {
        assert_eq!(budgets(10_000, &[40_000, 500], &[90_000]), Some((20_000, usize::MAX)));
        assert_eq!(budgets(39_000, &[40_000], &[90_000]), Some((LEAST, 45_000)));
        assert_eq!(budgets(1_000_000, &[40_000], &[90_000]), Some((LEAST, LEAST)), "as far as it goes");
        assert_eq!(budgets(10, &[500], &[900]), None, "there is nothing to cut");
        assert_eq!(budgets(10, &[], &[]), None);
    }
}
