//! The roles that plans and upgrades need, as manifests.
//!
//! # Decisions
//! * What a plan reads is the list of questions itself, so that the two cannot differ.
//! * What an upgrade writes are the objects of the plan's releases; without a plan, the kinds that
//!   releases of Kyma have. Deleting is allowed for the one object that is deleted.
//! * Artifacts hold roles for the installer, which may do everything. Whoever creates such a role must
//!   be allowed to (`escalate`, `bind`), and who is, can become cluster-admin. The role says so.
//! * Rules of one place and group with the same verbs stand together, so that people can read them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::questions::questions;
use crate::bundle::Bundle;
use crate::manifest::Object;
use crate::procedure;
use crate::yaml::Node;

/// The namespace of the service accounts.
const NAMESPACE: &str = "kyma-installer";

/// Where the trigger is.
const DEFAULT: &str = "default";

/// Verbs for what is applied as kubectl does.
const APPLY: &[&str] = &["get", "create", "patch"];

/// Kinds that releases of Kyma have beside the installer, where there is no plan to say it.
const USUAL: &[(&str, &str, Option<&str>)] = &[
    ("", "namespaces", None),
    ("apiextensions.k8s.io", "customresourcedefinitions", None),
    ("policy", "podsecuritypolicies", None),
    ("rbac.authorization.k8s.io", "clusterrolebindings", None),
    ("rbac.authorization.k8s.io", "clusterroles", None),
    ("scheduling.k8s.io", "priorityclasses", None),
    ("installer.kyma-project.io", "installations", Some(DEFAULT)),
    ("", "configmaps", Some(NAMESPACE)),
    ("", "limitranges", Some(NAMESPACE)),
    ("", "resourcequotas", Some(NAMESPACE)),
    ("", "secrets", Some(NAMESPACE)),
    ("", "serviceaccounts", Some(NAMESPACE)),
    ("", "services", Some(NAMESPACE)),
    ("apps", "deployments", Some(NAMESPACE)),
    ("batch", "jobs", Some(NAMESPACE)),
    ("rbac.authorization.k8s.io", "rolebindings", Some(NAMESPACE)),
    ("rbac.authorization.k8s.io", "roles", Some(NAMESPACE)),
    ("", "configmaps", Some("kube-system")),
    ("", "serviceaccounts", Some("kube-system")),
    ("", "services", Some("kube-system")),
    ("apps", "deployments", Some("kube-system")),
    ("batch", "jobs", Some("kube-system")),
    ("rbac.authorization.k8s.io", "rolebindings", Some("kube-system")),
    ("rbac.authorization.k8s.io", "roles", Some("kube-system")),
];

