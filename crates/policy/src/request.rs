//! Facts as Cedar reads them: `rules/schema.cedarschema` names and explains each.

use cedar_policy::{Context, RestrictedExpression};
use domain::call::Approve;
use domain::effect::Effect;
use domain::label::{Integrity, Label, Level};

use crate::facts::CallFacts;
use crate::people::Scope;

/// The facts of a call, and the setting beside them. `None` never happens: no key stands twice.
pub(crate) fn context(approve: Approve, facts: &CallFacts) -> Option<Context> {
    let flag = RestrictedExpression::new_bool;
    let word = |word: &str| RestrictedExpression::new_string(word.to_owned());
    let number = RestrictedExpression::new_long;
    let pairs = [
        ("approve", word(approve_word(approve))),
        ("known", flag(facts.known)),
        ("from_record", flag(facts.from_record)),
        ("writes", flag(facts.effect.writes())),
        ("effect", word(effect_word(facts.effect))),
        ("high_impact", flag(facts.high_impact)),
        ("asked", flag(facts.asked)),
        ("context", label(&facts.context)?),
        ("label", label(&facts.label)?),
        ("payload", label(&facts.payload)?),
        ("destinations", number(facts.destinations.into())),
        ("destinations_typed", flag(facts.destinations_typed)),
        ("destinations_integrity", number(integrity(facts.destinations_integrity))),
        ("scope", number(scope(facts.scope))),
        ("readers_hold", flag(facts.readers_hold)),
        ("names_address", flag(facts.names_address)),
        ("target_from_outside", flag(facts.target_from_outside)),
        ("target_typed", flag(facts.target_typed)),
        ("secret_from_outside", flag(facts.secret_from_outside)),
        ("url", word(facts.url.word())),
        ("mosaic", flag(facts.mosaic)),
    ];
    Context::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value))).ok()
}

fn label(label: &Label) -> Option<RestrictedExpression> {
    let categories = label.categories.iter();
    let categories = categories.map(|category| RestrictedExpression::new_string(category.word().to_owned()));
    let pairs = [
        ("level", RestrictedExpression::new_long(level(label.level))),
        ("categories", RestrictedExpression::new_set(categories)),
        ("integrity", RestrictedExpression::new_long(integrity(label.integrity))),
    ];
    RestrictedExpression::new_record(pairs.map(|(name, value)| (name.to_owned(), value))).ok()
}

fn approve_word(approve: Approve) -> &'static str {
    match approve {
        Approve::None => "none",
        Approve::Reads => "reads",
        Approve::Asked => "asked",
        Approve::All => "all",
    }
}

fn effect_word(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "read",
        Effect::IdempotentWrite => "idempotent_write",
        Effect::Write => "write",
    }
}

fn level(level: Level) -> i64 {
    match level {
        Level::Public => 0,
        Level::Internal => 1,
        Level::Confidential => 2,
        Level::Restricted => 3,
    }
}

fn integrity(integrity: Integrity) -> i64 {
    match integrity {
        Integrity::Outside => 0,
        Integrity::Organisation => 1,
        Integrity::User => 2,
    }
}

fn scope(scope: Scope) -> i64 {
    match scope {
        Scope::Own => 0,
        Scope::Organisation => 1,
        Scope::External => 2,
        Scope::Public => 3,
    }
}
