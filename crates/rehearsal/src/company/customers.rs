//! Customers and the people to speak to there.

use super::calendar::{Day, TODAY};
use super::staff::Employee;
use super::words::{
    CITIES, COMPANY_FIRST, COMPANY_LAST, CONTACT_ROLES, FIRST_NAMES, LAST_NAMES, REGIONS, SEGMENTS,
};
use crate::noise::Dice;

pub(super) const FIRST_ID: u32 = 1_001;

pub(crate) struct Customer {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) segment: &'static str,
    pub(crate) region: &'static str,
    pub(crate) city: &'static str,
    pub(crate) since: Day,
    pub(crate) status: &'static str,
    pub(crate) account_manager_id: u32,
    dialling_code: &'static str,
}

pub(crate) struct Contact {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) role: &'static str,
    pub(crate) email: String,
    pub(crate) phone: String,
}

pub(super) fn won(seed: u64, count: u32, employees: &[Employee]) -> Vec<Customer> {
    (0..count).map(|index| customer(seed, index, employees)).collect()
}

pub(super) fn contacts(seed: u64, customer: &Customer) -> Vec<Contact> {
    let mut dice = Dice::new(seed, "contacts", u64::from(customer.id));
    let count = dice.between(1, 3);
    (1..=count)
        .map(|number| {
            let (first, last) = (dice.pick(FIRST_NAMES), dice.pick(LAST_NAMES));
            Contact {
                id: customer.id * 10 + number,
                name: format!("{first} {last}"),
                role: dice.pick(CONTACT_ROLES),
                email: format!("{first}.{last}@{}.example", domain(&customer.name)).to_lowercase(),
                phone: format!("+49 {} 5550 {:03}", customer.dialling_code, dice.below(1_000)),
            }
        })
        .collect()
}

fn customer(seed: u64, index: u32, employees: &[Employee]) -> Customer {
    let mut dice = Dice::new(seed, "customer", u64::from(index));
    let segment = match dice.below(100) {
        0..=11 => SEGMENTS[0],
        12..=44 => SEGMENTS[1],
        _ => SEGMENTS[2],
    };
    let region = dice.below(4) as usize;
    let (city, dialling_code) = dice.pick(CITIES[region]);
    let status = match dice.below(100) {
        0..=85 => "active",
        86..=93 => "at_risk",
        _ => "churned",
    };
    let managers: Vec<u32> = employees
        .iter()
        .filter(|employee| employee.department == "Sales" && employee.region == REGIONS[region])
        .map(|employee| employee.id)
        .collect();
    Customer {
        id: FIRST_ID + index,
        name: name(index, city),
        segment,
        region: REGIONS[region],
        city,
        since: TODAY.minus(dice.between(100, TODAY.number())),
        status,
        account_manager_id: dice.pick(&managers),
        dialling_code,
    }
}

/// Walks through all pairs of words in an order that looks like none: the step has no factor in
/// common with their number. Past that number a city tells two of one name apart.
fn name(index: u32, city: &str) -> String {
    let (firsts, lasts) = (COMPANY_FIRST.len(), COMPANY_LAST.len());
    let pair = (index as usize * 1_361) % (firsts * lasts);
    let (first, last) = (COMPANY_FIRST[pair % firsts], COMPANY_LAST[pair / firsts]);
    match index as usize / (firsts * lasts) {
        0 => format!("{first} {last}"),
        round => format!("{first} {last} {city} {round}"),
    }
}

fn domain(name: &str) -> String {
    name.to_lowercase().replace(' ', "-").replace('ö', "oe").replace('ü', "ue")
}
