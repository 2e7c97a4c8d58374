//! Fields that may not change: what the server says to an update, and what to do instead.
//!
//! # Decisions
//! * The rules and their wording are those of Kubernetes 1.20, each seen on a real server. They are
//!   the same from 1.12 to 1.24 but where a rule says otherwise.
//! * Both objects are compared as they are stored, so that `1024Mi` and `1Gi`, or an absent field
//!   and its default, are no change.

use serde_json::Value;

use super::quantity::Quantity;
use crate::release::KubernetesVersion;

mod rules;

use rules::{RULES, Rule};

/// A change that the server refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Immutable {
    /// The field, such as `spec.template`.
    pub path: String,
    /// Its value in the old object. May hold sealed secret values.
    pub from: Option<Value>,
    /// Its value in the new object. May hold sealed secret values.
    pub to: Option<Value>,
    /// What the server answers, without the dump of the value that it adds: the field as the server
    /// names it, and the reason.
    pub answer: String,
    /// What to do, and what is lost by it.
    pub remedy: &'static str,
}

/// The changes from `old` to `new` that the server refuses because the fields may not change. `old`
/// is the live object in the version of `new`; `new` is the whole object after the patch.
pub fn immutable(old: &Value, new: &Value, kubernetes: KubernetesVersion) -> Vec<Immutable> {
    let Some(kind) = new.get("kind").and_then(Value::as_str) else { return Vec::new() };
    let mut rules = RULES.iter().filter(|it| it.kind == kind).peekable();
    if rules.peek().is_none() || !super::is_builtin(new) {
        return Vec::new();
    }
    let stored = |it: &Value| super::stored(it.clone(), kubernetes);
    let change = Change { old: &stored(old), new: &stored(new), kubernetes };
    rules.filter_map(|it| change.refused_by(it)).collect()
}

/// An update, with both objects as they are stored.
struct Change<'a> {
    old: &'a Value,
    new: &'a Value,
    kubernetes: KubernetesVersion,
}

impl Change<'_> {
    fn refused_by(&self, rule: &Rule) -> Option<Immutable> {
        if !(rule.holds)(self) {
            return None;
        }
        let [from, to] = self.sides(rule.path);
        let (from, to) = (from.cloned(), to.cloned());
        let answer = rule.answer.to_owned();
        let path = rule.path.to_owned();
        (from != to).then_some(Immutable { path, from, to, answer, remedy: rule.remedy })
    }

    /// The old and the new value of a field. An empty one counts as absent.
    fn sides(&self, path: &str) -> [Option<&Value>; 2] {
        [self.old, self.new].map(|it| at(it, path).filter(|it| !is_nothing(it)))
    }

    fn old_text(&self, path: &str) -> &str {
        at(self.old, path).and_then(Value::as_str).unwrap_or_default()
    }

    fn api_version(&self) -> &str {
        self.new.get("apiVersion").and_then(Value::as_str).unwrap_or_default()
    }
}

/// The field at a path of names between dots.
fn at<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(object, |it, name| it.get(name))
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn quantity(value: Option<&Value>) -> Option<Quantity> {
    value?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const KUBERNETES: KubernetesVersion = KubernetesVersion { major: 1, minor: 20 };

    fn refused(old: &Value, new: &Value) -> Vec<String> {
        immutable(old, new, KUBERNETES).into_iter().map(|it| it.path).collect()
    }

    #[test]
    fn a_quantity_that_is_written_otherwise_is_no_change() {
        let claim = |size: &str| {
            json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "c"},
                "spec": {"resources": {"requests": {"storage": size}}}})
        };
        assert_eq!(refused(&claim("1Gi"), &claim("1024Mi")), Vec::<String>::new());
        assert_eq!(refused(&claim("1Gi"), &claim("2Gi")), ["spec.resources"]);
    }

    #[test]
    fn a_bound_claim_may_grow_but_not_shrink() {
        let claim = |size: &str| {
            json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "c"},
                "spec": {"resources": {"requests": {"storage": size}}}, "status": {"phase": "Bound"}})
        };
        assert_eq!(refused(&claim("1Gi"), &claim("2Gi")), Vec::<String>::new());
        assert_eq!(refused(&claim("2Gi"), &claim("1Gi")), ["spec.resources"]);
    }

    #[test]
    fn a_selector_is_fixed_in_apps_v1_and_free_before() {
        let deployment = |version: &str, label: &str| {
            json!({"apiVersion": version, "kind": "Deployment", "metadata": {"name": "d"},
                "spec": {"selector": {"matchLabels": {"app": label}}}})
        };
        let change = |version| refused(&deployment(version, "a"), &deployment(version, "b"));
        assert_eq!(change("apps/v1"), ["spec.selector"]);
        assert_eq!(change("apps/v1beta2"), ["spec.selector"]);
        assert_eq!(change("apps/v1beta1"), Vec::<String>::new());
        assert_eq!(change("extensions/v1beta1"), Vec::<String>::new());
    }

    #[test]
    fn a_version_that_objects_are_stored_in_may_not_go() {
        let definition = |name: &str| {
            json!({"apiVersion": "apiextensions.k8s.io/v1beta1", "kind": "CustomResourceDefinition",
                "metadata": {"name": "as.example.com"},
                "spec": {"group": "example.com", "names": {"kind": "A", "plural": "as"},
                    "versions": [{"name": name, "served": true, "storage": true}]}})
        };
        assert_eq!(refused(&definition("v1"), &definition("v2")), ["spec.versions"]);
        assert_eq!(refused(&definition("v1"), &definition("v1")), Vec::<String>::new());
    }

    #[test]
    fn a_custom_resource_has_no_fixed_fields() {
        let job = |image: &str| {
            json!({"apiVersion": "example.com/v1", "kind": "Job", "metadata": {"name": "j"},
                "spec": {"template": image}})
        };
        assert_eq!(refused(&job("a"), &job("b")), Vec::<String>::new());
    }
}
