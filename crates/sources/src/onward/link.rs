//! The header `Link` (RFC 8288 §3), as far as the next page stands in it.

/// The target of the first link whose relation is `next`. A link with an `anchor` speaks of something else than the answer.
pub(super) fn next(header: &str) -> Option<String> {
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let (target, after) = rest.strip_prefix('<')?.split_once('>')?;
        let (parameters, after) = parameters(after);
        let is_next =
            |value: &str| value.split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case("next"));
        // Of several `rel` the first counts (§3.3).
        let rel = parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case("rel"));
        let anchored = parameters.iter().any(|(name, _)| name.eq_ignore_ascii_case("anchor"));
        if rel.is_some_and(|(_, value)| is_next(value)) && !anchored {
            return Some(target.trim().to_owned());
        }
        rest = after;
    }
}

/// The parameters of one link, and what stands behind them.
fn parameters(text: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(after) = rest.strip_prefix(';') {
        let end = after.find(['=', ';', ',']).unwrap_or(after.len());
        let (name, after) = after.split_at(end);
        let (value, after) = match after.strip_prefix('=').map(str::trim_start) {
            Some(after) => match after.strip_prefix('"') {
                Some(after) => quoted(after),
                None => {
                    let end = after.find([';', ',']).unwrap_or(after.len());
                    (after[..end].trim().to_owned(), &after[end..])
                }
            },
            None => (String::new(), after),
        };
        found.push((name.trim().to_owned(), value));
        rest = after.trim_start();
    }
    (found, rest)
}

/// What stands in quotation marks (RFC 9110 §5.6.4), and what behind them.
fn quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, char)| char)),
            _ => value.push(char),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_link_to_the_next_page_is_found_among_others() {
        let check = |header: &str, target: Option<&str>| {
            assert_eq!(next(header).as_deref(), target, "{header}");
        };
        check(
            r#"<https://a/?page=2>; rel="next", <https://a/?page=9>; rel="last""#,
            Some("https://a/?page=2"),
        );
        check(r#"<https://a/?page=1>; rel="prev"; title="a, b; <c>", </?page=3>;rel=next"#, Some("/?page=3"));
        check(r#"<x>; rel="last NEXT"; rel="prev""#, Some("x"));
        check(r#"<x>; rel="prev"; rel="next""#, None);
        check(r#"<x>; rel="next"; anchor="/other""#, None);
        check(r#"<a,b>; REL = "next""#, Some("a,b"));
        check(r#"<x>; title="\"next"; rel=prev"#, None);
        for none in ["", "x", "<x", "<x>", "<x>; rel", "rel=next"] {
            check(none, None);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn no_header_makes_it_panic_or_hang(header in "[<>;,=\"\\\\a next rel]{0,60}") {
            let _ = next(&header);
        }
    }
}
