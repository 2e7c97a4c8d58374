//! Whether two releases have the same chart of a component.
//!
//! # Decisions
//! * A chart is the same if all files that Helm reads of it are, byte for byte. Then Helm renders the
//!   same objects of the same values, and an upgrade changes none of them.
//! * That does not hold where a template draws random values, makes certificates, or asks for the time
//!   or the revision. Their words are looked for in the text of templates, so a comment counts, too:
//!   such a chart is never called the same.

use sha2::{Digest, Sha256};

use super::{Files, folder};

/// What makes a template render something else of the same values.
const VOLATILE: [&str; 11] = [
    "now",
    "ago",
    "Revision",
    "lookup",
    "uuidv4",
    "genCA",
    "genPrivateKey",
    "genSelfSignedCert",
    "genSignedCert",
    "htpasswd",
    "bcrypt",
];

/// The digest of all files of a component; none where it renders something else each time.
pub(super) fn of(files: &Files, component: &str) -> Option<[u8; 32]> {
    let start = format!("resources/{component}/");
    let mut digest = Sha256::new();
    for file in folder::below(files, &start) {
        if file.path.contains("/templates/") && is_volatile(file.bytes) {
            return None;
        }
        let path = &file.path[start.len()..];
        for part in [path.as_bytes(), file.bytes] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
    }
    Some(digest.finalize().into())
}

fn is_volatile(template: &[u8]) -> bool {
    let text = String::from_utf8_lossy(template);
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|it| VOLATILE.contains(&it) || it.starts_with("rand"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(files: &[(&str, &str)]) -> Option<[u8; 32]> {
        let path = |it: &str| format!("resources/core/{it}");
        let files = files.iter().map(|(name, text)| (path(name), text.as_bytes().to_vec()));
        of(&files.collect(), "core")
    }

    #[test]
    fn the_same_files_are_the_same_chart_and_any_other_byte_is_another() {
        let chart = [("Chart.yaml", "name: core"), ("templates/a.yaml", "a: {{ .Values.a }}")];
        assert_eq!(identity(&chart), identity(&chart));
        for other in [
            [("Chart.yaml", "name: core"), ("templates/a.yaml", "a: {{ .Values.b }}")],
            [("Chart.yaml", "name: core"), ("templates/b.yaml", "a: {{ .Values.a }}")],
            [("Chart.yaml", "name: cor"), ("etemplates/a.yaml", "a: {{ .Values.a }}")],
        ] {
            assert!(identity(&other).is_some());
            assert_ne!(identity(&chart), identity(&other), "{other:?}");
        }
    }

    #[test]
    fn a_chart_that_renders_something_else_each_time_is_never_the_same() {
        for text in ["{{ randAlphaNum 8 }}", "{{now}}", "{{ .Release.Revision }}", "{{ genCA 1 }}"]
        {
            assert_eq!(identity(&[("templates/a.yaml", text)]), None, "{text}");
        }
        assert!(identity(&[("templates/a.yaml", "a: known"), ("files/a", "now")]).is_some());
    }
}
