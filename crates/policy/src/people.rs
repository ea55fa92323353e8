//! Who is who: the person, their organisation, and everybody else.

use std::collections::BTreeSet;

use domain::policy::PolicySettings;

use crate::words::folded;

/// How far something goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// To nobody but the person, or to the source alone.
    #[default]
    Own,
    /// Within the organisation.
    Organisation,
    /// To somebody outside.
    External,
    /// To whoever looks.
    Public,
}

/// The person's own addresses, and the organisation's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    own: BTreeSet<String>,
    organisation: BTreeSet<String>,
}

impl People {
    /// Those that a workspace's settings name.
    pub fn of(settings: &PolicySettings) -> Self {
        Self::named(&settings.own, &settings.organisation)
    }

    /// These.
    pub fn named<'a>(
        own: impl IntoIterator<Item = &'a String>,
        organisation: impl IntoIterator<Item = &'a String>,
    ) -> Self {
        let fold = |name: &String| folded(name);
        Self {
            own: own.into_iter().map(fold).collect(),
            organisation: organisation.into_iter().map(fold).collect(),
        }
    }

    /// Where an address, an account or a name belongs. Whoever is not known is outside.
    pub fn scope(&self, name: &str) -> Scope {
        let name = address_of(&folded(name));
        if self.own.contains(&name) {
            Scope::Own
        } else if self.organisation.contains(&name) || self.host_is_ours(&name) {
            Scope::Organisation
        } else {
            Scope::External
        }
    }

    /// By its host: of an e-mail address what stands behind the `@`, of a web address what stands before the first `/`.
    fn host_is_ours(&self, name: &str) -> bool {
        let host = match name.rsplit_once('@') {
            Some((_, host)) => host,
            None => name.split(['/', '?', '#']).next().unwrap_or(name),
        };
        let host = host.split(':').next().unwrap_or(host);
        let mut domain = host;
        loop {
            if domain.contains('.') && self.organisation.contains(domain) {
                return true;
            }
            match domain.split_once('.') {
                Some((_, rest)) => domain = rest,
                None => return false,
            }
        }
    }
}

/// `Ana <ana@x.org>` is `ana@x.org`: the name in front of it is for readers, and anybody can write one.
fn address_of(name: &str) -> String {
    let inside = name.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or(name, |(address, _)| address).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_belongs_with_all_its_names_and_no_other() {
        let people = People::named(&["Ana@x.org".to_owned()], &["x.org".to_owned(), "general".to_owned()]);
        for (name, scope) in [
            ("ana@X.org", Scope::Own),
            ("bo@x.org", Scope::Organisation),
            ("Bo <bo@mail.x.org>", Scope::Organisation),
            ("https://x.org/a?b", Scope::Organisation),
            ("General", Scope::Organisation),
            ("bo@x.org.evil.com", Scope::External),
            ("evil.com/x.org", Scope::External),
            ("bo@x.org <bo@evil.com>", Scope::External),
            ("org", Scope::External),
        ] {
            assert_eq!(people.scope(name), scope, "{name}");
        }
    }
}
