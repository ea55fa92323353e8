//! Questions about regions: the brief of the demo, revenue side by side, numbers of customers.

use serde_json::{Value, json};

use super::intent::Intent;
use super::support::month_table;
use crate::model::evidence::{Evidence, Finding};
use crate::model::page::{Page, cell, change, count, euro, sum};
use crate::model::question::{Quarter, Question, THIS_QUARTER};
use crate::model::wish::{Wish, wish};

const REGIONS: [&str; 4] = ["North", "South", "East", "West"];
const SEGMENTS: [&str; 3] = ["enterprise", "mid-market", "small"];

pub(super) static BRIEF: Intent = Intent {
    recognises: |question| question.says(&["brief"]) && question.region().is_some(),
    wishes: |question, _| Brief::of(question).all(),
    answer: |question, evidence| Brief::of(question).written(evidence),
};

pub(super) static REVENUE: Intent = Intent {
    recognises: |question| question.says(&["revenue", "regions"]),
    wishes: |question, _| {
        let quarter = quarter(question);
        let both = [quarter.year_before(), quarter];
        both.iter().flat_map(|quarter| REGIONS.map(|region| region_revenue(region, *quarter))).collect()
    },
    answer: revenue_of_regions,
};

pub(super) static CUSTOMERS: Intent = Intent {
    recognises: |question| question.says(&["how many customers"]),
    wishes: |_, _| REGIONS.map(segments).into(),
    answer: customers_of_regions,
};

/// The calls of a brief: six, one, two, three, one and two, which makes fifteen.
struct Brief {
    region: &'static str,
    quarter: Quarter,
}

impl Brief {
    fn of(question: &Question) -> Self {
        Self { region: question.region().unwrap_or(REGIONS[0]), quarter: quarter(question) }
    }

    fn all(&self) -> Vec<Wish> {
        let mut wishes = Vec::new();
        for quarter in [self.quarter.previous(), self.quarter] {
            wishes.extend(SEGMENTS.map(|segment| self.revenue(segment, quarter)));
        }
        wishes.extend([self.largest(), segments(self.region), self.at_risk()]);
        wishes.extend(self.months());
        wishes.extend([self.urgent(), self.team(), self.payroll()]);
        wishes
    }

    fn revenue(&self, segment: &str, quarter: Quarter) -> Wish {
        let arguments = json!({ "region": self.region, "segment": segment, "quarter": quarter.to_string() });
        wish("billing", "revenue", arguments)
    }

    fn largest(&self) -> Wish {
        let arguments = json!({ "region": self.region, "quarter": self.quarter.to_string(), "limit": 5 });
        wish("billing", "top_customers", arguments)
    }

    fn at_risk(&self) -> Wish {
        wish(
            "crm",
            "list_customers",
            json!({ "region": self.region, "status": "at_risk", "segment": "enterprise", "limit": 10 }),
        )
    }

    fn months(&self) -> [Wish; 3] {
        let region = self.region;
        self.quarter
            .months()
            .map(|month| wish("support", "ticket_stats", json!({ "region": region, "month": month })))
    }

    fn urgent(&self) -> Wish {
        wish(
            "support",
            "list_tickets",
            json!({ "region": self.region, "status": "open", "priority": "urgent", "limit": 10 }),
        )
    }

    fn team(&self) -> Wish {
        wish(
            "people",
            "list_employees",
            json!({ "department": "Sales", "region": self.region, "per_page": 50 }),
        )
    }

    fn payroll(&self) -> Wish {
        wish("people", "payroll", json!({ "department": "Sales", "region": self.region }))
    }

    fn written(&self, evidence: &Evidence) -> String {
        let mut page = Page::titled(&format!("The {} in {}", self.region, self.quarter));
        self.write_revenue(&mut page, evidence);
        self.write_customers(&mut page, evidence);
        self.write_support(&mut page, evidence);
        self.write_team(&mut page, evidence);
        page.gaps(evidence, &self.all());
        page.finished()
    }

    fn write_revenue(&self, page: &mut Page, evidence: &Evidence) {
        let earlier = self.quarter.previous();
        let of = |quarter| SEGMENTS.map(|segment| evidence.about(&self.revenue(segment, quarter)));
        let (before, now) = (of(earlier), of(self.quarter));
        let total = |findings: &[Finding<'_>; 3]| {
            sum(findings.iter().map(|finding| finding.number("invoiced_cents")))
        };
        let all: Vec<&Finding<'_>> = before.iter().chain(&now).collect();
        page.heading("Revenue");
        if let (Some(then), Some(today)) = (total(&before), total(&now)) {
            page.say(
                &format!(
                    "The {} invoiced {} in {} after {} in {earlier}, a change of {}.",
                    self.region,
                    euro(Some(today)),
                    self.quarter,
                    euro(Some(then)),
                    change(Some(then), Some(today)),
                ),
                &all,
            );
        }
        let rows: Vec<Vec<String>> = SEGMENTS
            .iter()
            .zip(before.iter().zip(&now))
            .filter(|(_, (before, now))| before.failure().is_none() || now.failure().is_none())
            .map(|(segment, (before, now))| {
                let (then, today) = (before.number("invoiced_cents"), now.number("invoiced_cents"));
                vec![
                    (*segment).to_owned(),
                    euro(then),
                    euro(today),
                    change(then, today),
                    format!("{}{}{}", count(now.number("invoices")), before.mark(), now.mark()),
                ]
            })
            .collect();
        let (then, today) = (earlier.to_string(), self.quarter.to_string());
        page.table(&["Segment", &then, &today, "Change", "Invoices"], &rows);
        let largest = evidence.about(&self.largest());
        let rows: Vec<Vec<String>> = largest
            .records()
            .iter()
            .map(|record| {
                vec![
                    format!("customer {}", cell(record.get("customer_id"))),
                    euro(record["invoiced_cents"].as_i64()),
                    format!("{}{}", cell(record.get("invoices")), largest.mark()),
                ]
            })
            .collect();
        page.table(&["Largest", "Revenue", "Invoices"], &rows);
    }

