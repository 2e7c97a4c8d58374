//! What single values of the file have to be.

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::finding::{Code, nearest};
use crate::lint::{Accept, NotAnAccept};
use crate::release::{KubernetesVersion, VersionRequest};

/// What is wrong with the text at a place of the file: its keys, joined by slashes, without the
/// places in lists. It is quoted only where it is a name.
pub(super) fn wrong(path: &str, text: &str) -> Option<String> {
    match path {
        "/accept/finding" | "/severities/finding" => names(text).err(),
        "/accept/expires" | "/severities/expires" => date(text).err(),
        "/valid-for" => {
            let wrong = "`valid-for` has to be a time such as 90s, 30m, 12h or 7d";
            duration(text).err().map(|_| wrong.to_owned())
        }
        "/kubernetes-version" => {
            let wrong = "`kubernetes-version` has to be a version of Kubernetes such as 1.15";
            text.parse::<KubernetesVersion>().err().map(|_| wrong.to_owned())
        }
        "/via" => {
            let wrong = "`via` has to list versions such as 1.11.0";
            text.parse::<VersionRequest>().err().map(|_| wrong.to_owned())
        }
        "/github-api-url" | "/github-url" | "/github-raw-url" | "/bucket-url" => {
            base_url(&path[1..], text).err()
        }
        _ if text.trim().is_empty() => Some(empty(path)),
        _ => None,
    }
}

fn empty(path: &str) -> String {
    let key = path.rsplit('/').next().unwrap_or(path);
    format!("`{key}` is empty")
}

/// Reads names of findings.
pub(super) fn names(text: &str) -> Result<Accept, String> {
    let error = match text.parse::<Accept>() {
        Ok(names) => return Ok(names),
        Err(error) => error,
    };
    let code = text.split(['@', ':']).next().unwrap_or_default();
    let near = nearest(code, Code::all().map(Code::as_str));
    Err(match (error, near) {
        (NotAnAccept::Code(_), Some(near)) => {
            format!("`finding` starts with no finding code; did you mean `{near}`?")
        }
        (NotAnAccept::Code(_), None) => {
            "`finding` starts with no finding code; `kyma-upgrade explain` lists them".to_owned()
        }
        (NotAnAccept::Version(_), _) => {
            "`finding` has no version such as 1.9 or 1.9.2 after its @".to_owned()
        }
    })
}

/// Reads a day.
pub(super) fn date(text: &str) -> Result<Date, String> {
    let wrong = || "`expires` has to be a day such as 2027-01-31".to_owned();
    // More is a date to the library, such as one with a time, but not to people.
    let plain = text.len() == "2027-01-31".len();
    text.parse().ok().filter(|_| plain).ok_or_else(wrong)
}

/// Reads a time such as `90s`, `30m`, `12h` or `7d`; at least one second.
///
/// # Errors
/// A sentence that says so.
pub fn duration(text: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("`{text}` is no time such as 90s, 30m, 12h or 7d");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number: u32 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    if number == 0 {
        return Err(wrong());
    }
    Ok(SignedDuration::from_secs(i64::from(number) * seconds))
}

fn base_url(key: &str, text: &str) -> Result<(), String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest.filter(|it| !it.is_empty() && !it.starts_with('/')) else {
        return Err(format!("`{key}` has to be an http or https URL"));
    };
    if rest.contains('@') {
        return Err(format!("`{key}` holds a user name or password; a policy file holds none"));
    }
    if rest.contains(['?', '#']) || rest.contains(char::is_whitespace) {
        return Err(format!("`{key}` has to be a base URL, without a query or fragment"));
    }
    Ok(())
}
