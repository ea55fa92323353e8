//! Commands of `curl`, as documentation shows them and browsers copy them.

use domain::secret::Secret;

use crate::document::{Left, Told, told};
use crate::login::Login;
use crate::request::{Body, Pair, Request};
use crate::shell::{Words, commands};
use crate::variables::Variables;

/// Options with a value that say nothing of the request.
const WITH_VALUE: [&str; 34] = [
    "-o",
    "--output",
    "-m",
    "--max-time",
    "--connect-timeout",
    "-w",
    "--write-out",
    "--retry",
    "--retry-delay",
    "-x",
    "--proxy",
    "-U",
    "--proxy-user",
    "--cacert",
    "--capath",
    "--cert-type",
    "--key-type",
    "--resolve",
    "-c",
    "--cookie-jar",
    "-D",
    "--dump-header",
    "--limit-rate",
    "--max-redirs",
    "-r",
    "--range",
    "--interface",
    "-K",
    "--config",
    "--tls-max",
    "--ciphers",
    "--unix-socket",
    "--noproxy",
    "--max-filesize",
];
/// Short options that take a value, which may follow at once.
const SHORT_WITH_VALUE: &str = "XHdFubAeoTmwxUcDrKE";

/// Whether a text looks like such commands.
pub fn is_curl(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let first = lines.next().unwrap_or_default().trim_start_matches("$ ");
    ["curl", "curl.exe"]
        .iter()
        .any(|word| first.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '\t', '\\', '^'])))
}

/// The commands as a document.
///
/// # Errors
/// If the text has no command of `curl`, or one that can't be read.
pub fn curl(text: &str) -> Result<Told, String> {
    let mut requests = Vec::new();
    let mut left = Vec::new();
    for words in commands(text)? {
        let words: Words = words.into_iter().skip_while(|word| word == "$").collect();
        let Some((program, options)) = words.split_first() else { continue };
        if program != "curl" && program != "curl.exe" {
            continue;
        }
        match request(options) {
            Ok(request) => requests.push(request),
            Err(reason) => left.push(Left { request: "curl".to_owned(), reason }),
        }
    }
    if requests.is_empty() && left.is_empty() {
        return Err("the text has no command that begins with `curl`".to_owned());
    }
    let title = requests.first().map(|request| host(&request.url)).unwrap_or_default();
    Ok(told(&title, &Variables::default(), requests, left))
}

/// What a source is called after: the host without what every host has.
fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    let parts: Vec<&str> = host.split('.').filter(|part| !matches!(*part, "www" | "api")).collect();
    match parts.split_last() {
        Some((_, rest)) if !rest.is_empty() => rest.join(" "),
        _ => host.to_owned(),
    }
}

/// What the options have said so far.
#[derive(Default)]
struct Said {
    request: Request,
    method: Option<String>,
    data: Vec<String>,
    /// The media type that an option gives to its body.
    media: Option<&'static str>,
    form: Vec<Pair>,
    file: bool,
    in_query: bool,
    head: bool,
}

fn request(options: &[String]) -> Result<Request, String> {
    let mut said = Said::default();
    let mut words = options.iter().cloned();
    let mut plain = false;
    while let Some(word) = words.next() {
        if plain || !word.starts_with('-') || word == "-" {
            said.address(word)?;
        } else if word == "--" {
            plain = true;
        } else if word == "--next" {
            return Err("it makes several requests at once (`--next`): paste them one by one".to_owned());
        } else if word.starts_with("--") {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (word, None),
            };
            said.option(&name, &mut || value.clone().or_else(|| words.next()).ok_or(()))?;
        } else {
            said.short(&word, &mut words)?;
        }
    }
    said.end()
}

impl Said {
    fn address(&mut self, word: String) -> Result<(), String> {
        if !self.request.url.is_empty() {
            return Err("it has more than one address: paste one command for each".to_owned());
        }
        self.request.url = word;
        Ok(())
    }

    /// `-sSLXPOST`: flags, and at last one that takes the rest or the next word.
    fn short(&mut self, word: &str, words: &mut impl Iterator<Item = String>) -> Result<(), String> {
        for (at, char) in word.char_indices().skip(1) {
            let name = format!("-{char}");
            if SHORT_WITH_VALUE.contains(char) {
                let rest = &word[at + char.len_utf8()..];
                return self.option(&name, &mut || match rest.is_empty() {
                    true => words.next().ok_or(()),
                    false => Ok(rest.to_owned()),
                });
            }
            self.option(&name, &mut || Err(()))?;
        }
        Ok(())
    }

