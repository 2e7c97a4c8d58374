//! Whether a key looks as if its value were a credential.
//!
//! # Decisions
//! * It is better to withhold a harmless value than to show a secret. In the last part of a path
//!   one telling word is enough; an earlier part has to end in one, so that everything below
//!   `credentials` counts and `tokenResolverService.retries` does not.
//! * Certificates count, because they come with their keys, but only as the last word:
//!   `cert-manager` is none.
//! * Keys that say what a secret is called, or whether there is one, are no credentials:
//!   `secretName`, `existingSecret`, `tlsSecret.enabled`.

/// Whether a value under `key` may be a credential: a password, a token, a private key, a
/// certificate. The key may be a path (`global.tlsKey`), an environment variable (`DB_PASSWORD`)
/// or a plain name.
pub fn looks_like_credential(key: &str) -> bool {
    let mut parts: Vec<Vec<String>> = key.split('.').map(words).collect();
    parts.retain(|it| !it.is_empty());
    let Some(last) = parts.last() else {
        return false;
    };
    let below = parts.iter().any(|it| ends_secret(it));
    let path: Vec<String> = parts.iter().flatten().cloned().collect();
    (below || is_secret(last) || ends_secret(&path)) && !is_about_secret(last)
}

/// The lower-case words of a part of a key, split at everything but letters, and where the case
/// changes: `helm-TLSKey_1` is `helm`, `tls`, `key`.
fn words(part: &str) -> Vec<String> {
    let letters: Vec<char> = part.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let follows_lower = at > 0 && letters[at - 1].is_lowercase();
        let before_lower = letters.get(at + 1).is_some_and(|it| it.is_lowercase());
        let starts = letter.is_uppercase() && (follows_lower || before_lower);
        if starts || !letter.is_alphabetic() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_alphabetic() {
            word.extend(letter.to_lowercase());
        }
    }
    words.push(word);
    words.retain(|it| !it.is_empty());
    words
}

/// A line of a template as far as it may be shown: if it reads a value that may be a credential, the
/// first text in an action is left out, with all that follows. It may be what `default` puts in the
/// place of the value.
pub fn without_literal_credential(line: &str) -> &str {
    let is_path = |it: char| it.is_alphanumeric() || "._-$".contains(it);
    let mut paths = line.split(|it| !is_path(it)).filter(|it| it.contains('.'));
    if !paths.any(looks_like_credential) {
        return line;
    }
    let mut is_action = false;
    for (at, letter) in line.char_indices() {
        match letter {
            '{' if line[at..].starts_with("{{") => is_action = true,
            '}' if line[at..].starts_with("}}") => is_action = false,
            '"' | '\'' | '`' if is_action => return line[..at].trim_end(),
            _ => {}
        }
    }
    line
}

const CERTIFICATES: &[&str] = &["ca", "cert", "certificate", "certificates", "certs", "crt", "pem"];

/// Whether a credential-like key names a certificate alone, which is no secret by itself. A `pem`
/// may hold a private key.
pub fn names_certificate(key: &str) -> bool {
    let last = words(key.rsplit('.').next().unwrap_or(key));
    let public = |it: &String| CERTIFICATES.contains(&it.as_str()) && it != "pem";
    last.last().is_some_and(public) && !last.iter().any(|it| is_secret_word(it))
}

fn is_secret(words: &[String]) -> bool {
    words.iter().any(|it| is_secret_word(it))
        || words.windows(2).any(|it| is_secret_pair(&it[0], &it[1]))
        || words.last().is_some_and(|it| CERTIFICATES.contains(&it.as_str()))
}

fn ends_secret(words: &[String]) -> bool {
    match words {
        [.., first, second] if is_secret_pair(first, second) => true,
        [.., last] => is_secret_word(last),
        [] => false,
    }
}

fn is_secret_word(word: &str) -> bool {
    const WHOLE: &[&str] = &["pwd", "pass", "jwt"];
    const ENDINGS: &[&str] = &[
        "password",
        "passwords",
        "passwd",
        "passphrase",
        "secret",
        "secrets",
        "token",
        "tokens",
        "credential",
        "credentials",
        "apikey",
        "accesskey",
        "privatekey",
        "routingkey",
        "secretkey",
    ];
    WHOLE.contains(&word) || ENDINGS.iter().any(|it| word.ends_with(it))
}

