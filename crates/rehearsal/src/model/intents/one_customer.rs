//! Questions about one customer.

use serde_json::json;

use super::intent::Intent;
use crate::model::evidence::Evidence;
use crate::model::page::{Page, cell, count, euro, sum};
use crate::model::question::Question;
use crate::model::wish::{Wish, billing_summary, crm_customer, employee, support_load, wish};

pub(super) static OVERDUE: Intent = Intent {
    recognises: |question| question.says(&["overdue"]) && question.id_after("customer").is_some(),
    wishes: |question, _| vec![crm_customer(id(question)), overdue_invoices(id(question))],
    answer: overdue,
};

pub(super) static PICTURE: Intent = Intent {
    recognises: |question| {
        question.says(&["picture|everything|tell me|know about"]) && question.id_after("customer").is_some()
    },
    wishes: |question, evidence| {
        let id = id(question);
        let mut wishes = vec![crm_customer(id), contacts(id), billing_summary(id), support_load(id)];
        wishes.extend(evidence.about(&crm_customer(id)).id("account_manager_id").map(employee));
        wishes
    },
    answer: picture,
};

/// The overdue invoices of a customer: as many as a page holds.
pub(super) fn overdue_invoices(customer: u64) -> Wish {
    wish("billing", "list_invoices", json!({ "customer_id": customer, "status": "overdue", "per_page": 50 }))
}

fn overdue(question: &Question, evidence: &Evidence) -> String {
    let id = id(question);
    let (customer, invoices) = (evidence.about(&crm_customer(id)), evidence.about(&overdue_invoices(id)));
    let name = customer
        .text("name")
        .map_or_else(|| format!("Customer {id}"), |name| format!("{name} (customer {id})"));
    let mut page = Page::titled(&format!("Overdue invoices of customer {id}"));
    if let Some(total) = invoices.number("total") {
        let shown = sum(invoices.records().iter().map(|invoice| invoice["amount_cents"].as_i64()));
        let sentence = match total {
            0 => format!("{name} has no overdue invoice."),
            1 => format!("{name} has 1 overdue invoice, of {}.", euro(shown)),
            _ => format!("{name} has {} overdue invoices, together {}.", count(Some(total)), euro(shown)),
        };
        page.say(&sentence, &[&customer, &invoices]);
    }
    let rows: Vec<Vec<String>> = invoices
        .records()
        .iter()
        .map(|invoice| {
            vec![
                cell(invoice.get("id")),
                cell(invoice.get("issued")),
                cell(invoice.get("due")),
                format!("{}{}", euro(invoice["amount_cents"].as_i64()), invoices.mark()),
            ]
        })
        .collect();
    page.table(&["Invoice", "Issued", "Due", "Amount"], &rows);
    page.gaps(evidence, &(OVERDUE.wishes)(question, evidence));
    page.finished()
}

fn picture(question: &Question, evidence: &Evidence) -> String {
    let id = id(question);
    let customer = evidence.about(&crm_customer(id));
    let mut page =
        Page::titled(&customer.text("name").map_or_else(|| format!("Customer {id}"), str::to_owned));
    if customer.failure().is_none() {
        page.say(
            &format!(
                "A customer of the {} segment in {}, {}, since {}; status {}.",
                cell(customer.get("segment")),
                cell(customer.get("city")),
                cell(customer.get("region")),
                cell(customer.get("since")),
                cell(customer.get("status")),
            ),
            &[&customer],
        );
    }
    if let Some(manager) = customer.id("account_manager_id").map(|id| evidence.about(&employee(id)))
        && let Some(name) = manager.text("name")
    {
        page.say(&format!("{name} looks after them."), &[&customer, &manager]);
    }
    let billing = evidence.about(&billing_summary(id));
    if billing.failure().is_none() {
        page.heading("Money");
        page.say(
            &format!(
                "Invoiced {} over the last twelve months and {} in all.",
                euro(billing.number("invoiced_last_12_months_cents")),
                euro(billing.number("invoiced_cents")),
            ),
            &[&billing],
        );
        page.say(
            &format!(
                "Open are {} ({}), overdue {} ({}).",
                euro(billing.number("open_cents")),
                invoices(billing.number("open_invoices")),
                euro(billing.number("overdue_cents")),
                invoices(billing.number("overdue_invoices")),
            ),
            &[&billing],
        );
    }
    let support = evidence.about(&support_load(id));
    if support.failure().is_none() {
        page.heading("Support");
        page.say(
            &format!(
                "{} tickets in all, {} in the last 90 days; open today: {}.",
                count(support.number("tickets")),
                count(support.number("last_90_days")),
                count(support.number("open")),
            ),
            &[&support],
        );
    }
    let people = evidence.about(&contacts(id));
    let rows: Vec<Vec<String>> = people
        .records()
        .iter()
        .map(|person| {
            vec![
                cell(person.get("name")),
                cell(person.get("role")),
                cell(person.get("email")),
                format!("{}{}", cell(person.get("phone")), people.mark()),
            ]
        })
        .collect();
    if !rows.is_empty() {
        page.heading("People to speak to");
    }
    page.table(&["Name", "Role", "Mail", "Telephone"], &rows);
    page.gaps(evidence, &(PICTURE.wishes)(question, evidence));
    page.finished()
}

fn invoices(number: Option<i64>) -> String {
    let noun = if number == Some(1) { "invoice" } else { "invoices" };
    format!("{} {noun}", count(number))
}

fn contacts(customer: u64) -> Wish {
    wish("crm", "list_contacts", json!({ "id": customer }))
}

fn id(question: &Question) -> u64 {
    question.id_after("customer").unwrap_or_default()
}
