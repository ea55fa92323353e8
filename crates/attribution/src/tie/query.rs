//! What a sentence of the answer asks of a label: its words, weighed by how much each tells one place from another.

use super::index::Index;
use super::vocabulary::{Bits, SIZE, Said};

/// What a word from another sentence of the answer weighs beside one of the figure's own.
const FAR: f32 = 0.3;
/// How much a label's score is taken down for saying much that the sentence doesn't.
const STRAY: f32 = 0.2;
/// What it counts that the result as a whole speaks of the sentence's matter.
pub(crate) const RESULT: f32 = 0.25;
/// What that counts for a year, which stands in many places that have nothing else to do with it.
pub(crate) const RESULT_OF_YEAR: f32 = 0.5;

/// The words around one figure.
#[derive(Debug)]
pub(crate) struct Query {
    /// The words of the figure's own sentence.
    pub(crate) near: Bits,
    weights: Vec<f32>,
    total: f32,
    /// By result: what it counts to be in it.
    results: Vec<f32>,
}

impl Query {
    /// `near` are the words of the figure's sentence, `all` those of the answer; `cited` the results that the model
    /// named in this sentence, and `about` what it counts that a result as a whole speaks of the matter.
    pub(crate) fn new(index: &Index<'_>, near: Bits, all: Bits, cited: &[usize], about: f32) -> Self {
        let mut weights = vec![0.0; SIZE];
        let units = index.labels.units as f32;
        let heard = index.said.iter().fold(Bits::default(), |heard, said| heard.or(said.bits));
        for word in all.and(heard).words() {
            let count = index.labels.counts[usize::from(word)] as f32;
            weights[usize::from(word)] = (1.0 + units / (1.0 + count)).ln();
        }
        for word in all.without(near).words() {
            weights[usize::from(word)] *= FAR;
        }
        // What no label says can't be asked of one.
        let labelled = near.words().filter(|word| index.labels.counts[usize::from(*word)] > 0);
        let total = labelled.map(|word| weights[usize::from(word)]).sum::<f32>().max(1.0);
        let mut query = Self { near, weights, total, results: Vec::new() };
        let covered: Vec<f32> = index.said.iter().map(|said| query.weight(said.bits)).collect();
        let best = covered.iter().copied().fold(f32::EPSILON, f32::max);
        let results = covered.iter().enumerate();
        let named = |result| if cited.contains(&result) { 0.5 } else { 0.0 };
        query.results =
            results.map(|(result, share)| about * share * share / (best * best) + named(result)).collect();
        query
    }

    /// How much of the sentence's weight these words have.
    pub(crate) fn weight(&self, bits: Bits) -> f32 {
        bits.words().map(|word| self.weights[usize::from(word)]).sum()
    }

    /// How well a label answers the sentence, from 0 to little over 1.
    pub(crate) fn score(&self, said: Said, result: usize) -> f32 {
        self.agreed(said) + self.result(result)
    }

    /// What it counts to be in this result.
    pub(crate) fn result(&self, result: usize) -> f32 {
        self.results.get(result).copied().unwrap_or_default()
    }

    /// How well the words alone agree, from 0 to 1.
    pub(crate) fn agreed(&self, said: Said) -> f32 {
        let matched: usize = said.bits.words().filter(|word| self.weights[usize::from(*word)] > 0.0).count();
        let stray = 1.0 - matched as f32 / f32::from(said.words.max(1));
        let covered = (self.weight(said.bits) / self.total).min(1.0);
        covered * (1.0 - STRAY * stray.max(0.0))
    }
}
