//! The company: what it is made of, and the few things about it that a request can change.

mod calendar;
mod customers;
mod ledger;
mod staff;
mod tickets;
mod words;

pub(crate) use calendar::{Day, Period, TODAY};
pub(crate) use customers::{Contact, Customer};
pub(crate) use ledger::{Invoice, Payment};
pub(crate) use staff::Employee;
pub(crate) use tickets::Ticket;
pub(crate) use words::{
    CUSTOMER_STATUSES, DEPARTMENTS, INVOICE_STATUSES, PRIORITIES, REGIONS, SEGMENTS, TICKET_STATUSES,
};

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Every record of the company. Records refer to one another by id and always to one that exists:
/// invoices and tickets to customers, payments to invoices, customers to account managers.
pub(crate) struct Company {
    /// By id, without gaps, so that a customer is found by subtraction.
    pub(crate) customers: Vec<Customer>,
    /// By id and by day of issue, which is one order.
    pub(crate) invoices: Vec<Invoice>,
    /// By id and by day of opening.
    pub(crate) tickets: Vec<Ticket>,
    /// By id; the first is the managing director.
    pub(crate) employees: Vec<Employee>,
    seed: u64,
    changes: Mutex<Changes>,
}

/// What requests have changed since the company was founded. The records themselves never change,
/// which keeps reading free of locks for all but these.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) customers: BTreeMap<u32, CustomerChange>,
    pub(crate) notes: BTreeMap<u32, Vec<String>>,
    pub(crate) reminders: BTreeMap<u32, u32>,
}

/// The fields of a customer that a request has set.
#[derive(Default, Clone)]
pub(crate) struct CustomerChange {
    pub(crate) status: Option<&'static str>,
    pub(crate) account_manager_id: Option<u32>,
}

impl Company {
    /// Makes the company. Fewer customers or invoices than the sample questions rely on are raised
    /// to that number.
    pub(crate) fn founded(seed: u64, customers: u32, invoices: u32) -> Self {
        let employees = staff::hired(seed);
        let customers = customers::won(seed, customers.max(2_000), &employees);
        let invoices = ledger::written(seed, invoices.max(20_000), &customers);
        let tickets = tickets::opened(seed, &customers, &employees);
        Self { customers, invoices, tickets, employees, seed, changes: Mutex::default() }
    }

    pub(crate) fn customer(&self, id: u32) -> Option<&Customer> {
        self.customers.get(id.checked_sub(customers::FIRST_ID)? as usize)
    }

    pub(crate) fn invoice(&self, id: u32) -> Option<&Invoice> {
        self.invoices.get(id.checked_sub(ledger::FIRST_ID)? as usize)
    }

    pub(crate) fn ticket(&self, id: u32) -> Option<&Ticket> {
        self.tickets.get(id.checked_sub(tickets::FIRST_ID)? as usize)
    }

    pub(crate) fn employee(&self, id: u32) -> Option<&Employee> {
        self.employees.get(id.checked_sub(1)? as usize)
    }

    /// The people to speak to at a customer's.
    pub(crate) fn contacts(&self, customer: &Customer) -> Vec<Contact> {
        customers::contacts(self.seed, customer)
    }

    /// What has been changed so far. A poisoned lock is taken over: each change is one insertion,
    /// so a panic elsewhere leaves none half made.
    pub(crate) fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_to_a_record() {
        let company = Company::founded(7, 2_000, 20_000);
        assert_eq!((company.customers.len(), company.invoices.len()), (2_000, 20_000));
        for customer in &company.customers {
            let manager = company.employee(customer.account_manager_id).unwrap();
            assert_eq!((manager.department, manager.region), ("Sales", customer.region));
            assert_eq!(company.customer(customer.id).unwrap().name, customer.name);
        }
        for invoice in &company.invoices {
            assert!(company.customer(invoice.customer_id).is_some());
            assert!(invoice.paid.is_none_or(|paid| invoice.issued <= paid && paid <= TODAY));
            assert_eq!(company.invoice(invoice.id).unwrap().issued, invoice.issued);
        }
        for ticket in &company.tickets {
            assert!(company.customer(ticket.customer_id).is_some());
            assert_eq!(company.employee(ticket.assignee_id).unwrap().department, "Support");
            assert_eq!(company.ticket(ticket.id).unwrap().id, ticket.id);
        }
        for employee in &company.employees {
            assert!(employee.manager_id.is_none_or(|id| company.employee(id).is_some()));
        }
    }

    #[test]
    fn names_are_unique() {
        let company = Company::founded(7, 2_400, 20_000);
        let names: std::collections::BTreeSet<_> = company.customers.iter().map(|c| &c.name).collect();
        assert_eq!(names.len(), company.customers.len());
    }
}
