//! The commands that put a stage in place, for `sh`.
//!
//! # Decisions
//! * The script can be run again after a failure: it sets what is set already to the same value, and
//!   takes nothing out twice.
//! * No value is shown. A value for another object goes through a pipe. Before kubectl 1.21 a patch
//!   can only be an argument, so there it stands in the list of processes for a moment.
//! * A patch is passed as an argument too: `--patch-file` came with kubectl 1.21, and a patch holds
//!   no secrets.

use std::collections::BTreeSet;

use semver::Version;

use super::emit;
use crate::liveness::Timing;
use crate::manifest::ObjectKey;
use crate::overrides::NAMESPACE;

/// One command.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Command {
    /// Makes a new object of a file.
    Apply { file: String },
    /// Hands the value of a key to a key of another object.
    Hand { from: (ObjectKey, String), to: (ObjectKey, String) },
    /// Replaces an object by that of a file.
    Replace { file: String },
    /// Changes an object by a patch in a file. One that copies a key and takes it out works once:
    /// `once` is such a key, and the key that it becomes.
    Patch { object: ObjectKey, file: String, once: Option<(String, String)> },
}

/// The script of a stage.
pub(super) fn script(to: &Version, stage: Timing, commands: &BTreeSet<Command>) -> String {
    let when = match stage {
        Timing::Before => "has to hold before the hop",
        Timing::After => "has to hold after the hop",
    };
    let mut text = format!(
        "#!/bin/sh\n# Puts the overrides in place that the cluster {when} to {to}.\n\
         # It may be run again, and it shows no secret values.\nset -eu\ncd \"$(dirname \"$0\")\"\n"
    );
    if commands.iter().any(|it| matches!(it, Command::Hand { .. })) {
        text.push_str(&hand_function());
    }
    if commands.iter().any(|it| matches!(it, Command::Patch { once: Some(_), .. })) {
        text.push_str(&has_function());
    }
    text.push('\n');
    for command in commands {
        text.push_str(&line(command));
        text.push('\n');
    }
    text
}

/// `hand FROM TEMPLATE TO`: makes a patch of an object by a template, and patches another with it.
fn hand_function() -> String {
    format!(
        r#"
# Hands a value from one object to another without showing it. Before kubectl 1.21 a patch cannot be
# read from a pipe; there it is an argument for a moment.
hand() {{
  patch=$(kubectl get "$1" -n {NAMESPACE} -o go-template="$2")
  if [ -z "$patch" ]; then
    echo "$1 no longer has the key; $3 is left as it is" >&2
  elif kubectl patch --help | grep -q -e --patch-file; then
    printf '%s' "$patch" | kubectl patch "$3" -n {NAMESPACE} --type=merge --patch-file /dev/stdin
  else
    kubectl patch "$3" -n {NAMESPACE} --type=merge -p "$patch"
  fi
}}
"#
    )
}

/// `has OBJECT TEMPLATE`: whether a template says anything of an object.
fn has_function() -> String {
    format!(
        r#"
# Whether an object has a key. The template says so without showing the value.
has() {{
  found=$(kubectl get "$1" -n {NAMESPACE} -o go-template="$2") || exit 1
  [ -n "$found" ]
}}
"#
    )
}

fn line(command: &Command) -> String {
    match command {
        Command::Apply { file } => format!("kubectl apply -n {NAMESPACE} -f {}", shell(file)),
        Command::Replace { file } => format!("kubectl replace -n {NAMESPACE} -f {}", shell(file)),
        Command::Hand { from, to } => {
            // The value in Go's quotes, which YAML reads. A text that starts with `{` would be
            // taken for JSON, which does not.
            let print = format!("{{{{printf \"data: {{%q: %q}}\" {} $v}}}}", template(&to.1));
            let template = if_key(&from.1, &print);
            let objects = (shell(&name(&from.0)), shell(&name(&to.0)));
            format!("hand {} {} {}", objects.0, shell(&template), objects.1)
        }
        Command::Patch { object, file, once } => {
            let object = shell(&name(object));
            let patch = format!(
                "kubectl patch {object} -n {NAMESPACE} --type=json -p \"$(cat {})\"",
                shell(file)
            );
            match once {
                Some((old, new)) => {
                    let has = |key: &str| format!("has {object} {}", shell(&if_key(key, "x")));
                    format!("if {} || ! {}; then\n  {patch}\nfi", has(old), has(new))
                }
                None => patch,
            }
        }
    }
}

/// A template that prints something if an object has a key. Any other way to look a key up prints
/// `<no value>` where it is missing.
fn if_key(key: &str, print: &str) -> String {
    let key = template(key);
    format!("{{{{range $k, $v := .data}}}}{{{{if eq $k {key}}}}}{print}{{{{end}}}}{{{{end}}}}")
}

/// A text as a string of Go.
fn template(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            ' '..='~' => quoted.push(letter),
            _ => quoted.push_str(&emit::escape(letter)),
        }
    }
    quoted + "\""
}

fn name(object: &ObjectKey) -> String {
    format!("{}/{}", object.kind.to_ascii_lowercase(), object.name)
}

/// A text as one word of `sh`.
pub(super) fn shell(text: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || "-_./".contains(it);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