    fn option(&mut self, name: &str, value: &mut dyn FnMut() -> Result<String, ()>) -> Result<(), String> {
        let mut value = || value().map_err(|()| format!("its option `{name}` has no value"));
        match name {
            "-X" | "--request" => self.method = Some(value()?),
            "--url" => {
                let url = value()?;
                self.address(url)?;
            }
            "-H" | "--header" => {
                let line = value()?;
                // `X-Empty;` sends it empty, and `Accept:` leaves it out.
                if let Some((name, value)) =
                    line.split_once(':').filter(|(_, value)| !value.trim().is_empty())
                {
                    self.request.headers.push(Pair::new(name.trim(), value.trim()));
                }
            }
            "-d" | "--data" | "--data-ascii" => {
                let data = value()?;
                self.file |= data.starts_with('@');
                self.data.push(data.replace(['\r', '\n'], ""));
            }
            "--data-binary" => {
                let data = value()?;
                self.file |= data.starts_with('@');
                self.data.push(data);
            }
            "--data-raw" => self.data.push(value()?),
            "--data-urlencode" => {
                let data = value()?;
                let (name, text) = data.split_once('=').unwrap_or(("", &data));
                let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
                self.data.push(if name.is_empty() { text } else { format!("{name}={text}") });
            }
            "--json" => {
                let data = value()?;
                self.file |= data.starts_with('@');
                self.data.push(data);
                self.media = Some("application/json");
            }
            "-F" | "--form" | "--form-string" => {
                let field = value()?;
                let (field, text) = field.split_once('=').unwrap_or((&field, ""));
                let file = name != "--form-string" && text.starts_with(['@', '<']);
                let text = text.split(";type=").next().unwrap_or_default();
                let text = if file { "" } else { text };
                self.form.push(Pair { file, ..Pair::new(field, text) });
            }
            "-u" | "--user" => {
                let both = value()?;
                let (user, password) = both.split_once(':').unwrap_or((&both, ""));
                let password = Secret::new(password);
                self.request.login = Some(Login::Basic { user: user.to_owned(), password });
            }
            "--oauth2-bearer" => self.request.login = Some(Login::Bearer(Secret::new(value()?))),
            "-b" | "--cookie" => {
                let cookies = value()?;
                match cookies.contains('=') {
                    true => self.request.headers.push(Pair::new("Cookie", cookies)),
                    false => self.note("the file of cookies is not read"),
                }
            }
            "-T" | "--upload-file" => {
                value()?;
                (self.file, self.method) = (true, self.method.take().or_else(|| Some("PUT".to_owned())));
                self.data.push("@".to_owned());
            }
            "-A" | "--user-agent" | "-e" | "--referer" => drop(value()?),
            "-G" | "--get" => self.in_query = true,
            "-I" | "--head" => self.head = true,
            "-k" | "--insecure" => {
                self.note("`-k` is not done here: a certificate that nobody vouches for is refused")
            }
            "-E" | "--cert" | "--key" => {
                value()?;
                self.note("the client's certificate was left out");
            }
            "--digest" | "--ntlm" | "--negotiate" | "--aws-sigv4" => {
                if name == "--aws-sigv4" {
                    value()?;
                }
                self.note(
                    "it is known in a way that this import does not write: set `auth` in the source's file",
                );
            }
            "-x" | "--proxy" => {
                value()?;
                self.note("its proxy was left out: the workspace has its own");
            }
            other if WITH_VALUE.contains(&other) => drop(value()?),
            // A flag that says how curl behaves, and nothing of the request.
            _ => {}
        }
        Ok(())
    }

    fn note(&mut self, words: &str) {
        self.request.notes.push(words.to_owned());
    }

    fn end(mut self) -> Result<Request, String> {
        let joined = self.data.join("&");
        let sends = !self.data.is_empty() || !self.form.is_empty();
        let usual = match (self.head, self.in_query, sends) {
            (true, ..) => "HEAD",
            (_, false, true) => "POST",
            _ => "GET",
        };
        self.request.method = self.method.unwrap_or_else(|| usual.to_owned());
        if self.in_query {
            let pairs = url::form_urlencoded::parse(joined.as_bytes());
            self.request.query.extend(pairs.map(|(name, value)| Pair::new(name, value)));
            return Ok(self.request);
        }
        let media = self.request.headers.iter().find(|pair| pair.name.eq_ignore_ascii_case("content-type"));
        let media = self.media.map(str::to_owned).or_else(|| media.map(|pair| pair.value.clone()));
        self.request.body = if !self.form.is_empty() {
            Body::Multipart(self.form)
        } else if !sends {
            Body::None
        } else if self.file {
            Body::File { media }
        } else if media.as_deref().is_none_or(|media| media.starts_with("application/x-www-form-urlencoded"))
            && !joined.trim_start().starts_with(['{', '['])
        {
            let pairs = url::form_urlencoded::parse(joined.as_bytes());
            Body::Urlencoded(pairs.map(|(name, value)| Pair::new(name, value)).collect())
        } else {
            // Without a header curl sends a form; whoever writes JSON there means JSON.
            let media = media.filter(|media| !media.starts_with("application/x-www-form-urlencoded"));
            Body::Text { media, text: joined }
        };
        Ok(self.request)
    }
}
