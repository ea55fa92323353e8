//! Questions about employees and what they earn.

use serde_json::json;

use super::intent::Intent;
use crate::model::evidence::{Evidence, Finding};
use crate::model::page::{Page, cell, count, euro, sum};
use crate::model::question::Question;
use crate::model::wish::{Wish, employee, wish};

const DEPARTMENTS: [&str; 6] = ["Management", "Sales", "Support", "Engineering", "Finance", "Operations"];

pub(super) static PAYROLL: Intent = Intent {
    recognises: |question| question.says(&["salar|payroll|earn", "department"]),
    wishes: |_, _| DEPARTMENTS.map(department).into(),
    answer: |_, evidence| payroll(evidence),
};

pub(super) static SALARY: Intent = Intent {
    recognises: |question| question.says(&["earn|salar"]) && question.id_after("employee").is_some(),
    wishes: |question, evidence| {
        let id = id(question);
        let mut wishes = vec![employee(id), salary(id)];
        wishes.extend(evidence.about(&employee(id)).id("manager_id").map(employee));
        wishes
    },
    answer: earnings,
};

fn payroll(evidence: &Evidence) -> String {
    let wishes = DEPARTMENTS.map(department);
    let findings: Vec<Finding<'_>> = wishes.iter().map(|wish| evidence.about(wish)).collect();
    let sources: Vec<&Finding<'_>> = findings.iter().collect();
    let mut page = Page::titled("Base salaries by department");
    let total = |key: &str| sum(findings.iter().map(|finding| finding.number(key)));
    if let (Some(base), Some(people)) = (total("base_cents"), total("headcount")) {
        page.say(
            &format!("{} people earn {} a year before bonus.", count(Some(people)), euro(Some(base))),
            &sources,
        );
    }
    let rows: Vec<Vec<String>> = DEPARTMENTS
        .iter()
        .zip(&findings)
        .filter(|(_, finding)| finding.failure().is_none())
        .map(|(department, finding)| {
            vec![
                (*department).to_owned(),
                count(finding.number("headcount")),
                euro(finding.number("base_cents")),
                euro(finding.number("average_cents")),
                format!("{}{}", euro(finding.number("median_cents")), finding.mark()),
            ]
        })
        .collect();
    page.table(&["Department", "People", "A year", "Average", "Median"], &rows);
    page.gaps(evidence, &wishes);
    page.finished()
}

fn earnings(question: &Question, evidence: &Evidence) -> String {
    let id = id(question);
    let (person, pay) = (evidence.about(&employee(id)), evidence.about(&salary(id)));
    let name = person.text("name").map_or_else(|| format!("Employee {id}"), str::to_owned);
    let mut page = Page::untitled();
    if pay.failure().is_none() {
        page.say(
            &format!(
                "{name} earns {} a year since {}, with a bonus of {} %.",
                euro(pay.number("base_cents")),
                cell(pay.get("since")),
                count(pay.number("bonus_percent")),
            ),
            &[&person, &pay],
        );
    }
    if person.failure().is_none() {
        page.say(
            &format!(
                "{} in {}, hired on {}.",
                cell(person.get("title")),
                cell(person.get("department")),
                cell(person.get("hired"))
            ),
            &[&person],
        );
        match person.id("manager_id").map(|id| evidence.about(&employee(id))) {
            Some(manager) => {
                if let Some(named) = manager.text("name") {
                    page.say(&format!("Their manager is {named}."), &[&person, &manager]);
                }
            }
            None => page.say("They have no manager.", &[&person]),
        }
    }
    page.gaps(evidence, &(SALARY.wishes)(question, evidence));
    page.finished()
}

fn department(name: &str) -> Wish {
    wish("people", "payroll", json!({ "department": name }))
}

fn salary(id: u64) -> Wish {
    wish("people", "get_salary", json!({ "id": id }))
}

fn id(question: &Question) -> u64 {
    question.id_after("employee").unwrap_or_default()
}
