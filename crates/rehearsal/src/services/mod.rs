//! The four services: what they have in common and where they differ.

mod answer;
mod billing;
mod crm;
mod desk;
mod openapi;
mod operation;
mod pages;
mod people;
mod quota;
mod revenue;
mod service;
mod source_file;
mod support;

use crate::keys::Lock;
use service::Service;

pub(crate) use desk::Desk;
pub(crate) use source_file::written as source_file;

/// All of them, in the order in which the demo shows them.
pub(crate) static SERVICES: [Service; 4] = [
    Service {
        name: "crm",
        title: "Customers and contacts",
        lock: Lock::Bearer,
        level: "confidential",
        categories: &["identity", "contact"],
        operations: crm::OPERATIONS,
    },
    Service {
        name: "billing",
        title: "Invoices and payments",
        lock: Lock::ApiKey { header: "x-api-key" },
        level: "confidential",
        categories: &["financial"],
        operations: billing::OPERATIONS,
    },
    Service {
        name: "support",
        title: "Tickets",
        lock: Lock::Basic { user: "tieout" },
        level: "internal",
        categories: &["communications"],
        operations: support::OPERATIONS,
    },
    Service {
        name: "people",
        title: "Employees and salaries",
        lock: Lock::Bearer,
        level: "restricted",
        categories: &["identity", "employment", "financial"],
        operations: people::OPERATIONS,
    },
];
