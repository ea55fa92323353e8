//! The questions that the model can answer.

/// A question that the rehearsal model knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleQuestion {
    /// A short name that stays.
    pub id: &'static str,
    /// The question, as a person would ask it.
    pub text: &'static str,
    /// What it shows, in words for people.
    pub shows: &'static str,
    /// The sources whose tools it takes; none for a question that takes none.
    pub sources: &'static [&'static str],
}

/// The first is the demo's.
pub(crate) const QUESTIONS: &[SampleQuestion] = &[
    SampleQuestion {
        id: "brief",
        text: "Prepare a brief on the North for 2026-Q2: revenue by segment against the quarter before, customers at risk, \
               support load, and what the sales team costs",
        shows: "Fifteen calls to four services in one batch",
        sources: &["billing", "crm", "support", "people"],
    },
    SampleQuestion {
        id: "largest",
        text: "Who are our five largest customers in the South in 2026-Q2, what do they owe us, how much support do they need, \
               and who looks after them?",
        shows: "Three rounds: the first finds the customers, the second looks at each, the third names their account managers",
        sources: &["billing", "crm", "support", "people"],
    },
    SampleQuestion {
        id: "regions",
        text: "Compare the revenue of the four regions in 2026-Q2 with the same quarter of the year before",
        shows: "Eight calls to one service, side by side",
        sources: &["billing"],
    },
    SampleQuestion {
        id: "customers",
        text: "How many customers do we have in each region, by segment and status?",
        shows: "Sums over several results",
        sources: &["crm"],
    },
    SampleQuestion {
        id: "overdue",
        text: "Which invoices of customer 1015 are overdue?",
        shows: "Two services, one record",
        sources: &["crm", "billing"],
    },
    SampleQuestion {
        id: "picture",
        text: "Give me the full picture of customer 1015",
        shows: "Everything about one customer, combined from four services",
        sources: &["crm", "billing", "support", "people"],
    },
    SampleQuestion {
        id: "urgent",
        text: "Which urgent tickets are open in the West, and whose are they?",
        shows: "Two rounds: the second takes its ids from the first",
        sources: &["support", "crm"],
    },
    SampleQuestion {
        id: "volume",
        text: "How did the volume of tickets develop over the last six months?",
        shows: "A series of figures from six calls",
        sources: &["support"],
    },
    SampleQuestion {
        id: "payroll",
        text: "What do the salaries of each department cost us a year?",
        shows: "Restricted figures: sums of salaries",
        sources: &["people"],
    },
    SampleQuestion {
        id: "salary",
        text: "What does employee 17 earn, and who is their manager?",
        shows: "Restricted figures about one person",
        sources: &["people"],
    },
    SampleQuestion {
        id: "note",
        text: "Add a note to ticket 7031: the customer called and will pay on Friday",
        shows: "A write, which asks for approval first",
        sources: &["support"],
    },
    SampleQuestion {
        id: "at-risk",
        text: "Mark customer 1017 as at risk",
        shows: "A write that changes a record",
        sources: &["crm"],
    },
    SampleQuestion {
        id: "remind",
        text: "Send a reminder for each overdue invoice of customer 1015",
        shows: "Writes that follow from what was read",
        sources: &["billing"],
    },
    SampleQuestion {
        id: "partly",
        text: "Compare customers 1001, 1002 and 999999",
        shows: "Some calls fail, and the answer says so",
        sources: &["crm", "billing", "support"],
    },
    SampleQuestion {
        id: "abilities",
        text: "What can you do?",
        shows: "An answer without any call",
        sources: &[],
    },
];
