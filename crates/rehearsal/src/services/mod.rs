//! The four services: what they have in common and where they differ.

mod answer;
mod billing;
mod crm;
mod desk;
mod openapi;
mod operation;
mod pages;
mod people;
mod revenue;
mod service;
mod source_file;
mod support;

use crate::keys::Lock;
use crate::limit::{Rate, ServiceLimit};
use service::Service;

pub(crate) use desk::Desk;
pub(crate) use source_file::written as source_file;

/// What each takes if it limits its clients at all.
pub(crate) fn usual_limit() -> ServiceLimit {
    ServiceLimit::rate(Rate::per_second(25, 50))
}

/// What the source files then say: a fifth less than what is there. Requests that left apart may arrive
/// together, and a client that keeps to what is written must not meet a `429` for it.
pub(crate) const WRITTEN_RATE: (u32, u32) = (20, 40);

/// All of them, in the order in which the demo shows them.
pub(crate) static SERVICES: [Service; 4] = [
    Service {
        name: "crm",
        title: "Customers and contacts",
        lock: Lock::Bearer,
        level: "confidential",
        categories: &["identity", "contact"],
        keeps_keys: false,
        operations: crm::OPERATIONS,
    },
    Service {
        name: "billing",
        title: "Invoices and payments",
        lock: Lock::ApiKey { header: "x-api-key" },
        level: "confidential",
        categories: &["financial"],
        keeps_keys: true,
        operations: billing::OPERATIONS,
    },
    Service {
        name: "support",
        title: "Tickets",
        lock: Lock::Basic { user: "tieout" },
        level: "internal",
        categories: &["communications"],
        keeps_keys: false,
        operations: support::OPERATIONS,
    },
    Service {
        name: "people",
        title: "Employees and salaries",
        lock: Lock::Bearer,
        level: "restricted",
        categories: &["identity", "employment", "financial"],
        keeps_keys: false,
        operations: people::OPERATIONS,
    },
];
