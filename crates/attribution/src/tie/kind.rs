//! What ties are made of.

/// How a figure and its place agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It stands there, in this or another notation.
    Exact,
    /// It stands there in another unit: in thousands, in cents, as a part of one.
    Scaled,
    /// What stands there is it when rounded to the digits shown.
    Rounded,
    /// It was computed from what stands there.
    Derived,
}

impl Kind {
    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Scaled => "scaled",
            Self::Rounded => "rounded",
            Self::Derived => "derived",
        }
    }
}

/// How a figure was computed from its places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// The first place less the second.
    Difference,
    /// The first place less the second, as a share of the second.
    PercentChange,
    /// The first place over the second, in hundredths if the figure is a percentage.
    Ratio,
    /// All places together.
    Sum,
    /// All places together, over their number.
    Average,
    /// How many places there are.
    Count,
    /// The first place as a share of all places together, itself among them.
    Share,
    /// All places but the last together, as a share of the last.
    ShareOfSum,
}

impl Operation {
    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Difference => "difference",
            Self::PercentChange => "percent_change",
            Self::Ratio => "ratio",
            Self::Sum => "sum",
            Self::Average => "average",
            Self::Count => "count",
            Self::Share => "share",
            Self::ShareOfSum => "share_of_sum",
        }
    }
}

/// A place in a result.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which of the results that were given, from 0.
    pub result: usize,
    /// The value there: an RFC 6901 pointer into the result's body.
    pub pointer: String,
}

/// A span of an answer and what it was found to come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Tie {
    /// Its first byte in the answer.
    pub start: usize,
    /// One past its last.
    pub end: usize,
    /// How span and places agree.
    pub kind: Kind,
    /// One place, or all that a derived figure was computed from, in the operation's order.
    pub places: Vec<Place>,
    /// How a derived figure was computed.
    pub derivation: Option<Operation>,
    /// How many other places fit as well by their value, though their words fit less.
    pub others: usize,
    /// How sure this is, from 0 to 1: by how well the words agree, and how rarely chance does as well.
    pub confidence: f64,
}

/// What an answer ties to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ties {
    /// In the order of the answer; none overlap.
    pub ties: Vec<Tie>,
    /// The figures, dates and identifiers that nothing supports better than chance would, as places in the answer.
    pub untied: Vec<(usize, usize)>,
    /// The results of equations in the answer that don't come out, off by a thousandth or more. They are neither tied nor
    /// untied.
    pub contradicted: Vec<(usize, usize)>,
}

/// A result that the model had when it answered.
#[derive(Clone, Copy, Debug)]
pub struct ResultText<'a> {
    /// What the model could cite it by, as in `[^c3]`.
    pub call: &'a str,
    /// The tool that gave it; its name says what the result is about, and results of one tool are compared.
    pub tool: &'a str,
    /// Its body: JSON, or any other text.
    pub body: &'a str,
}
