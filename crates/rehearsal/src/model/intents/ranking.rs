//! Several customers side by side: the largest ones, or those that were named.

use serde_json::json;

use super::intent::Intent;
use crate::model::evidence::Evidence;
use crate::model::page::{Page, cell, count, euro};
use crate::model::question::{Question, THIS_QUARTER};
use crate::model::wish::{Wish, billing_summary, crm_customer, employee, support_load, wish};

/// How many customers are looked at: three calls each make a batch of fifteen.
const MOST: u64 = 5;

pub(super) static LARGEST: Intent = Intent {
    recognises: |question| question.says(&["largest|biggest|top", "customers"]),
    wishes: |question, evidence| {
        let mut wishes = vec![largest(question)];
        let ids = largest_ids(question, evidence);
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
    let ids = largest_ids(question, evidence);
    let mut page = Page::titled("The largest customers");
    for (rank, record) in ranking.records().iter().take(ids.len()).enumerate() {
        let customer = evidence.about(&crm_customer(ids[rank]));
        let name = customer.text("name").map_or_else(|| format!("Customer {}", ids[rank]), str::to_owned);
        let place = if rank == 0 { "came first".to_owned() } else { format!("came {}", ordinal(rank)) };
        let invoiced = euro(record["invoiced_cents"].as_i64());
        let manager = customer.id("account_manager_id").map(|id| evidence.about(&employee(id)));
        let kept = manager.as_ref().and_then(|manager| Some((manager.text("name")?, manager)));
        match kept {
            Some((keeper, finding)) => page.item(
                &format!("{name} {place} with {invoiced}; {keeper} looks after them."),
                &[&ranking, &customer, finding],
            ),
            None => page.item(&format!("{name} {place} with {invoiced}."), &[&ranking, &customer]),
        }
    }
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

fn largest_ids(question: &Question, evidence: &Evidence) -> Vec<u64> {
    let ranking = evidence.about(&largest(question));
    ranking.records().iter().filter_map(|record| record["customer_id"].as_u64()).take(5).collect()
}

fn named(question: &Question) -> Vec<u64> {
    question.ids_after("customer").into_iter().take(5).collect()
}

fn ordinal(rank: usize) -> &'static str {
    ["first", "second", "third", "fourth", "fifth"].get(rank).copied().unwrap_or("next")
}
