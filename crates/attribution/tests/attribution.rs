//! What attribution promises about marks in an answer, and about exposure.

use attribution::{Cited, InContext, citations, exposure, strip_tail};
use domain::answer::Exposure;
use domain::id::{CallId, Handle};
use proptest::prelude::*;

fn call(number: u32) -> CallId {
    CallId::new(1_764_000_000_000, u128::from(number))
}

/// Results c1 to c9 are exposed.
fn cited(text: &str) -> Cited {
    let exposed: Vec<_> = (1..=9).map(|number| (Handle(number), call(number))).collect();
    citations(text, &exposed)
}

/// `expected` is the text without marks, with `‹3›` where a citation of c3 belongs.
#[track_caller]
fn check(written: &str, expected: &str) {
    let cited = cited(written);
    let mut shown = cited.text.clone();
    for citation in cited.citations.iter().rev() {
        assert_eq!(citation.call, call(citation.handle.0));
        let at = citation.at as usize;
        shown.insert_str(at, &format!("‹{}›", citation.handle.0));
    }
    assert_eq!(shown, expected);
}

#[test]
fn marks_go_and_their_places_stay() {
    check("Revenue is up 4 % [^c3].", "Revenue is up 4 %‹3›.");
    check("Up 4 %[^c3], down 2 % [^c4]; flat [^c5]", "Up 4 %‹3›, down 2 %‹4›; flat‹5›");
    check("Up 4 % [^c3] since May", "Up 4 %‹3› since May");
    check("Up 4 % [^c3]since May", "Up 4 %‹3› since May");
    check("12\u{a0}€\u{202f}[^c3].", "12\u{a0}€‹3›.");
    check("(seen in May [^c3])", "(seen in May‹3›)");
    check("**4 % [^c3]** of it", "**4 %‹3›** of it");
    check("Größe [^c1] und Maß [^c2]", "Größe‹1› und Maß‹2›");
}

#[test]
fn marks_may_stand_together() {
    check("both [^c3][^c4].", "both‹3›‹4›.");
    check("both [^c3] [^c4].", "both‹3›‹4›.");
    check("both [^c3, c4].", "both‹3›‹4›.");
    check("both [^c3,^c4].", "both‹3›‹4›.");
    check("both [^c3], [^c4].", "both‹3›‹4›.");
    check("same [^c3][^c3].", "same‹3›.");
    check("wrapped ([^c3], [^c4]).", "wrapped‹3›‹4›.");
    check("wrapped [[^c3]].", "wrapped‹3›.");
    check("([^c3] says so)", "(‹3›says so)");
}

#[test]
fn lines_keep_their_form() {
    check("| North [^c1] | 4 [^c2]|\n|---|---|\n", "| North‹1› | 4‹2›|\n|---|---|\n");
    check("| [^c1] |", "|‹1› |");
    check("- one [^c1]\n- two [^c2]\r\n", "- one‹1›\n- two‹2›\r\n");
    check("  - [^c1] deep", "  -‹1› deep");
    check("[^c1] Revenue rose.\n    [^c2] deep", "‹1›Revenue rose.\n‹2›    deep");
    check("a [^c1]  \nb", "a‹1›  \nb");
    check("a  [^c1]\nb", "a‹1›\nb");
    check("[^c1]: the invoices of May", "‹1›the invoices of May");
    check("- [^c1]: the invoices", "-‹1› the invoices");
    check("**a**[^c1]**b**", "**a**‹1› **b**");
    check("`a`[^c1]`b`", "`a`‹1› `b`");
}

#[test]
fn what_is_no_mark_of_ours_stays() {
    for text in [
        "a footnote[^note] and [^1] and [^c] and [^c03] and [^c3x] and [^c3, note]",
        "a link [c3](https://c3) and [^",
        "`[^c3]` and ``a ` [^c3]``",
        "```sh\necho [^c3]\n```\n",
        "> ~~~\n> [^c3]\n",
        "- ```\n  [^c3]\n  ```\n",
        "an escaped \\[^c3] mark",
        "[^[^c3]c4]",
        "[[^c3] ^c4]",
        "[^c3]```\ncode\n```\n",
    ] {
        assert_eq!(cited(text), Cited { text: text.to_owned(), citations: Vec::new(), unknown: 0 }, "{text}");
    }
    check("a stray ` here [^c1]\n\nand `` there [^c2] ` x", "a stray ` here‹1›\n\nand `` there‹2› ` x");
    check("```\n[^c1]\n```\nafter [^c2]", "```\n[^c1]\n```\nafter‹2›");
    check("\\\\[^c1]", "\\\\‹1›");
}

