//! A pasted command line as words, as a POSIX shell splits it; nothing is run and nothing expanded. A variable of the
//! shell becomes one of ours, `{{NAME}}`.

/// One command's words.
pub(crate) type Words = Vec<String>;

/// The commands of a text, each as its words.
///
/// # Errors
/// If a quotation does not end.
pub(crate) fn commands(text: &str) -> Result<Vec<Words>, String> {
    let mut reading =
        Reading { rest: text.chars().peekable(), commands: Vec::new(), words: Vec::new(), word: None };
    reading.all()?;
    Ok(reading.commands)
}

struct Reading<'t> {
    rest: std::iter::Peekable<std::str::Chars<'t>>,
    commands: Vec<Words>,
    words: Words,
    /// The word under way: an empty quotation is a word, and nothing is none.
    word: Option<String>,
}

impl Reading<'_> {
    fn all(&mut self) -> Result<(), String> {
        while let Some(char) = self.rest.next() {
            match char {
                '\'' => self.single()?,
                '"' => self.double()?,
                '$' if self.rest.peek() == Some(&'\'') => {
                    self.rest.next();
                    self.ansi()?;
                }
                '$' => self.variable(),
                // A line that goes on; `^` is the same for the command line of Windows.
                '\\' | '^' if matches!(self.rest.peek(), Some('\n' | '\r')) => {
                    self.rest.next_if_eq(&'\r');
                    self.rest.next_if_eq(&'\n');
                }
                '\\' => match self.rest.next() {
                    Some(char) => self.push(char),
                    None => self.push('\\'),
                },
                '#' if self.word.is_none() => while self.rest.next_if(|char| *char != '\n').is_some() {},
                '\n' | ';' | '|' => self.end_command(),
                '&' if self.word.is_none()
                    || self.rest.peek().is_none_or(|next| matches!(next, '&' | ' ' | '\n')) =>
                {
                    self.end_command();
                }
                char if char.is_whitespace() => self.end_word(),
                char => self.push(char),
            }
        }
        self.end_command();
        Ok(())
    }

    fn push(&mut self, char: char) {
        self.word.get_or_insert_default().push(char);
    }

    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    fn end_command(&mut self) {
        self.end_word();
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }

    fn single(&mut self) -> Result<(), String> {
        self.word.get_or_insert_default();
        loop {
            match self.rest.next() {
                Some('\'') => return Ok(()),
                Some(char) => self.push(char),
                None => return Err("a quotation that began with ' does not end".to_owned()),
            }
        }
    }

    fn double(&mut self) -> Result<(), String> {
        self.word.get_or_insert_default();
        loop {
            match self.rest.next() {
                Some('"') => return Ok(()),
                Some('$') => self.variable(),
                Some('\\') => match self.rest.next() {
                    Some(char @ ('"' | '\\' | '$' | '`')) => self.push(char),
                    Some('\n') => {}
                    Some(char) => {
                        self.push('\\');
                        self.push(char);
                    }
                    None => {}
                },
                Some(char) => self.push(char),
                None => return Err("a quotation that began with \" does not end".to_owned()),
            }
        }
    }

    /// `$'…'`, which browsers write.
    fn ansi(&mut self) -> Result<(), String> {
        self.word.get_or_insert_default();
        loop {
            match self.rest.next() {
                Some('\'') => return Ok(()),
                Some('\\') => {
                    let char = match self.rest.next() {
                        Some('n') => '\n',
                        Some('r') => '\r',
                        Some('t') => '\t',
                        Some('x') => self.code(2),
                        Some('u') => self.code(4),
                        Some('U') => self.code(8),
                        Some(char) => char,
                        None => continue,
                    };
                    self.push(char);
                }
                Some(char) => self.push(char),
                None => return Err("a quotation that began with $' does not end".to_owned()),
            }
        }
    }

    fn code(&mut self, most: usize) -> char {
        let mut code = 0;
        for _ in 0..most {
            let Some(digit) = self.rest.peek().and_then(|char| char.to_digit(16)) else { break };
            self.rest.next();
            code = code * 16 + digit;
        }
        char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    fn variable(&mut self) {
        let braced = self.rest.next_if_eq(&'{').is_some();
        let mut name = String::new();
        while let Some(char) = self.rest.next_if(|char| char.is_ascii_alphanumeric() || *char == '_') {
            name.push(char);
        }
        if braced {
            while self.rest.next_if(|char| *char != '}').is_some() {}
            self.rest.next_if_eq(&'}');
        }
        let written = if name.is_empty() { "$".to_owned() } else { format!("{{{{{name}}}}}") };
        self.word.get_or_insert_default().push_str(&written);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_split_as_a_shell_does() {
        let check = |text: &str, expected: &[&[&str]]| {
            let found = commands(text).unwrap();
            let expected: Vec<Vec<String>> =
                expected.iter().map(|words| words.iter().map(|word| (*word).to_owned()).collect()).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("curl -H 'a: b' \\\n  \"x\\\"y\" ''", &[&["curl", "-H", "a: b", "x\"y", ""]]);
        check(
            "curl a; curl b | jq . && curl c",
            &[&["curl", "a"], &["curl", "b"], &["jq", "."], &["curl", "c"]],
        );
        check(r"curl $'a\n\u00e9\'' $TOKEN ${B}c", &[&["curl", "a\né'", "{{TOKEN}}", "{{B}}c"]]);
        check("# a\ncurl http://x/?a=1&b=2", &[&["curl", "http://x/?a=1&b=2"]]);
        assert!(commands("curl 'x").is_err());
    }
}
