//! Tools' names as a protocol allows them.
//!
//! Our own tools' names are allowed everywhere. Others' (`bank.transfer`, or one longer than a protocol takes) and those
//! that a model made up in an earlier message are not, and one of them would have the whole request refused. Such a name
//! is sent under another, and a call that the model writes under that other is given back under the first.

use std::collections::{HashMap, HashSet};

/// The longest name that Chat Completions and those who imitate it take.
const LONGEST: usize = 64;

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
    names: Names,
    /// As it is → as sent, of those that are renamed.
    sent: HashMap<String, String>,
    /// What no other name may be sent as.
    taken: HashSet<String>,
}

impl Naming {
    /// For a request that offers tools of these names. A name that is allowed is kept, whatever stands before it.
    pub(crate) fn new<'a>(offered: impl Iterator<Item = &'a str>) -> Self {
        let taken = offered.filter(|name| is_allowed(name)).map(str::to_owned).collect();
        Self { names: Names::default(), sent: HashMap::new(), taken }
    }

    /// What this name is sent as.
    pub(crate) fn sent<'a>(&'a mut self, own: &'a str) -> &'a str {
        if is_allowed(own) {
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
        let mut near: String =
            own.chars().map(|char| if is_letter(char) { char } else { '_' }).take(LONGEST).collect();
        if near.is_empty() {
            "unnamed".clone_into(&mut near);
        }
        let mut free = near.clone();
        let mut number = 2;
        while self.taken.contains(&free) {
            let ending = format!("_{number}");
            near.truncate(LONGEST - ending.len());
            free = format!("{near}{ending}");
            number += 1;
        }
        free
    }
}

fn is_allowed(name: &str) -> bool {
    (1..=LONGEST).contains(&name.len()) && name.chars().all(is_letter)
}

fn is_letter(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_one_that_is_allowed_and_leads_back() {
        let long = "x".repeat(100);
        let longer = "x".repeat(101);
        let own = ["bank_transfer", "bank.transfer", "bank transfer", &long, &longer, "", "größe", "a-b_C9"];
        let mut naming = Naming::new(own.into_iter());
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
            assert!(is_allowed(sent), "{sent}");
            assert_eq!(naming.names().own(sent), own);
            assert_eq!(naming.sent(own), sent, "the second time as the first");
        }
    }

    #[test]
    fn names_that_are_allowed_are_sent_as_they_are() {
        let mut naming = Naming::new(["crm__get"].into_iter());
        assert_eq!(naming.sent("crm__get"), "crm__get");
        assert_eq!(naming.sent("made_up"), "made_up");
        assert_eq!(naming.names(), &Names::default());
        assert_eq!(naming.names().own("crm.get"), "crm.get", "what nobody renamed is what it is");
    }
}
