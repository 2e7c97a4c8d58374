//! The words in a key, and which of them say something.

/// Words that many unrelated settings share. A last segment made of these alone says nothing about
/// which setting it is: `etcdBackup.enabled` and `serviceCatalogCrds.enabled` have no more in common
/// than two switches have.
const GENERIC: &[&str] = &[
    "active",
    "affinity",
    "annotation",
    "arg",
    "auth",
    "body",
    "bucket",
    "capacity",
    "class",
    "client",
    "config",
    "configuration",
    "container",
    "controller",
    "count",
    "cpu",
    "create",
    "credential",
    "data",
    "debug",
    "default",
    "deployment",
    "dir",
    "directory",
    "disable",
    "disabled",
    "enable",
    "enabled",
    "env",
    "environment",
    "existing",
    "external",
    "extra",
    "file",
    "global",
    "host",
    "hostname",
    "id",
    "image",
    "interval",
    "internal",
    "is",
    "key",
    "kind",
    "label",
    "level",
    "limit",
    "limits",
    "list",
    "log",
    "manager",
    "max",
    "memory",
    "min",
    "mode",
    "name",
    "namespace",
    "node",
    "option",
    "password",
    "path",
    "persistence",
    "pod",
    "policy",
    "port",
    "prefix",
    "protocol",
    "provider",
    "pull",
    "pvc",
    "rbac",
    "registry",
    "replica",
    "replicas",
    "repository",
    "request",
    "requests",
    "resource",
    "resources",
    "role",
    "rule",
    "scope",
    "secret",
    "security",
    "selector",
    "server",
    "service",
    "size",
    "spec",
    "state",
    "status",
    "storage",
    "strategy",
    "suffix",
    "tag",
    "target",
    "template",
    "test",
    "timeout",
    "token",
    "toleration",
    "tolerations",
    "type",
    "ui",
    "uri",
    "url",
    "use",
    "user",
    "username",
    "value",
    "values",
    "version",
    "volume",
];

/// The words of one segment of a key, in lower case and without a plural `s`: `isDevelopMode` is
/// `is`, `develop`, `mode`; `asset-store` is `asset`, `store`.
pub(super) fn words(segment: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = None;
    for c in segment.chars() {
        let boundary = previous.is_none_or(|before: char| starts_word(before, c));
        if c.is_alphanumeric() {
            match words.last_mut() {
                Some(word) if !boundary => push_lower(word, c),
                _ => {
                    let mut word = String::with_capacity(segment.len());
                    push_lower(&mut word, c);
                    words.push(word);
                }
            }
        }
        previous = Some(c);
    }
    words.into_iter().map(singular).collect()
}

fn starts_word(before: char, c: char) -> bool {
    !before.is_alphanumeric() || (c.is_uppercase() && !before.is_uppercase())
}

/// Adds a letter in lower case. Nearly all are of ASCII, where that is simple.
fn push_lower(word: &mut String, c: char) {
    if c.is_ascii() {
        word.push(c.to_ascii_lowercase());
    } else {
        word.extend(c.to_lowercase());
    }
}

fn singular(mut word: String) -> String {
    if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") {
        word.pop();
    }
    word
}

/// Whether `word` says something about which setting it belongs to.
pub(super) fn is_specific(word: &str) -> bool {
    1 < word.len() && !GENERIC.contains(&word) && !word.bytes().all(|b| b.is_ascii_digit())
}

/// The letters and digits of a text in lower case, so that `assetStore`, `asset-store` and
/// `assetstore` are the same.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    text.chars().filter(|c| c.is_alphanumeric()).for_each(|c| push_lower(&mut folded, c));
    folded
}

/// How many words two lists share, from 0 (none) to 1 (the same ones): Jaccard's index.
pub(super) fn overlap(a: &[String], b: &[String]) -> f64 {
    let shared = a.iter().filter(|word| b.contains(word)).count();
    let all = a.len() + b.len() - shared;
    if all == 0 { 0.0 } else { ratio(shared, all) }
}

fn ratio(part: usize, whole: usize) -> f64 {
    f64::from(u32::try_from(part).unwrap_or(u32::MAX))
        / f64::from(u32::try_from(whole).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_at_case_changes_and_punctuation() {
        assert_eq!(words("isDevelopMode"), ["is", "develop", "mode"]);
        assert_eq!(words("minikubeIP"), ["minikube", "ip"]);
        assert_eq!(words("asset-store_limits"), ["asset", "store", "limit"]);
        assert_eq!(words(""), Vec::<String>::new());
    }

    #[test]
    fn only_telling_words_are_specific() {
        assert!(is_specific("minikube") && is_specific("domain"));
        assert!(!is_specific("enabled") && !is_specific("8080") && !is_specific("memory"));
    }
}
