//! Rules about access rights.

use std::collections::BTreeSet;

use super::Context;
use crate::finding::{Code, Finding};
use crate::manifest::Object;
use crate::yaml::Node;

/// One right: a verb on a resource of an API group, or on a URL.
type Right = (String, String, String);

/// Roles that allow more than before. A new role counts in full; a right that `*` covered already
/// is not new.
pub(super) fn widened(context: &Context<'_>) -> Vec<Finding> {
    let roles = context.to.objects.iter().filter(|it| is_role(it));
    roles.filter_map(|role| widened_finding(context, role)).collect()
}

fn is_role(object: &Object) -> bool {
    matches!(object.key.kind.as_str(), "Role" | "ClusterRole")
        && object.key.group == "rbac.authorization.k8s.io"
}

fn widened_finding(context: &Context<'_>, role: &Object) -> Option<Finding> {
    if context.changes.objects.is_empty() {
        return None;
    }
    let before = context.from.objects.get(&role.key);
    let old = before.map(rights).unwrap_or_default();
    let new: Vec<_> = rights(role).into_iter().filter(|it| !allows(&old, it)).collect();
    let first = new.first()?;
    let examples: Vec<_> = new
        .iter()
        .take(3)
        .map(|(group, resource, verb)| {
            if group.is_empty() {
                format!("{verb} {resource}")
            } else {
                format!("{verb} {resource}.{group}")
            }
        })
        .collect();
    let what = if before.is_some() { "allows more than before" } else { "is new" };
    let more = match new.len().saturating_sub(examples.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!("{} {what}: {}{more}", role.key, examples.join(", "));
    let line = rule_line(role, first);
    Some(
        Finding::new(Code::PermissionsWidened, role.key.to_string(), message)
            .evidence(context.to.evidence(&role.source, line)),
    )
}

fn rights(role: &Object) -> BTreeSet<Right> {
    let rules = role.node.get("rules").map(Node::items).unwrap_or_default();
    rules.iter().flat_map(rule_rights).collect()
}

fn rule_rights(rule: &Node) -> BTreeSet<Right> {
    let texts = |field: &str| -> Vec<String> {
        let items = rule.get(field).map(Node::items).unwrap_or_default();
        items.iter().filter_map(|it| it.as_str().map(ToOwned::to_owned)).collect()
    };
    let (groups, resources, verbs) = (texts("apiGroups"), texts("resources"), texts("verbs"));
    let mut rights = BTreeSet::new();
    for verb in &verbs {
        for resource in &resources {
            rights
                .extend(groups.iter().map(|group| (group.clone(), resource.clone(), verb.clone())));
        }
        rights.extend(
            texts("nonResourceURLs").into_iter().map(|url| (String::new(), url, verb.clone())),
        );
    }
    rights
}

/// Whether a set of rights allows one, by name or by `*` (Kubernetes: RBAC authorization).
fn allows(rights: &BTreeSet<Right>, right: &Right) -> bool {
    let covers = |have: &str, want: &str| have == "*" || have == want;
    rights.iter().any(|(group, resource, verb)| {
        covers(group, &right.0) && covers(resource, &right.1) && covers(verb, &right.2)
    })
}

fn rule_line(role: &Object, right: &Right) -> u32 {
    let rules = role.node.get("rules").map(Node::items).unwrap_or_default();
    let holds = rules.iter().find(|it| rule_rights(it).contains(right));
    holds.map_or(role.line(), |it| it.line)
}
