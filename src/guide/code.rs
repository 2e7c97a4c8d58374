//! What a code block is: commands to run, configuration to write, or an example of output.
//!
//! # Decisions
//! * The content decides, not the label: real guides label error texts as `bash` and commands as
//!   `yaml`.
//! * A deletion counts as destructive unless it is of a Pod, which its controller brings back.

/// What a code block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodeKind {
    Command,
    /// Configuration that people are to write somewhere.
    Snippet,
    /// Output, an error text, or something else that nobody is to type.
    Example,
}

const PROGRAMS: &[&str] = &[
    "aws",
    "awk",
    "az",
    "base64",
    "bash",
    "cat",
    "cd",
    "chmod",
    "cp",
    "curl",
    "docker",
    "echo",
    "export",
    "for",
    "gardenctl",
    "gcloud",
    "git",
    "go",
    "grep",
    "helm",
    "htpasswd",
    "if",
    "istioctl",
    "jq",
    "k3d",
    "kubectl",
    "kubectx",
    "kyma",
    "make",
    "minikube",
    "mkdir",
    "mv",
    "npm",
    "openssl",
    "read",
    "rm",
    "sed",
    "set",
    "sh",
    "sleep",
    "source",
    "sudo",
    "tar",
    "tee",
    "until",
    "velero",
    "watch",
    "wget",
    "while",
    "xargs",
    "yq",
];

/// Labels of code blocks that hold configuration or nothing in particular.
const CONFIGURATION: &[&str] = &["", "yaml", "yml", "json", "bash", "shell", "sh"];

/// What the code block with this label holds.
pub(super) fn kind(info: &str, code: &str) -> CodeKind {
    let first = code.lines().map(str::trim).find(|it| is_telling(it));
    let Some(first) = first else {
        return CodeKind::Example;
    };
    let label = info.split([' ', ',', '{']).next().unwrap_or_default();
    if is_command(first) {
        CodeKind::Command
    } else if CONFIGURATION.contains(&label.to_lowercase().as_str()) && is_configuration(first) {
        CodeKind::Snippet
    } else {
        CodeKind::Example
    }
}

/// The first line of `code` that is no comment.
pub(super) fn first_line(code: &str) -> &str {
    let mut lines = code.lines().map(str::trim);
    lines.find(|it| is_telling(it)).unwrap_or_default()
}

fn is_telling(line: &str) -> bool {
    !line.is_empty() && !line.starts_with('#')
}

fn is_command(line: &str) -> bool {
    let line = line.strip_prefix("$ ").unwrap_or(line).trim_start_matches('(');
    let word = line.split_whitespace().next().unwrap_or_default();
    let sets_variable = word.split_once('=').is_some_and(|(name, value)| {
        let named = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        named && !name.is_empty() && !value.is_empty()
    });
    sets_variable || word.starts_with("./") || PROGRAMS.contains(&word) && word.len() < line.len()
}

/// A YAML key or the start of a JSON value. Error texts have blanks before their colon.
fn is_configuration(line: &str) -> bool {
    let line = line.trim_start_matches("- ");
    let key = line.split_once(':').map(|(key, rest)| (key.trim_matches('"'), rest));
    let is_key = key.is_some_and(|(key, rest)| {
        let plain = |c: char| c.is_alphanumeric() || "_-./\\".contains(c);
        let separate = rest.is_empty() || rest.starts_with(' ');
        separate && !key.is_empty() && key.chars().all(plain) && !is_complaint(key)
    });
    is_key || line == "---" || line.starts_with('{') || line == "["
}

fn is_complaint(key: &str) -> bool {
    let key = key.to_lowercase();
    ["error", "warning", "fatal", "panic"].iter().any(|it| key.starts_with(it))
}

/// Whether the command deletes or overwrites things that do not come back by themselves.
pub(super) fn is_destructive(command: &str) -> bool {
    command.lines().any(is_destructive_line)
}

fn is_destructive_line(line: &str) -> bool {
    let line = line.trim();
    if line.starts_with('#') {
        return false;
    }
    let flat: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    let strips_finalizers =
        ["finalizers\":null", "finalizers\":[]", "finalizers/"].iter().any(|it| flat.contains(it));
    strips_finalizers || deletes(line) || removes_files(line)
}

fn deletes(line: &str) -> bool {
    let words: Vec<_> = line.split_whitespace().collect();
    let has = |word: &str| words.contains(&word);
    let forced = ["--all", "--force", "--purge", "--prune"].iter().any(|it| has(it));
    let changes = ["delete", "replace", "apply", "uninstall", "upgrade"].iter().any(|it| has(it));
    forced && changes || has("uninstall") || words.windows(2).any(deletes_object)
}

fn deletes_object(words: &[&str]) -> bool {
    let pods = ["pod", "pods", "po"];
    let kind = words[1].split('/').next().unwrap_or_default();
    words[0] == "delete" && !pods.contains(&kind)
}

fn removes_files(line: &str) -> bool {
    let words: Vec<_> = line.split_whitespace().collect();
    let removes = |pair: &[&str]| {
        let flags = pair[1].strip_prefix('-').unwrap_or_default();
        pair[0] == "rm" && flags.contains(['r', 'R', 'f'])
    };
    words.windows(2).any(removes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_known_by_what_they_start_with() {
        for code in [
            "kubectl get pods",
            "\n# first look\n\nkubectl get pods",
            "$ helm ls",
            "cat <<EOF | kubectl apply -f -\nkind: X\nEOF",
            "for x in $(kubectl get x); do\n  echo $x\ndone",
            "VERSION=1.2 ./upgrade.sh",
            "./upgrade.sh",
        ] {
            assert_eq!(kind("yaml", code), CodeKind::Command, "{code}");
        }
    }

    #[test]
    fn output_and_errors_are_no_commands_whatever_their_label() {
        for code in [
            "NAMESPACE   NAME   READY\ntest   a   False",
            "Some error:  Reason: no such thing",
            "Error: pods \"x\" not found",
            "- Operator deployed\nX Waiting",
            "kubectl",
            "# only a comment",
            "",
        ] {
            assert_eq!(kind("bash", code), CodeKind::Example, "{code}");
        }
    }

    #[test]
    fn configuration_is_told_from_output_by_its_first_line() {
        for code in ["spec:\n  peers: []", "global.foo: \"x\"", "- name: core", "{\"a\": 1}"] {
            assert_eq!(kind("", code), CodeKind::Snippet, "{code}");
        }
        assert_eq!(kind("console", "spec: {}"), CodeKind::Example);
    }

    #[test]
    fn destructive_commands_are_marked_and_restarts_are_not() {
        for command in [
            "kubectl delete channels.eventing.knative.dev --all -n x",
            "kubectl delete pods --all",
            "kubectl delete crd a.b && kubectl delete crd c.d",
            "kubectl get x -o yaml | kubectl replace --force -f -",
            "kubectl patch f -p '{\"metadata\":{\"finalizers\": null}}'",
            "kubectl patch f -p '{\"metadata\": {\"finalizers\": []}}'",
            "helm delete --purge core",
            "rm -rf backup",
        ] {
            assert!(is_destructive(command), "{command}");
        }
        for command in [
            "kubectl delete pod prometheus-0",
            "kubectl get pods --all-namespaces",
            "# kubectl delete crd x",
            "kubectl patch pvc x -p '{\"spec\":{}}'",
        ] {
            assert!(!is_destructive(command), "{command}");
        }
    }
}
