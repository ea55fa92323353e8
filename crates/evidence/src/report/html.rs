//! Writing HTML in which foreign text can't be anything but text.

use std::fmt::Write;

/// HTML that is being written. Markup comes from string literals of this crate alone; everything else is escaped.
#[derive(Default)]
pub(crate) struct Html(String);

impl Html {
    /// Markup of our own.
    pub(crate) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text of anybody, also within a quoted attribute. What would not be seen, or would make the text around it read
    /// otherwise (control characters, marks that turn the direction of writing, letters without width), is written out
    /// as `⟦U+202E⟧`. Two of the kind stay: the joiners, without which words of some scripts and some emoji fall apart.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' | '\t' => self.0.push(letter),
                hidden if is_hidden(hidden) => {
                    // Writing to a string does not fail.
                    let _ok = write!(self.0, "⟦U+{:04X}⟧", u32::from(hidden));
                }
                plain => self.0.push(plain),
            }
        }
        self
    }

    /// A value that is text once it is written.
    pub(crate) fn value(&mut self, value: impl ToString) -> &mut Self {
        self.text(&value.to_string())
    }

    /// A row of a list of terms, whose value `write` writes.
    pub(crate) fn term(&mut self, term: &'static str, write: impl FnOnce(&mut Self)) -> &mut Self {
        self.raw("<div><dt>").raw(term).raw("</dt><dd>");
        write(self);
        self.raw("</dd></div>\n")
    }

    /// The HTML.
    pub(crate) fn finish(self) -> String {
        self.0
    }
}

fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut html = Html::default();
        html.text(text);
        html.finish()
    }

    #[test]
    fn foreign_text_is_never_markup() {
        assert_eq!(escaped("<script>alert(1)</script>"), "&lt;script&gt;alert(1)&lt;/script&gt;");
        assert_eq!(escaped("\" onload='x' &lt;"), "&quot; onload=&#39;x&#39; &amp;lt;");
        assert_eq!(escaped("</style><!--"), "&lt;/style&gt;&lt;!--");
    }

    #[test]
    fn what_is_not_seen_is_shown() {
        assert_eq!(escaped("pay \u{202e}001"), "pay ⟦U+202E⟧001");
        assert_eq!(
            escaped("a\u{200b}b\u{0}c\u{2066}\u{e0041}\r"),
            "a⟦U+200B⟧b⟦U+0000⟧c⟦U+2066⟧⟦U+E0041⟧⟦U+000D⟧"
        );
        assert_eq!(
            escaped("line\n\tsum 1 200 € 👩\u{200d}💻 نمی\u{200c}خواهم"),
            "line\n\tsum 1 200 € 👩\u{200d}💻 نمی\u{200c}خواهم"
        );
    }
}
