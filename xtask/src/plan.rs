//! The parts of a test run, their order, and which of them a person has asked for.

/// One part of a test run. The order here is the order in which they run: cheap ones that find much come early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Setup,
    Format,
    PagePackages,
    PageTypes,
    PageBuild,
    Clippy,
    Build,
    Tidy,
    Rust,
    Doc,
    Acceptance,
    Services,
    Conformance,
    PageTests,
    PageBrowser,
    Window,
    Deny,
    Strangers,
}

impl Part {
    /// All parts in order.
    pub(crate) const ALL: [Self; 18] = [
        Self::Setup,
        Self::Format,
        Self::PagePackages,
        Self::PageTypes,
        Self::PageBuild,
        Self::Clippy,
        Self::Build,
        Self::Tidy,
        Self::Rust,
        Self::Doc,
        Self::Acceptance,
        Self::Services,
        Self::Conformance,
        Self::PageTests,
        Self::PageBrowser,
        Self::Window,
        Self::Deny,
        Self::Strangers,
    ];

    /// The name by which a person asks for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Format => "format",
            Self::PagePackages => "page-packages",
            Self::PageTypes => "page-types",
            Self::PageBuild => "page-build",
            Self::Clippy => "clippy",
            Self::Build => "build",
            Self::Tidy => "tidy",
            Self::Rust => "rust",
            Self::Doc => "doc",
            Self::Acceptance => "acceptance",
            Self::Services => "services",
            Self::Conformance => "conformance",
            Self::PageTests => "page-tests",
            Self::PageBrowser => "page-browser",
            Self::Window => "window",
            Self::Deny => "deny",
            Self::Strangers => "strangers",
        }
    }

    /// The part of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }

    /// Parts without which this one can't but fail; it isn't begun when one of them did.
    pub(crate) fn needs(self) -> &'static [Self] {
        match self {
            Self::Setup | Self::Format | Self::Deny => &[],
            Self::PagePackages => &[Self::Setup],
            Self::PageTypes | Self::PageBuild | Self::PageTests | Self::PageBrowser => &[Self::PagePackages],
            // The window's crate takes the built page into itself, even to be checked.
            Self::Clippy | Self::Build => &[Self::PageBuild],
            Self::Tidy
            | Self::Rust
            | Self::Doc
            | Self::Acceptance
            | Self::Services
            | Self::Conformance
            | Self::Window
            | Self::Strangers => &[Self::Build],
        }
    }

    /// Whether name filters make sense to this part.
    fn takes_filters(self) -> bool {
        matches!(self, Self::Rust | Self::Acceptance | Self::Window)
    }

    /// Whether it runs only if a person names it: it fetches what nothing else needs.
    pub(crate) fn is_optional(self) -> bool {
        matches!(self, Self::Services | Self::Conformance | Self::Strangers)
    }

    /// Whether it needs a browser, a display or a keychain, or is the long proof.
    fn is_slow(self) -> bool {
        matches!(self, Self::Doc | Self::Acceptance | Self::PageBrowser | Self::Window | Self::Deny)
    }
}

/// What a person asked of `test`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    pub(crate) fast: bool,
    pub(crate) only: Vec<Part>,
    pub(crate) filters: Vec<String>,
}

impl Selection {
    /// The parts to run, in order.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let wanted = |part: Part| {
            if !self.only.is_empty() {
                return self.only.contains(&part);
            }
            if part.is_optional() {
                return false;
            }
            let filtered = self.filters.is_empty() || part.takes_filters() || forerunner(part);
            filtered && !(self.fast && part.is_slow())
        };
        Part::ALL.into_iter().filter(|part| wanted(*part)).collect()
    }
}

/// Whether a part that takes filters rests upon this one.
fn forerunner(part: Part) -> bool {
    fn rests(upper: Part, lower: Part) -> bool {
        upper.needs().iter().any(|need| *need == lower || rests(*need, lower))
    }
    Part::ALL.into_iter().any(|upper| upper.takes_filters() && rests(upper, part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(selection: &Selection, expected: &str) {
        let names: Vec<&str> = selection.parts().into_iter().map(Part::name).collect();
        assert_eq!(names.join(" "), expected);
    }

    #[test]
    fn all_by_default_but_what_must_be_named() {
        let usual: Vec<Part> = Part::ALL.into_iter().filter(|part| !part.is_optional()).collect();
        assert_eq!(Selection::default().parts(), usual);
        check(&Selection { only: vec![Part::Services], ..Selection::default() }, "services");
        check(&Selection { only: vec![Part::Conformance], ..Selection::default() }, "conformance");
        check(&Selection { only: vec![Part::Strangers], ..Selection::default() }, "strangers");
    }

    #[test]
    fn fast_leaves_out_what_needs_a_browser_a_window_or_a_keychain() {
        check(
            &Selection { fast: true, ..Selection::default() },
            "setup format page-packages page-types page-build clippy build tidy rust page-tests",
        );
    }

    #[test]
    fn filters_leave_the_tests_they_can_name_and_what_those_rest_upon() {
        check(
            &Selection { filters: vec!["kill".into()], ..Selection::default() },
            "setup page-packages page-build build rust acceptance window",
        );
    }

    #[test]
    fn only_means_only_and_keeps_the_order() {
        check(&Selection { only: vec![Part::Tidy, Part::Format], ..Selection::default() }, "format tidy");
    }

    #[test]
    fn what_a_part_needs_runs_before_it() {
        let place = |part: Part| Part::ALL.iter().position(|other| *other == part);
        for part in Part::ALL {
            assert!(part.needs().iter().all(|need| place(*need) < place(part)), "{part:?}");
        }
    }
}
