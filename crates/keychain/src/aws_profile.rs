//! Keys that AWS's own tools keep in a file (`~/.aws/credentials`), as one secret of ours.

use domain::secret::Secret;

/// Why a profile gives no keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AwsProfileError {
    /// The file has no such profile.
    #[error("the file of AWS credentials has no profile `{0}`")]
    Missing(String),
    /// It has one without keys: it signs in by other means (SSO, a role, a program), which we don't run.
    #[error(
        "the AWS profile `{0}` holds no `aws_access_key_id` with an `aws_secret_access_key`: store keys for it, or use \
         an API key of Bedrock"
    )]
    NoKeys(String),
}

/// The keys of a profile in the text of a file of AWS credentials, as requests are signed with them:
/// `ACCESS_KEY_ID:SECRET` or `ACCESS_KEY_ID:SECRET:SESSION_TOKEN`. The text is the caller's to read; nothing of it stands
/// in an error. A profile is `[name]`, or `[profile name]` as `~/.aws/config` writes it; of what stands twice the last
/// counts.
pub fn aws_profile(credentials: &str, profile: &str) -> Result<Secret, AwsProfileError> {
    let mut is_ours = false;
    let mut is_known = false;
    let (mut access, mut secret, mut token) = ("", "", "");
    for line in credentials.lines() {
        let text = line.trim();
        if let Some(section) = text.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            is_ours = named(section) == profile;
            is_known |= is_ours;
            continue;
        }
        // What is indented belongs to the setting above.
        let is_setting = !text.starts_with(['#', ';']) && !line.starts_with([' ', '\t']);
        let Some((key, value)) = text.split_once('=').filter(|_| is_ours && is_setting) else { continue };
        match key.trim().to_ascii_lowercase().as_str() {
            "aws_access_key_id" => access = value.trim(),
            "aws_secret_access_key" => secret = value.trim(),
            "aws_session_token" => token = value.trim(),
            _ => {}
        }
    }
    if !is_known {
        return Err(AwsProfileError::Missing(profile.to_owned()));
    }
    match (access, secret, token) {
        ("", ..) | (_, "", _) => Err(AwsProfileError::NoKeys(profile.to_owned())),
        (access, secret, "") => Ok(Secret::new(format!("{access}:{secret}"))),
        (access, secret, token) => Ok(Secret::new(format!("{access}:{secret}:{token}"))),
    }
}

fn named(section: &str) -> &str {
    let section = section.trim();
    match section.split_once(char::is_whitespace) {
        Some(("profile", name)) => name.trim(),
        _ => section,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
        # mine\n\
        [default]\n\
        aws_access_key_id = AKIDDEFAULT\n\
        aws_secret_access_key=se/cr+et=\n\
        region = eu-central-1\n\
        \r\n\
        [ work ] # a comment\r\n\
        AWS_ACCESS_KEY_ID=AKIDWORK\r\n\
        ; aws_access_key_id = AKIDOLD\r\n\
        s3 =\r\n\
        \x20 aws_access_key_id = nested\r\n\
        aws_secret_access_key = w\r\n\
        aws_session_token = to/ken==\r\n\
        [profile sso]\n\
        sso_session = x\n";

    fn found(profile: &str) -> Result<String, AwsProfileError> {
        aws_profile(FILE, profile).map(|secret| secret.expose().to_owned())
    }

    #[test]
    fn each_profile_gives_its_own_keys() {
        assert_eq!(found("default"), Ok("AKIDDEFAULT:se/cr+et=".to_owned()));
        assert_eq!(found("work"), Ok("AKIDWORK:w:to/ken==".to_owned()));
        assert_eq!(found("sso"), Err(AwsProfileError::NoKeys("sso".to_owned())));
        assert_eq!(found("play"), Err(AwsProfileError::Missing("play".to_owned())));
    }
}
