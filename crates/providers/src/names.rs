//! Tools' names as a protocol allows them.
//!
//! Our own tools' names are allowed everywhere. Others' (`bank.transfer`, or one longer than a protocol takes) and those
//! that a model made up in an earlier message are not, and one of them would have the whole request refused. Such a name
//! is sent under another, and a call that the model writes under that other is given back under the first.

use std::collections::{HashMap, HashSet};

/// Which names a protocol takes: ASCII letters, digits and `_` in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowed {
    /// So many bytes at most.
    pub(crate) longest: usize,
    /// Whether `-` may stand in it.
    pub(crate) dash: bool,
    /// Whether it may begin with a digit or `-`.
    pub(crate) any_first: bool,
}

impl Allowed {
    /// As Chat Completions and those who imitate it take them: `^[a-zA-Z0-9_-]{1,64}$`.
    pub(crate) const OPENAI: Self = Self { longest: 64, dash: true, any_first: true };

    /// As Cohere takes them: neither a dash nor a digit in front.
    pub(crate) const COHERE: Self = Self { longest: 64, dash: false, any_first: false };

    fn takes(self, name: &str) -> bool {
        (1..=self.longest).contains(&name.len())
            && name.chars().all(|char| self.has(char))
            && name.chars().next().is_some_and(|char| self.may_begin(char))
    }

    fn has(self, char: char) -> bool {
        char.is_ascii_alphanumeric() || char == '_' || (char == '-' && self.dash)
    }

    fn may_begin(self, char: char) -> bool {
        self.any_first || char.is_ascii_alphabetic() || char == '_'
    }
}

/// The names of one request that are sent under another; most requests have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// As sent → as it is.
    renamed: HashMap<String, String>,
}

impl Names {
    /// The tool that a model means by the name it wrote.
    pub fn own<'a>(&'a self, written: &'a str) -> &'a str {
        self.renamed.get(written).map_or(written, String::as_str)
    }
}

/// Gives names for sending, each to one name of ours: the same names in the same order are always sent as the same.
#[derive(Clone, Debug)]
pub(crate) struct Naming {
    allowed: Allowed,
    names: Names,
    /// As it is → as sent, of those that are renamed.
    sent: HashMap<String, String>,
    /// What no other name may be sent as.
    taken: HashSet<String>,
}

impl Naming {
    /// For a request that offers tools of these names. A name that is allowed is kept, whatever stands before it.
    pub(crate) fn new<'a>(allowed: Allowed, offered: impl Iterator<Item = &'a str>) -> Self {
        let taken = offered.filter(|name| allowed.takes(name)).map(str::to_owned).collect();
        Self { allowed, names: Names::default(), sent: HashMap::new(), taken }
    }

    /// What this name is sent as.
    pub(crate) fn sent<'a>(&'a mut self, own: &'a str) -> &'a str {
        if self.allowed.takes(own) {
            return own;
        }
        if !self.sent.contains_key(own) {
            let sent = self.free(own);
            self.taken.insert(sent.clone());
            self.names.renamed.insert(sent.clone(), own.to_owned());
            self.sent.insert(own.to_owned(), sent);
        }
        self.sent.get(own).map_or(own, String::as_str)
    }

    /// Every name that is sent as another.
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// The nearest allowed name that nothing else has.
    fn free(&self, own: &str) -> String {
        let Allowed { longest, .. } = self.allowed;
        let mut near: String =
            own.chars().map(|char| if self.allowed.has(char) { char } else { '_' }).collect();
        if near.is_empty() {
            "unnamed".clone_into(&mut near);
        }
        if near.chars().next().is_some_and(|char| !self.allowed.may_begin(char)) {
            near.insert(0, '_');
        }
        near.truncate(longest);
        let mut free = near.clone();
        let mut number = 2;
        while self.taken.contains(&free) {
            let ending = format!("_{number}");
            near.truncate(longest - ending.len());
            free = format!("{near}{ending}");
            number += 1;
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_one_that_is_allowed_and_leads_back() {
        let long = "x".repeat(100);
        let longer = "x".repeat(101);
        let own = ["bank_transfer", "bank.transfer", "bank transfer", &long, &longer, "", "größe", "a-b_C9"];
        let mut naming = Naming::new(Allowed::OPENAI, own.into_iter());
        let sent: Vec<String> = own.iter().map(|name| naming.sent(name).to_owned()).collect();
        assert_eq!(
            sent,
            [
                "bank_transfer",
                "bank_transfer_2",
                "bank_transfer_3",
                &long[..64],
                &format!("{}_2", &long[..62]),
                "unnamed",
                "gr__e",
                "a-b_C9"
            ]
        );
        for (own, sent) in own.into_iter().zip(&sent) {
            assert!(Allowed::OPENAI.takes(sent), "{sent}");
            assert_eq!(naming.names().own(sent), own);
            assert_eq!(naming.sent(own), sent, "the second time as the first");
        }
    }

    #[test]
    fn names_that_are_allowed_are_sent_as_they_are() {
        let mut naming = Naming::new(Allowed::OPENAI, ["crm__get"].into_iter());
        assert_eq!(naming.sent("crm__get"), "crm__get");
        assert_eq!(naming.sent("made_up"), "made_up");
        assert_eq!(naming.names(), &Names::default());
        assert_eq!(naming.names().own("crm.get"), "crm.get", "what nobody renamed is what it is");
    }

    #[test]
    fn a_stricter_protocol_has_its_own_names() {
        let strict = Allowed { longest: 12, dash: false, any_first: false };
        let own = ["7-eleven", "-", "crm__get-customer", "crm__get"];
        let mut naming = Naming::new(strict, own.into_iter());
        for (own, sent) in own.into_iter().zip(["_7_eleven", "_", "crm__get_cus", "crm__get"]) {
            assert_eq!(naming.sent(own), sent);
            assert!(strict.takes(sent), "{sent}");
            assert_eq!(naming.names().own(sent), own);
        }
    }
}
