//! Tables in an answer: what stands over a cell is said in another line, and is said of the cell all the same.

/// The place of the column's heading over a cell of a Markdown table, if the figure at `at` stands in one: the line is a row, and
/// above it the table begins with a heading and a line of dashes.
pub(crate) fn heading(text: &str, at: usize) -> Option<(usize, usize)> {
    let row_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let row = &text[row_start..];
    if !is_row(row.lines().next()?) {
        return None;
    }
    let column = text[row_start..at].matches('|').count();
    let (mut below, mut start) = (row_start, row_start);
    // Upward to the first row of the table.
    while below > 0 {
        let above = text[..below - 1].rfind('\n').map_or(0, |end| end + 1);
        if !is_row(&text[above..below]) {
            break;
        }
        (below, start) = (above, above);
    }
    let mut lines = text[start..].lines();
    let (first, dashes) = (lines.next()?, lines.next()?);
    let is_rule = dashes.contains('-') && dashes.chars().all(|sign| "|-: \t".contains(sign));
    if !is_rule || start == row_start {
        return None;
    }
    let mut bars = first.match_indices('|').map(|(place, _)| start + place);
    let begin = bars.nth(column.checked_sub(1)?)? + 1;
    Some((begin, bars.next().unwrap_or(start + first.len())))
}

fn is_row(line: &str) -> bool {
    line.trim_start().starts_with('|')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_has_the_heading_of_its_column() {
        let text = "Customers:\n\n| Region | At risk | Left |\n| --- | ---: | --- |\n| North | 9 | 3 |\n| South | 7 | 6 |\n\nIn all 16.";
        let over = |figure: &str| {
            heading(text, text.find(figure).unwrap()).map(|(start, end)| text[start..end].trim())
        };
        assert_eq!(
            [over("9"), over("3"), over("7"), over("6 |")],
            [Some("At risk"), Some("Left"), Some("At risk"), Some("Left")]
        );
        assert_eq!((over("16"), over("Region"), heading("| 1 | 2 |", 2)), (None, None, None));
        assert_eq!(heading("| a |\n| 1 |", 8), None, "without a rule there is no heading");
    }
}