/// What is allowed: verbs by place (none is the whole cluster), group and resource.
#[derive(Debug, Default)]
struct Rules(BTreeMap<(Option<String>, String, String), BTreeSet<&'static str>>);

/// A role for each task: its name, what is said about it, and its rules.
struct Task {
    name: &'static str,
    comment: &'static str,
    rules: Rules,
}

/// The manifests of the service accounts `kyma-upgrade-plan`, which only reads, and
/// `kyma-upgrade-apply`, with their roles: for the releases of a plan, or without one for any.
pub fn roles(plan: Option<&[Bundle]>) -> String {
    let plan_task = Task {
        name: "kyma-upgrade-plan",
        comment: "For `plan`, `snapshot`, `verify` and `status`: only reads. The list of Secrets in all \
                  namespaces is for the\n# records of Helm 3, of which only metadata is asked for; \
                  leave the rule out, and plans do not know them.",
        rules: reading(),
    };
    let mut rules = reading();
    rules.add_all(match plan {
        Some(bundles) => applied(bundles),
        None => usual(),
    });
    rules.add_all(own());
    let apply_task = Task {
        name: "kyma-upgrade-apply",
        comment: "For `apply`. WARNING: the artifacts hold roles with which the installer may do \
                  everything. Whoever creates\n# such roles needs `escalate` and `bind`, and can make \
                  itself cluster-admin with them: guard this account\n# as you guard cluster-admin, and \
                  delete the bindings after the upgrade.",
        rules,
    };
    [plan_task, apply_task].iter().map(Task::text).collect()
}

impl Rules {
    fn add(
        &mut self,
        (group, resource): (&str, &str),
        namespace: Option<&str>,
        verbs: &[&'static str],
    ) {
        let place = (namespace.map(ToOwned::to_owned), group.to_owned(), resource.to_owned());
        self.0.entry(place).or_default().extend(verbs);
    }

    fn add_all(&mut self, others: Self) {
        for (place, verbs) in others.0 {
            self.0.entry(place).or_default().extend(verbs);
        }
    }

    /// The rules of a role, by place.
    fn by_place(&self) -> BTreeMap<Option<&str>, Vec<Value>> {
        let mut joined: BTreeMap<_, Vec<&str>> = BTreeMap::new();
        for ((place, group, resource), verbs) in &self.0 {
            joined.entry((place.as_deref(), group, verbs)).or_default().push(resource);
        }
        let mut by_place: BTreeMap<_, Vec<Value>> = BTreeMap::new();
        for ((place, group, verbs), resources) in joined {
            let rule = json!({"apiGroups": [group], "resources": resources, "verbs": verbs});
            by_place.entry(place).or_default().push(rule);
        }
        by_place
    }
}

/// What is read: the questions of a state, and what `status` looks at.
fn reading() -> Rules {
    let mut rules = Rules::default();
    for question in questions() {
        let resource = (question.group, question.plural);
        rules.add(resource, question.namespace, &["get", "list"]);
    }
    rules.add(("", "namespaces"), None, &["get"]);
    rules.add(("", "pods"), Some(NAMESPACE), &["get", "list"]);
    rules.add(("coordination.k8s.io", "leases"), Some(NAMESPACE), &["get"]);
    rules.add(("installer.kyma-project.io", "installations"), None, &["watch"]);
    rules
}

/// What this program itself keeps in the cluster, and the steps that apply nothing.
fn own() -> Rules {
    let mut rules = Rules::default();
    rules.add(("apps", "deployments"), Some(NAMESPACE), &["delete"]);
    rules.add(("", "configmaps"), Some(NAMESPACE), &["create", "update"]);
    rules.add(("", "secrets"), Some(NAMESPACE), &["create"]);
    rules.add(("coordination.k8s.io", "leases"), Some(NAMESPACE), &["create", "update"]);
    rules.add(("", "events"), Some(DEFAULT), &["create"]);
    rules.add(("installer.kyma-project.io", "installations"), Some(DEFAULT), &["patch"]);
    rules.add(("velero.io", "backups"), None, &["list"]);
    for resource in ["clusterroles", "roles"] {
        rules.add(("rbac.authorization.k8s.io", resource), None, &["bind", "escalate"]);
    }
    rules
}

fn usual() -> Rules {
    let mut rules = Rules::default();
    for (group, resource, namespace) in USUAL {
        rules.add((group, resource), *namespace, APPLY);
    }
    rules
}

/// What the releases of a plan apply, the one that is installed left out.
fn applied(bundles: &[Bundle]) -> Rules {
    let mut rules = Rules::default();
    let plurals = plurals(bundles);
    for bundle in bundles.iter().skip(1) {
        for object in procedure::applied(bundle).flat_map(|it| bundle.objects_of(it)) {
            let key = &object.key;
            let kind = (key.group.clone(), key.kind.clone());
            let resource = plurals.get(&kind).cloned().unwrap_or_else(|| plural(&key.kind));
            rules.add((&key.group, &resource), key.namespace.as_deref(), APPLY);
        }
    }
    rules
}

/// The plural names that the definitions of the releases give.
fn plurals(bundles: &[Bundle]) -> BTreeMap<(String, String), String> {
    let objects = bundles.iter().flat_map(|it| it.objects.iter());
    objects.filter_map(defined).collect()
}

fn defined(object: &Object) -> Option<((String, String), String)> {
    let spec = object.node.get("spec").filter(|_| object.key.kind == "CustomResourceDefinition")?;
    let text = |node: Option<&Node>| node.and_then(Node::as_str).map(ToOwned::to_owned);
    let names = spec.get("names")?;
    Some(((text(spec.get("group"))?, text(names.get("kind"))?), text(names.get("plural"))?))
}

/// The plural name of a kind of Kubernetes itself.
fn plural(kind: &str) -> String {
    let name = kind.to_lowercase();
    match name.strip_suffix('y') {
        _ if name == "endpoints" => name,
        Some(stem) => format!("{stem}ies"),
        None if name.ends_with('s') => format!("{name}es"),
        None => format!("{name}s"),
    }
}

impl Task {
    /// The manifests of the task, each with `---` before it.
    fn text(&self) -> String {
        let account = json!({
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": self.name, "namespace": NAMESPACE},
        });
        let mut text = format!("# {}\n{}", self.comment, document(&account));
        for (place, rules) in self.rules.by_place() {
            let kind = if place.is_some() { "Role" } else { "ClusterRole" };
            text += &document(&self.object(kind, place, &json!({"rules": rules})));
            let to = json!({
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": self.name},
                "subjects": [
                    {"kind": "ServiceAccount", "name": self.name, "namespace": NAMESPACE},
                ],
            });
            text += &document(&self.object(&format!("{kind}Binding"), place, &to));
        }
        text
    }

    fn object(&self, kind: &str, namespace: Option<&str>, rest: &Value) -> Value {
        let mut object = rest.clone();
        object["apiVersion"] = "rbac.authorization.k8s.io/v1".into();
        object["kind"] = kind.into();
        object["metadata"] = json!({"name": self.name});
        if let Some(namespace) = namespace {
            object["metadata"]["namespace"] = namespace.into();
        }
        object
    }
}

/// An object as a document of YAML.
pub(crate) fn document(object: &Value) -> String {
    let yaml = serde_yaml::to_string(object).expect("an object has only types of YAML");
    format!("---\n{yaml}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plural_names_are_those_of_kubernetes() {
        for (kind, expected) in [
            ("Deployment", "deployments"),
            ("PodSecurityPolicy", "podsecuritypolicies"),
            ("PriorityClass", "priorityclasses"),
            ("Ingress", "ingresses"),
            ("Endpoints", "endpoints"),
        ] {
            assert_eq!(plural(kind), expected);
        }
    }

    #[test]
    fn everything_that_a_state_asks_for_is_allowed_and_nothing_is_written_by_the_reader() {
        let rules = reading();
        for question in questions() {
            let place = question.namespace.map(ToOwned::to_owned);
            let key = (place, question.group.to_owned(), question.plural.to_owned());
            assert!(rules.0[&key].contains("list"), "{key:?}");
        }
        let verbs: BTreeSet<_> = rules.0.values().flatten().copied().collect();
        assert_eq!(verbs, ["get", "list", "watch"].into());
    }
}
