//! What a hop does to the component list of the Installation CR.

use std::collections::BTreeMap;

use crate::manifest::Component;

/// The difference between two component lists.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ComponentDiff {
    /// On the new list only, in its order.
    pub added: Vec<Component>,
    /// On the old list only, in its order. The operator leaves them installed.
    pub removed: Vec<Component>,
    /// On both lists with another namespace: the old entry, the new entry.
    pub moved: Vec<(Component, Component)>,
    /// On both lists at another place among the common ones; the fewest whose move explains the
    /// new order.
    pub reordered: Vec<Reordered>,
}

/// A component that changed its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reordered {
    /// Its release name.
    pub name: String,
    /// Its 1-based place on the old list.
    pub from: usize,
    /// Its 1-based place on the new list.
    pub to: usize,
}

impl ComponentDiff {
    /// Compares two lists. A component is identified by its release name, as the operator does
    /// (kyma@1.0.0 components/installer/pkg/steps/creator.go).
    pub fn between(old: &[Component], new: &[Component]) -> Self {
        let (before, after) = (by_name(old), by_name(new));
        let gone = old.iter().filter(|it| !after.contains_key(it.release_name()));
        let came = new.iter().filter(|it| !before.contains_key(it.release_name()));
        let common =
            new.iter().filter_map(|it| Some((old.get(*before.get(it.release_name())?)?, it)));
        let moved = common.filter(|(old, new)| old.namespace != new.namespace);
        Self {
            added: came.cloned().collect(),
            removed: gone.cloned().collect(),
            moved: moved.map(|(old, new)| (old.clone(), new.clone())).collect(),
            reordered: reordered(old, new, &before, &after),
        }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The places of the components on a list; of two with one name the first.
fn by_name(list: &[Component]) -> BTreeMap<&str, usize> {
    let mut places = BTreeMap::new();
    for (place, component) in list.iter().enumerate() {
        places.entry(component.release_name()).or_insert(place);
    }
    places
}

fn reordered(
    old: &[Component],
    new: &[Component],
    before: &BTreeMap<&str, usize>,
    after: &BTreeMap<&str, usize>,
) -> Vec<Reordered> {
    let names: Vec<_> = new.iter().map(Component::release_name).collect();
    let common: Vec<_> = names.into_iter().filter(|name| before.contains_key(name)).collect();
    let places: Vec<_> = common.iter().map(|name| before[name]).collect();
    let stayed = longest_rising(&places);
    debug_assert!(places.iter().all(|&place| place < old.len()));
    let left = common.iter().zip(&places).filter(|(_, place)| !stayed.contains(place));
    left.map(|(name, from)| Reordered {
        name: (*name).to_owned(),
        from: from + 1,
        to: after[name] + 1,
    })
    .collect()
}

/// A longest strictly rising subsequence; of several the one found first. Lists are short.
fn longest_rising(numbers: &[usize]) -> Vec<usize> {
    let mut best: Vec<Vec<usize>> = Vec::new();
    for (end, &number) in numbers.iter().enumerate() {
        let before = best[..end].iter().filter(|it| it.last().is_some_and(|&last| last < number));
        let mut longest =
            before.fold(
                Vec::new(),
                |longest: Vec<usize>, it| {
                    if longest.len() < it.len() { it.clone() } else { longest }
                },
            );
        longest.push(number);
        best.push(longest);
    }
    best.into_iter().fold(
        Vec::new(),
        |longest, it| {
            if longest.len() < it.len() { it } else { longest }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<Component> {
        let component = |word: &str| {
            let (name, namespace) = word.split_once('@').unwrap_or((word, "kyma-system"));
            Component {
                name: name.to_owned(),
                release: None,
                namespace: namespace.to_owned(),
                source: "1.0.0/kyma-installer-cluster.yaml".into(),
                line: 1,
            }
        };
        text.split(' ').map(component).collect()
    }

    fn names(components: &[Component]) -> Vec<&str> {
        components.iter().map(Component::release_name).collect()
    }

    #[test]
    fn added_removed_and_moved_components_are_told_apart() {
        let diff = ComponentDiff::between(
            &list("core dex jaeger"),
            &list("core dex@istio-system tracing"),
        );
        assert_eq!(names(&diff.added), ["tracing"]);
        assert_eq!(names(&diff.removed), ["jaeger"]);
        assert_eq!(diff.moved[0].1.namespace, "istio-system");
        assert!(diff.reordered.is_empty());
    }

    #[test]
    fn the_fewest_moves_explain_a_new_order() {
        let diff = ComponentDiff::between(&list("a b c d e"), &list("a d b c e"));
        assert_eq!(diff.reordered, [Reordered { name: "d".to_owned(), from: 4, to: 2 }]);
    }

    #[test]
    fn equal_lists_have_no_difference() {
        assert!(ComponentDiff::between(&list("a b a"), &list("a b a")).is_empty());
    }
}
