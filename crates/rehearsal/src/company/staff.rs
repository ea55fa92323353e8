//! Employees and what they earn.

use super::calendar::{Day, TODAY};
use super::words::{DEPARTMENTS, FIRST_NAMES, LAST_NAMES, REGIONS};
use crate::noise::Dice;

pub(crate) struct Employee {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) title: &'static str,
    pub(crate) department: &'static str,
    /// The region of the office where the employee works.
    pub(crate) region: &'static str,
    pub(crate) manager_id: Option<u32>,
    pub(crate) hired: Day,
    pub(crate) base_cents: u64,
    pub(crate) bonus_percent: u32,
    pub(crate) salary_since: Day,
}

impl Employee {
    pub(crate) fn email(&self) -> String {
        format!("{}@rehearsal.example", self.name.to_lowercase().replace(' ', "."))
    }
}

/// How many people a department has, what its head and its members are called, and from what to
/// what a member earns in thousands a year. In the order of [`DEPARTMENTS`], without the first.
const TEAMS: [(u32, &str, &str, u32, u32); 5] = [
    (40, "Head of Sales", "Account manager", 48, 82),
    (28, "Head of Support", "Support specialist", 38, 56),
    (36, "Head of Engineering", "Engineer", 58, 96),
    (12, "Head of Finance", "Accountant", 46, 72),
    (24, "Head of Operations", "Operations specialist", 36, 58),
];

/// Everybody: the managing director first, then department by department, its head first. The
/// offices of a department take turns, so that every region has account managers.
pub(super) fn hired(seed: u64) -> Vec<Employee> {
    let mut employees = vec![employee(seed, 1, "Managing director", DEPARTMENTS[0], None, (140, 180))];
    for (department, (size, head, member, low, high)) in DEPARTMENTS.iter().skip(1).zip(TEAMS) {
        let head_id = next_id(&employees);
        employees.push(employee(seed, head_id, head, department, Some(1), (high + 10, high + 40)));
        for _ in 1..size {
            let id = next_id(&employees);
            employees.push(employee(seed, id, member, department, Some(head_id), (low, high)));
        }
    }
    employees
}

fn next_id(employees: &[Employee]) -> u32 {
    employees.last().map_or(1, |last| last.id + 1)
}

fn employee(
    seed: u64,
    id: u32,
    title: &'static str,
    department: &'static str,
    manager_id: Option<u32>,
    (low, high): (u32, u32),
) -> Employee {
    let mut dice = Dice::new(seed, "employee", u64::from(id));
    let hired = Day::nth(dice.below(TODAY.number() - 60));
    Employee {
        id,
        name: format!("{} {}", dice.pick(FIRST_NAMES), dice.pick(LAST_NAMES)),
        title,
        department,
        region: REGIONS[id as usize % REGIONS.len()],
        manager_id,
        hired,
        // Whole fifties of euro a year, as contracts have them.
        base_cents: u64::from(dice.between(low * 20, high * 20)) * 5_000,
        bonus_percent: if department == "Sales" { dice.between(5, 20) } else { dice.below(8) },
        salary_since: hired.plus(dice.below(TODAY.number() - hired.number())),
    }
}
