//! A finding code as a rule.

use serde_json::{Value, json};

use super::level;
use super::text::clean;
use crate::finding::{CodeInfo, Severity};

/// The most characters that GitHub takes of a description.
const DESCRIPTION: usize = 1023;

/// What is known about a code.
pub(super) fn rule(info: &CodeInfo) -> Value {
    let CodeInfo { name, meaning, remedy, example, .. } = info;
    json!({
        "id": name,
        "name": format!("{:?}", info.code),
        "shortDescription": { "text": clean(info.title, DESCRIPTION) },
        "fullDescription": { "text": clean(meaning, DESCRIPTION) },
        "help": {
            "text": format!("{meaning}\n\nExample: {example}\n\nRemedy: {remedy}\n\nMore: kyma-upgrade explain {name}"),
            "markdown": format!(
                "{meaning}\n\n**Example.** {example}\n\n**Remedy.** {remedy}\n\n`kyma-upgrade explain {name}` tells more."
            ),
        },
        "defaultConfiguration": { "level": level(info.severity) },
        "properties": {
            "tags": ["kyma", "upgrade", family(name)],
            "problem.severity": problem_severity(info.severity),
        },
    })
}

/// The word by which codes of one kind are found together.
fn family(name: &str) -> &'static str {
    match name.split('-').next().unwrap_or_default() {
        "override" => "overrides",
        "guide" | "breaking" => "guides",
        "artifact" | "source" => "artifacts",
        "version" | "prerelease" | "procedure" => "path",
        "component" | "helm" | "operator" | "readiness" => "components",
        "unused" | "accept" => "policy",
        _ => "cluster",
    }
}

/// The severity as GitHub sorts by it.
fn problem_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocker => "error",
        Severity::Warning => "warning",
        Severity::Info => "recommendation",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Code;

    #[test]
    fn the_description_of_every_code_is_whole() {
        for code in Code::all() {
            let info = code.info();
            for text in [info.title, info.meaning] {
                assert_eq!(clean(text, DESCRIPTION), text, "{code}");
            }
        }
    }
}
