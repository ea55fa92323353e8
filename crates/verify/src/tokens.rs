//! Tokens: what was asked of an authorization server was on record before, and ends once.

use std::collections::BTreeSet;

use domain::fact::Fact;
use domain::id::Seq;
use domain::view::FindingKind;

use crate::findings::Here;

/// Requests for tokens that have not ended.
#[derive(Debug, Default)]
pub(crate) struct Tokens(BTreeSet<Seq>);

impl Tokens {
    /// Takes in an entry about a token. In a choice of entries (`partial`) the intent may be left out.
    pub(crate) fn tell(&mut self, fact: &Fact, partial: bool, here: &mut Here<'_>) {
        match fact {
            Fact::TokenSent { .. } => {
                self.0.insert(here.seq);
            }
            Fact::TokenEnded { sent, .. } if !self.0.remove(sent) && !partial => {
                let words =
                    format!("a request for a token ends, and entry {sent} sends none, or one that had ended");
                here.report(FindingKind::Missing, &words);
            }
            _ => {}
        }
    }
}
