//! Names of new objects, and of files.

use std::collections::BTreeSet;

use super::state::State;
use crate::digest;
use crate::manifest::ObjectKey;
use crate::overrides::NAMESPACE;

/// The longest name of an object (apimachinery `DNS1123SubdomainMaxLength`).
const LONGEST: usize = 253;

/// The object that takes a key of another scope: the first that has this scope, or a new one, whose
/// name nobody has.
pub(super) fn target(state: &State, from: &ObjectKey, component: Option<&str>) -> ObjectKey {
    let fits = state.scope(component).map(|it| it.0).find(|it| it.kind == from.kind);
    if let Some(object) = fits {
        return object.clone();
    }
    let scope = component.unwrap_or("common");
    let named = |name: String| ObjectKey::namespaced("", &from.kind, NAMESPACE, &name);
    let is_free = |it: &ObjectKey| !state.objects.contains_key(it) && !state.taken.contains(it);
    let first = named(object_name(&from.name, scope, ""));
    let mut others = (2_u32..).map(|it| named(object_name(&from.name, scope, &format!("-{it}"))));
    if is_free(&first) { first } else { others.find(is_free).unwrap_or(first) }
}

/// `name-scope` and an ending as Kubernetes takes it: lower-case letters, digits, `-` and `.`.
fn object_name(name: &str, scope: &str, ending: &str) -> String {
    let plain = |it: &str| it.chars().map(plain_letter).collect::<String>();
    let mut tail = plain(scope);
    tail.truncate(LONGEST / 4);
    let mut head = plain(name);
    head.truncate(LONGEST - 1 - tail.len() - ending.len());
    let name = format!("{head}-{tail}");
    let name = name.trim_matches(['-', '.']);
    let labels = name.split('.').map(|it| it.trim_matches('-')).filter(|it| !it.is_empty());
    labels.collect::<Vec<_>>().join(".") + ending
}

fn plain_letter(letter: char) -> char {
    match letter.to_ascii_lowercase() {
        it @ ('a'..='z' | '0'..='9' | '-' | '.') => it,
        _ => '-',
    }
}

/// A name for the file of an object, unlike all in `used`: `configmap-my-overrides`.
pub(super) fn file(object: &ObjectKey, used: &mut BTreeSet<String>) -> String {
    const CUT: usize = 200;
    let name = format!("{}-{}", object.kind, object.name);
    let mut plain: String = name.chars().map(plain_letter).collect();
    if plain != name.to_ascii_lowercase() || CUT < plain.len() || used.contains(&plain) {
        plain.truncate(CUT);
        plain = format!("{plain}-{}", &digest::hex(name.as_bytes())[..12]);
    }
    used.insert(plain.clone());
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> ObjectKey {
        ObjectKey {
            group: String::new(),
            kind: "ConfigMap".to_owned(),
            namespace: None,
            name: name.to_owned(),
        }
    }

    #[test]
    fn names_of_objects_are_valid_and_at_most_253_bytes_long() {
        assert_eq!(object_name("mine", "core", ""), "mine-core");
        assert_eq!(object_name("mine.", "core", "-2"), "mine.core-2");
        assert_eq!(object_name("Ä_", "core", ""), "core");
        let long = object_name(&"a".repeat(253), &"b".repeat(300), "-12");
        assert!(long.len() <= LONGEST && long.ends_with("b-12"), "{long}");
    }

    #[test]
    fn names_of_files_differ_and_lead_nowhere_else() {
        let mut used = BTreeSet::new();
        assert_eq!(file(&key("a"), &mut used), "configmap-a");
        let odd = file(&key("../a"), &mut used);
        assert!(odd.starts_with("configmap-..-a-") && !odd.contains('/'), "{odd}");
        assert_ne!(file(&key("A"), &mut used), "configmap-a");
        assert!(file(&key(&"x".repeat(253)), &mut used).len() < 220);
    }
}