#[test]
fn a_mark_that_names_nothing_exposed_is_dropped_and_counted() {
    let cited = cited("Up [^c3, c77], down [^c88].");
    assert_eq!((cited.text.as_str(), cited.citations.len(), cited.unknown), ("Up, down.", 1, 2));
}

#[test]
fn nothing_flashes_while_the_answer_arrives() {
    for (arrived, shown) in [
        ("up 4 %", "up 4 %"),
        ("up 4 % ", "up 4 %"),
        ("up 4 % [", "up 4 %"),
        ("up 4 % [^", "up 4 %"),
        ("up 4 % [^c", "up 4 %"),
        ("up 4 % [^c12", "up 4 %"),
        ("up 4 % [^c1, c", "up 4 %"),
        ("up 4 % [^c1]", "up 4 % [^c1]"),
        ("up 4 % [^c1], ", "up 4 % [^c1]"),
        ("up 4 % ([^c1]", "up 4 %"),
        ("up [^n", "up [^n"),
        ("is `[^c1] x", "is"),
    ] {
        assert_eq!(strip_tail(arrived), shown, "{arrived}");
    }
}

#[test]
fn exposure_says_how_much_was_seen() {
    let result = |number, shown, of, ok| InContext {
        call: call(number),
        handle: Handle(number),
        shown,
        of,
        budget: 90,
        ok,
        earlier: number == 1,
    };
    let exposed = exposure(&[
        result(3, 0, 0, false),
        result(2, 10, 90, true),
        result(1, 7, 7, true),
        result(2, 5, 90, true),
    ]);
    let modes: Vec<_> = exposed.iter().map(|one| (one.handle.0, one.mode, one.earlier)).collect();
    assert_eq!(
        modes,
        [
            (1, Exposure::Full, true),
            (2, Exposure::Truncated { shown: 10, of: 90 }, false),
            (3, Exposure::Words, false),
        ]
    );
}

/// Texts of the pieces that marks and Markdown are made of, in any order.
fn any_text() -> impl Strategy<Value = String> {
    const PIECES: [&str; 44] = [
        "[^c1]",
        "[^c2]",
        "[^c3, c4]",
        "[^c5,^c6]",
        "[^c77]",
        "[^note]",
        "[^",
        "[",
        "]",
        "^",
        "c1",
        "c2]",
        "c",
        ",",
        ";",
        ".",
        ":",
        " ",
        "  ",
        "\t",
        "\u{a0}",
        "\n",
        "\n\n",
        "\r\n",
        "`",
        "``",
        "```",
        "~",
        "~~~",
        "*",
        "**",
        "_",
        "|",
        "(",
        ")",
        "\\",
        ">",
        "- ",
        "1. ",
        "4 %",
        "Größe",
        "“",
        "rust",
        "'",
    ];
    prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn stripping_twice_is_stripping_once(text in any_text()) {
        let once = cited(&text);
        prop_assert_eq!(cited(&once.text), Cited { citations: Vec::new(), unknown: 0, ..once });
    }

    #[test]
    fn offsets_stand_between_characters_and_never_fall(text in any_text()) {
        let cited = cited(&text);
        let places: Vec<usize> = cited.citations.iter().map(|one| one.at as usize).collect();
        prop_assert!(places.is_sorted());
        for place in places {
            prop_assert!(cited.text.is_char_boundary(place));
        }
        prop_assert!(cited.text.len() <= text.len());
    }

    #[test]
    fn a_text_without_marks_is_left_alone(text in any_text().prop_map(|text| text.replace("[^c", "[^d"))) {
        prop_assert_eq!(cited(&text), Cited { text, citations: Vec::new(), unknown: 0 });
    }

    #[test]
    fn any_text_at_all_is_survived(text in ".{0,60}", cut in any::<prop::sample::Index>()) {
        let end = text.floor_char_boundary(cut.index(text.len() + 1));
        prop_assert!(text.starts_with(strip_tail(&text[..end])));
        cited(&text);
    }

    #[test]
    fn what_was_shown_is_never_taken_back(text in any_text()) {
        let whole = cited(&text).text;
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let shown = cited(strip_tail(&text[..end])).text;
            prop_assert!(whole.starts_with(&shown), "{:?} shows {shown:?}, ends as {whole:?}", &text[..end]);
        }
    }
}
