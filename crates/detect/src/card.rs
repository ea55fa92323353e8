//! Payment cards: Luhn's check digit, a network's range and length, and the groups in which people write them.

use std::ops::Range;

use domain::label::Category;

use crate::check::luhn;
use crate::digits::Run;
use crate::hit::Hit;
use crate::near::Near;

const CALLED: &[&str] = &[
    "amex",
    "card",
    "cards",
    "cc",
    "charged",
    "credit",
    "debit",
    "discover",
    "kaart",
    "karte",
    "kort",
    "kortti",
    "karta",
    "carta",
    "carte",
    "tarjeta",
    "cartao",
    "cartão",
    "maestro",
    "mastercard",
    "pan",
    "visa",
    "jcb",
    "diners",
    "number",
    "no",
];
/// What sixteen digits are when they are no card.
pub(crate) const OTHER: &[&str] = &[
    "barcode",
    "batch",
    "ean",
    "epoch",
    "gtin",
    "imei",
    "invoice",
    "isbn",
    "issn",
    "ms",
    "order",
    "parcel",
    "rows",
    "serial",
    "session",
    "sha",
    "shipment",
    "sku",
    "span",
    "timestamp",
    "trace",
    "tracking",
    "transaction",
    "txn",
    "upc",
    "uuid",
    "version",
];

/// The card among these groups of digits.
pub(crate) fn among(run: &Run<'_>, near: &Near<'_>) -> Option<Hit> {
    if is_other(near) {
        return None;
    }
    let is_called = near.says(CALLED);
    let mut best: Option<Range<usize>> = None;
    for groups in run.stretches(12, 19) {
        let Some(digits) = run.digits(groups.clone()) else { continue };
        let digits = digits.as_slice();
        let common = is_of_a_network(digits) && grouped(run, groups.clone());
        // Twelve, thirteen and nineteen digits have a dozen other uses: those need the word.
        let usual = matches!(digits.len(), 14..=16);
        if luhn(digits) && common && (usual || is_called) {
            let longer = best
                .as_ref()
                .is_none_or(|best| run.range(best.clone()).len() < run.range(groups.clone()).len());
            if longer {
                best = Some(groups);
            }
        }
    }
    let range = run.range(best?);
    Some(Hit::new("card", Category::Financial, range, if is_called { 99 } else { 90 }))
}

/// Whether the words around say what else it is.
pub(crate) fn is_other(near: &Near<'_>) -> bool {
    near.field_says(OTHER) || near.is_called(OTHER)
}

/// Ranges of issuer identification numbers as the networks publish them (ISO/IEC 7812).
fn is_of_a_network(digits: &[u8]) -> bool {
    let begins =
        |length: usize| digits[..length].iter().fold(0_u32, |number, digit| number * 10 + u32::from(*digit));
    let (two, three, four) = (begins(2), begins(3), begins(4));
    let fits = |lengths: &[usize]| lengths.contains(&digits.len());
    match digits[0] {
        4 => fits(&[13, 16, 18, 19]),
        5 if (51..=55).contains(&two) => fits(&[16]),
        5 => matches!(two, 50 | 56..=58) && digits.len() >= 12,
        2 if four == 2131 => fits(&[15]),
        2 => ((2221..=2720).contains(&four) || (2200..=2204).contains(&four)) && fits(&[16, 17, 18, 19]),
        3 if matches!(two, 34 | 37) => fits(&[15]),
        3 if matches!(two, 36 | 38 | 39) || (300..=305).contains(&three) => fits(&[14, 16, 19]),
        3 => (3528..=3589).contains(&four) && fits(&[16, 17, 18, 19]),
        1 => four == 1800 && fits(&[15]),
        // Discover, UnionPay and the ranges that Maestro shares with them.
        6 => digits.len() >= 12,
        _ => false,
    }
}

/// Whether the groups are those that cards are embossed with: one, fours, or 4-6-5 and 4-6-4.
fn grouped(run: &Run<'_>, groups: Range<usize>) -> bool {
    if groups.len() == 1 {
        return true;
    }
    let between = run.before(groups.start + 1);
    let alike = (groups.start + 2..groups.end).all(|group| run.before(group) == between);
    let sizes: Vec<usize> = groups.map(|group| run.groups[group].len()).collect();
    let fours = sizes[..sizes.len() - 1].iter().all(|size| *size == 4) && sizes[sizes.len() - 1] <= 4;
    alike && matches!(between, " " | "-" | ".") && (fours || matches!(sizes[..], [4, 6, 5] | [4, 6, 4]))
}