    fn write_customers(&self, page: &mut Page, evidence: &Evidence) {
        let (all, at_risk) = (evidence.about(&segments(self.region)), evidence.about(&self.at_risk()));
        page.heading("Customers at risk");
        if let Some(number) = all.number("customers") {
            let risk = statuses(&all, "at_risk");
            page.say(&format!("{} of {} customers are at risk.", count(risk), count(Some(number))), &[&all]);
        }
        if let Some(total) = at_risk.number("total") {
            let names: Vec<String> =
                at_risk.records().iter().map(|record| cell(record.get("name"))).collect();
            let named = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
            page.say(
                &format!("Of the enterprise customers {} are at risk{named}.", count(Some(total))),
                &[&at_risk],
            );
        }
    }

    fn write_support(&self, page: &mut Page, evidence: &Evidence) {
        page.heading("Support load");
        let months = self.months();
        let findings: Vec<Finding<'_>> = months.iter().map(|wish| evidence.about(wish)).collect();
        let sources: Vec<&Finding<'_>> = findings.iter().collect();
        if let Some(opened) = sum(findings.iter().map(|finding| finding.number("opened"))) {
            page.say(&format!("Customers opened {} tickets in the quarter.", count(Some(opened))), &sources);
        }
        month_table(page, &findings);
        let urgent = evidence.about(&self.urgent());
        if let Some(total) = urgent.number("total") {
            page.say(&format!("Urgent tickets that are open today: {}.", count(Some(total))), &[&urgent]);
        }
    }

    fn write_team(&self, page: &mut Page, evidence: &Evidence) {
        page.heading("Sales team");
        let (team, payroll) = (evidence.about(&self.team()), evidence.about(&self.payroll()));
        if let Some(total) = team.number("total") {
            page.say(
                &format!("The team in the {} has {} people.", self.region, count(Some(total))),
                &[&team],
            );
        }
        if let Some(base) = payroll.number("base_cents") {
            page.say(
                &format!(
                    "Their base salaries come to {} a year, {} on average.",
                    euro(Some(base)),
                    euro(payroll.number("average_cents")),
                ),
                &[&payroll],
            );
        }
    }
}

fn revenue_of_regions(question: &Question, evidence: &Evidence) -> String {
    let quarter = quarter(question);
    let earlier = quarter.year_before();
    let mut page = Page::titled(&format!("Revenue by region, {quarter} and {earlier}"));
    let (mut rows, mut growth) = (Vec::new(), Vec::new());
    for region in REGIONS {
        let before = evidence.about(&region_revenue(region, earlier));
        let now = evidence.about(&region_revenue(region, quarter));
        let (then, today) = (before.number("invoiced_cents"), now.number("invoiced_cents"));
        if let (Some(then), Some(today)) = (then, today) {
            growth.push((today, region, then, before.mark(), now.mark()));
        }
        if then.or(today).is_some() {
            rows.push(vec![
                region.to_owned(),
                euro(then),
                euro(today),
                format!("{}{}{}", change(then, today), before.mark(), now.mark()),
            ]);
        }
    }
    if let Some((today, region, then, before, now)) = growth.into_iter().max() {
        let change = change(Some(then), Some(today));
        let sentence =
            format!("The {region} invoiced most in {quarter}: {}, {change} on the year.", euro(Some(today)));
        page.say(&format!("{sentence}{before}{now}"), &[]);
    }
    page.table(&["Region", &earlier.to_string(), &quarter.to_string(), "Change"], &rows);
    let wishes = (REVENUE.wishes)(question, evidence);
    page.gaps(evidence, &wishes);
    page.finished()
}

fn customers_of_regions(question: &Question, evidence: &Evidence) -> String {
    let mut page = Page::titled("Customers by region");
    let wishes = REGIONS.map(segments);
    let findings: Vec<Finding<'_>> = wishes.iter().map(|wish| evidence.about(wish)).collect();
    let sources: Vec<&Finding<'_>> = findings.iter().collect();
    if let Some(total) = sum(findings.iter().map(|finding| finding.number("customers"))) {
        page.say(&format!("The four regions have {} customers.", count(Some(total))), &sources);
    }
    let mut rows = Vec::new();
    for (region, finding) in REGIONS.iter().zip(&findings) {
        for segment in segment_records(finding) {
            let figure = |key: &str| count(segment[key].as_i64());
            rows.push(vec![
                (*region).to_owned(),
                cell(segment.get("segment")),
                figure("customers"),
                figure("active"),
                figure("at_risk"),
                format!("{}{}", figure("churned"), finding.mark()),
            ]);
        }
    }
    page.table(&["Region", "Segment", "Customers", "Active", "At risk", "Churned"], &rows);
    page.gaps(evidence, &(CUSTOMERS.wishes)(question, evidence));
    page.finished()
}

fn quarter(question: &Question) -> Quarter {
    question.quarters().first().copied().unwrap_or(THIS_QUARTER)
}

fn region_revenue(region: &str, quarter: Quarter) -> Wish {
    wish("billing", "revenue", json!({ "region": region, "quarter": quarter.to_string() }))
}

fn segments(region: &str) -> Wish {
    wish("crm", "segment_summary", json!({ "region": region }))
}

fn segment_records<'a>(finding: &Finding<'a>) -> &'a [Value] {
    finding.get("segments").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn statuses(finding: &Finding<'_>, status: &str) -> Option<i64> {
    sum(segment_records(finding).iter().map(|segment| segment[status].as_i64()))
}
