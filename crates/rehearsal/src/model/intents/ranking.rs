//! Several customers side by side: the largest ones, or those that were named.

use serde_json::json;

use super::intent::Intent;
use crate::model::evidence::Evidence;
use crate::model::page::{Page, cell, count, euro};
use crate::model::question::{Question, THIS_QUARTER};
use crate::model::wish::{Wish, billing_summary, crm_customer, employee, support_load, wish};

/// How many customers are looked at: three calls each make a batch of fifteen.
const MOST: usize = 5;

pub(super) static LARGEST: Intent = Intent {
    recognises: |question| question.says(&["largest|biggest|top", "customers"]),
    wishes: |question, evidence| {
        let mut wishes = vec![largest(question)];
        let ids: Vec<u64> = ranked(question, evidence).into_iter().map(|(id, _)| id).collect();
        wishes.extend(looked_at(&ids));
        // One round later the customers name their account managers.
        let managers =
            ids.iter().filter_map(|id| evidence.about(&crm_customer(*id)).id("account_manager_id"));
        wishes.extend(managers.map(employee));
        wishes
    },
    answer: largest_customers,
};

pub(super) static COMPARISON: Intent = Intent {
    recognises: |question| question.says(&["compare"]) && question.ids_after("customer").len() > 1,
    wishes: |question, _| looked_at(&named(question)),
    answer: |question, evidence| {
        let ids = named(question);
        let mut page = Page::titled("Customers compared");
        page.table(COLUMNS, &rows(&ids, evidence));
        page.gaps(evidence, &looked_at(&ids));
        page.finished()
    },
};

const COLUMNS: &[&str] =
    &["Customer", "Region", "Invoiced, 12 months", "Open", "Overdue", "Open tickets", "Tickets, 90 days"];

fn largest_customers(question: &Question, evidence: &Evidence) -> String {
    let ranking = evidence.about(&largest(question));
    let ranked = ranked(question, evidence);
    let mut page = Page::titled("The largest customers");
    for ((id, invoiced), place) in ranked.iter().zip(["first", "second", "third", "fourth", "fifth"]) {
        let customer = evidence.about(&crm_customer(*id));
        let name = customer.text("name").map_or_else(|| format!("Customer {id}"), str::to_owned);
        let invoiced = euro(*invoiced);
        let manager = customer.id("account_manager_id").map(|id| evidence.about(&employee(id)));
        let kept = manager.as_ref().and_then(|manager| Some((manager.text("name")?, manager)));
        match kept {
            Some((keeper, finding)) => page.item(
                &format!("{name} came {place} with {invoiced}; {keeper} looks after them."),
                &[&ranking, &customer, finding],
            ),
            None => page.item(&format!("{name} came {place} with {invoiced}."), &[&ranking, &customer]),
        }
    }
    let ids: Vec<u64> = ranked.into_iter().map(|(id, _)| id).collect();
    page.table(COLUMNS, &rows(&ids, evidence));
    page.gaps(evidence, &(LARGEST.wishes)(question, evidence));
    page.finished()
}

fn rows(ids: &[u64], evidence: &Evidence) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for id in ids {
        let (customer, billing, support) = (
            evidence.about(&crm_customer(*id)),
            evidence.about(&billing_summary(*id)),
            evidence.about(&support_load(*id)),
        );
        let all = [&customer, &billing, &support];
        if all.iter().all(|finding| finding.failure().is_some()) {
            continue;
        }
        let marks = crate::model::page::marks(&all);
        rows.push(vec![
            format!("{id} {}", cell(customer.get("name"))),
            cell(customer.get("region")),
            euro(billing.number("invoiced_last_12_months_cents")),
            euro(billing.number("open_cents")),
            euro(billing.number("overdue_cents")),
            count(support.number("open")),
            format!("{}{marks}", count(support.number("last_90_days"))),
        ]);
    }
    rows
}

fn looked_at(ids: &[u64]) -> Vec<Wish> {
    ids.iter().flat_map(|id| [crm_customer(*id), billing_summary(*id), support_load(*id)]).collect()
}

fn largest(question: &Question) -> Wish {
    let quarter = question.quarters().first().copied().unwrap_or(THIS_QUARTER);
    let mut arguments = json!({ "quarter": quarter.to_string(), "limit": MOST });
    if let Some(region) = question.region() {
        arguments["region"] = json!(region);
    }
    wish("billing", "top_customers", arguments)
}

/// The ids of the largest customers with what each was invoiced, once the ranking is known.
fn ranked(question: &Question, evidence: &Evidence) -> Vec<(u64, Option<i64>)> {
    let ranking = evidence.about(&largest(question));
    let records = ranking.records().iter();
    records
        .filter_map(|record| Some((record["customer_id"].as_u64()?, record["invoiced_cents"].as_i64())))
        .take(MOST)
        .collect()
}

fn named(question: &Question) -> Vec<u64> {
    question.ids_after("customer").into_iter().take(MOST).collect()
}