/// Two words that name a secret together: `tls` and `key`. An `imageKey` or a `configMapKey` is
/// none.
#[rustfmt::skip]
fn is_secret_pair(first: &str, second: &str) -> bool {
    const OF_KEYS: &[&str] = &[
        "access", "account", "api", "auth", "ca", "client", "encryption", "gcs", "license",
        "master", "private", "routing", "secret", "server", "shared", "signing", "ssh", "ssl",
        "storage", "tls",
    ];
    matches!(second, "key" | "keys") && OF_KEYS.contains(&first)
}

/// Whether the last part of a key says something about a secret, but is not the secret itself.
#[rustfmt::skip]
fn is_about_secret(last: &[String]) -> bool {
    const LAST: &[&str] = &[
        "dir", "disabled", "duration", "enabled", "expiration", "file", "image", "name", "names",
        "namespace", "path", "ref", "tag", "ttl", "type",
    ];
    const FIRST: &[&str] = &["create", "disable", "enable", "existing", "skip", "use"];
    let is = |word: Option<&String>, of: &[&str]| word.is_some_and(|it| of.contains(&it.as_str()));
    is(last.last(), LAST) || is(last.first(), FIRST) || last.ends_with(&["pull".to_owned(), "secrets".to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_credentials_are_recognised_however_they_are_written() {
        for key in [
            "global.adminPassword",
            "DB_PASSWORD",
            "dbpassword",
            "password1",
            "passwd",
            "pwd",
            "client-secret",
            "global.tlsKey",
            "global.tlsCrt",
            "TLSKey",
            "tls.key",
            "helm.ca.crt",
            "global.applicationConnectorCa",
            "global.applicationConnectorCaKey",
            "minio.accessKey",
            "minio.secretKey",
            "apikey",
            "API_KEY",
            "global.alertTools.credentials.slack.apiurl",
            "global.alertTools.credentials.victorOps.routingkey",
            "docker-registry.secrets.azure.accountKey",
            "credentials.secretContents.cloud",
            "GITHUB_TOKEN",
            "ssh-privatekey",
            "passwordHash",
        ] {
            assert!(looks_like_credential(key), "{key}");
        }
    }

    #[test]
    fn a_text_in_a_template_that_may_be_a_credential_is_not_shown() {
        for (line, shown) in [
            (
                "a: {{ .Values.password | default \"x\" | quote }}",
                "a: {{ .Values.password | default",
            ),
            ("a: {{ default `x` $.Values.db.password }}", "a: {{ default"),
            ("a: \"{{ .password | default 'x' }}\"", "a: \"{{ .password | default"),
            ("a: \"{{ .Values.password }}\" # \"b\"", "a: \"{{ .Values.password }}\" # \"b\""),
            ("a: {{ .Values.size | default \"1Gi\" }}", "a: {{ .Values.size | default \"1Gi\" }}"),
            ("", ""),
        ] {
            assert_eq!(without_literal_credential(line), shown);
        }
    }

    #[test]
    fn certificates_are_told_from_their_keys() {
        for key in ["global.tlsCrt", "helm.ca.crt", "global.applicationConnectorCa", "caCert"] {
            assert!(names_certificate(key), "{key}");
        }
        for key in ["global.tlsKey", "applicationConnectorCaKey", "a.pem", "certPassword", "", "a"]
        {
            assert!(!names_certificate(key), "{key}");
        }
    }

    #[test]
    fn other_keys_are_left_alone() {
        for key in [
            "",
            "...",
            "global.domainName",
            "global.etcdBackup.secretName",
            "minio.existingSecret",
            "credentials.useSecret",
            "secrets.tls.enabled",
            "SECRET_NAME",
            "CERT_DIR",
            "cert-manager.replicaCount",
            "cert-manager",
            "tokenResolverService.retry.number",
            "nginx-ingress.controller.customTemplate.configMapKey",
            "global.imagePullSecrets",
            "keyboard",
            "passthrough",
            "monkey",
            "secretariat",
        ] {
            assert!(!looks_like_credential(key), "{key}");
        }
    }
}
