//! Secrets of no vendor: private keys, tokens of open formats, connection strings, headers, passwords.

use std::sync::LazyLock;

use domain::label::Category;
use regex::Regex;

use super::rule::Plain;
use super::worth::is_placeholder;
use crate::hit::Hit;
use crate::near::words_of;

const KEY: Category = Category::Credential;
const OURS: Category = Category::Organisation;

pub(super) static RULES: &[Plain] = &[
    (
        "private_key",
        KEY,
        &["-----BEGIN"],
        r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s\\:,.-]{16,}",
        99,
    ),
    ("putty_key", KEY, &["PuTTY-User-Key-File"], r"PuTTY-User-Key-File-\d: [\w-]+", 95),
    ("jwt", KEY, &["eyJ"], r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}", 97),
    (
        "connection_string",
        KEY,
        &["://"],
        r#"://[^\s:/@'"<>{}$]{0,64}:[^\s/@'"<>{}$\[\]]{2,}@[\w.\[\]:,-]+"#,
        90,
    ),
    ("odbc_password", KEY, &["password=", "pwd="], r#"(?i:password|pwd)=([^;'"\s$<{%]{3,64})"#, 85),
    ("storage_key", KEY, &["accountkey="], r"(?i:AccountKey)=([A-Za-z0-9+/]{86}==)", 99),
    ("azure_ad_secret", KEY, &["7Q~", "8Q~"], r"[78]Q~[\w.~-]{31,34}", 97),
    ("sas_signature", KEY, &["sig="], r"sig=([A-Za-z0-9%+/]{43,63}(?:%3D|=))", 90),
    (
        "authorization",
        KEY,
        &["authorization"],
        r#"(?i:authorization)['"]?\s*[:=]\s*['"]?(?i:bearer|basic|token|apikey|ssws|bot)\s+([\w.~+/=-]{8,})"#,
        88,
    ),
    (
        "header_key",
        KEY,
        &["x-api-key", "x-auth-token", "x-access-token", "api-key:", "private-token"],
        r#"(?i:x-api-key|x-auth-token|x-access-token|api-key|private-token)['"]?\s*[:=]\s*['"]?([\w.~+/=-]{16,})"#,
        88,
    ),
    (
        "curl_user",
        KEY,
        &["curl"],
        r#"curl\b[^\n]{0,200}?\s(?:-u|--user)[ =]?['"]?[\w.@~+-]*:([^\s'"$:{}<]{3,})"#,
        85,
    ),
    ("netrc", KEY, &["machine "], r"machine \S+\s+login \S+\s+password (\S{3,})", 92),
    (
        "command_password",
        KEY,
        &[
            "connect-viserver",
            "psexec",
            "sshpass",
            "mysqldump",
            "mysql ",
            "net use",
            "net user",
            "convertto-securestring",
            "ldapsearch",
        ],
        r#"(?i:connect-viserver|psexec|sshpass|mysqldump|mysql|net use|net user|convertto-securestring|ldapsearch)\b[^\n]{0,120}?\s(?i:-password|-pass|-p|--password=|-w|/user:\S+)\s*['"]?([^\s'"$<]{3,})"#,
        85,
    ),
    (
        "password_hash",
        KEY,
        &[
            "$1$",
            "$2a$",
            "$2b$",
            "$2y$",
            "$5$",
            "$6$",
            "$y$",
            "$argon2",
            "$apr1$",
            "$7$",
            "$P$",
            "$krb5",
            "{SSHA}",
            "pbkdf2_sha256$",
        ],
        r"\$(?:1|apr1)\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}|\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}|\$5\$(?:rounds=\d+\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{43}|\$6\$(?:rounds=\d+\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{80,90}|\$(?:y|7)\$[./A-Za-z0-9$]{40,}|\$argon2(?:id|i|d)\$[\w=,$+/.-]{40,}|\$P\$[./A-Za-z0-9]{31}|\$krb5\w*\$[^\s]{30,}|\{SSHA\}[A-Za-z0-9+/=]{28,}|pbkdf2_sha256\$\d+\$[\w+/=.]+\$[A-Za-z0-9+/=]{20,}",
        95,
    ),
    (
        "quoted_password",
        KEY,
        &["password", "passwd", "passphrase", "pwd"],
        r#"(?i:password|passwd|passphrase|pwd)['"\]]{0,2}\s{0,3}(?:={1,3}|:=|=>|:)\s{0,3}['"]([^'"\s]{3,64})['"]"#,
        85,
    ),
    (
        "password",
        KEY,
        &["password", "passwd", "passphrase", "_pass", "-pass"],
        r"(?i:password|passwd|passphrase|[_-]pass)(?:\s?=\s?|:\s?|\s)([A-Za-z0-9!@#%^&*+./_-]{4,64})(?:[\s;,]|\z)",
        0,
    ),
    (
        "said_password",
        KEY,
        &["password"],
        r#"(?i:password)\b[^.\n=:]{0,48}\bis:?\s*['"“]([^'"”\s]{3,64})['"”]"#,
        85,
    ),
    (
        "secret",
        KEY,
        &[
            "secret",
            "api_key",
            "apikey",
            "api-key",
            "access_key",
            "accesskey",
            "auth_token",
            "authtoken",
            "access_token",
            "accesstoken",
            "private_key",
            "privatekey",
            "credential",
            "token",
            "_key",
            "-key",
        ],
        r#"(?i:secret|api[_-]?key|access[_-]?key|auth[_-]?token|access[_-]?token|private[_-]?key|credentials?|token|[_-]key)(?i:[\w.-]{0,24})['"\]]{0,2}\s{0,3}(?:={1,3}|:=|=>|:|,)\s{0,3}['"`]?([\w.+/=~-]{16,200})(?:['"`\s;,&)]|\z)"#,
        1,
    ),
    (
        "aws_arn",
        OURS,
        &["arn:aws"],
        r"arn:aws(?:-[a-z-]+)?:[a-z0-9-]+:[a-z0-9-]*:\d{0,12}:[\w:/.*=+@-]{2,}",
        70,
    ),
    ("google_client_id", OURS, &[".apps.googleusercontent.com"], r"\.apps\.googleusercontent\.com", 70),
    (
        "client_id",
        OURS,
        &["client_id"],
        r#"(?i:client_id)['"]?\s{0,2}[:=]\s{0,2}['"]?([a-f0-9]{20}|Iv1\.[a-f0-9]{16})\b"#,
        60,
    ),
    (
        "react_app",
        OURS,
        &["react_app_"],
        r#"REACT_APP_\w*(?:USER|EMAIL|PASS|KEY|SECRET|TOKEN)\w*\s{0,2}=\s{0,2}['"]?([^\s'"$<{]{3,})"#,
        60,
    ),
];

/// Names of fields whose whole value is a secret.
const FIELDS: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "authtoken",
    "accesstoken",
    "refreshtoken",
    "clientsecret",
    "sessiontoken",
];

static ONE_WORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\A\S{4,512}\z").ok());

/// The value of a field that is named for a secret. Names that only speak of one (`password_hint`) don't end so.
pub(super) fn value_of(field: &str, text: &str) -> Option<Hit> {
    let words: Vec<String> = words_of(field).map(str::to_lowercase).collect();
    let last = words.last()?;
    let joined = words.len().checked_sub(2).map(|at| words[at..].concat());
    let is_named =
        FIELDS.contains(&last.as_str()) || joined.is_some_and(|two| FIELDS.contains(&two.as_str()));
    let is_one = ONE_WORD.as_ref().is_some_and(|one| one.is_match(text));
    (is_named && is_one && !is_placeholder(text)).then(|| Hit::new("secret.field", KEY, 0..text.len(), 90))
}
