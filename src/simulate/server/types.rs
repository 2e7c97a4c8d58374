//! The shapes of the built-in kinds: which fields there are, and what an absent one becomes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use crate::release::KubernetesVersion;

const TEXT: &str = include_str!("types.txt");

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(TEXT));

/// What may stand in a place.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Text,
    Number,
    Bool,
    Quantity,
    NumberOrText,
    Time,
    Base64,
    Any,
    List(Box<Self>),
    Map(Box<Self>),
    Pointer(Box<Self>),
    /// A struct, a list of them, or something else, which is kept.
    Loose(&'static str),
    Struct(&'static str),
}

/// A field of a struct.
#[derive(Debug, PartialEq)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    /// Whether it is written when it is empty.
    pub(super) always: bool,
    pub(super) default: Option<Value>,
    since: u64,
}

impl Field {
    /// Whether servers of `kubernetes` keep it.
    pub(super) fn is_known(&self, kubernetes: KubernetesVersion) -> bool {
        (kubernetes.major, kubernetes.minor) >= (1, self.since)
    }
}

#[derive(Default)]
struct Table {
    kinds: BTreeMap<(&'static str, &'static str), &'static str>,
    types: BTreeMap<&'static str, Vec<Field>>,
}

impl Table {
    fn read(text: &'static str) -> Self {
        let mut table = Self::default();
        let mut version = None;
        let mut name = "";
        for line in text.lines().filter(|it| !it.starts_with('#')) {
            let mut words = line.split_whitespace();
            if line.starts_with('>') {
                words.next();
                version = words.next();
            } else if !line.starts_with(' ') {
                version = None;
                name = words.next().unwrap_or_default();
            }
            match version {
                Some(version) => table.kinds.extend(words.map(|it| kind(version, it))),
                None => table.types.entry(name).or_default().extend(words.filter_map(field)),
            }
        }
        table
    }
}

fn kind(version: &'static str, word: &'static str) -> ((&'static str, &'static str), &'static str) {
    let (kind, name) = word.split_once('=').unwrap_or((word, word));
    ((version, kind), name)
}

fn field(word: &'static str) -> Option<Field> {
    let (name, rest) = word.split_once('=')?;
    let (rest, since) = match rest.rsplit_once('@') {
        Some((rest, since)) => (rest, since.parse().ok()?),
        None => (rest, 0),
    };
    let (shape, default) = match rest.split_once(':') {
        Some((shape, default)) => (shape, Some(default)),
        None => (rest, None),
    };
    let default = default.map(|it| serde_json::from_str(it).unwrap_or_else(|_| Value::from(it)));
    let always = name.ends_with('!');
    Some(Field {
        name: name.trim_end_matches('!'),
        shape: read_shape(shape),
        always,
        default,
        since,
    })
}

fn read_shape(text: &'static str) -> Shape {
    let inner = |text| Box::new(read_shape(text));
    match text.split_at_checked(1) {
        Some(("[", rest)) => return Shape::List(inner(rest)),
        Some(("{", rest)) => return Shape::Map(inner(rest)),
        Some(("*", rest)) => return Shape::Pointer(inner(rest)),
        Some(("?", rest)) => return Shape::Loose(rest),
        _ => {}
    }
    match text {
        "s" => Shape::Text,
        "i" => Shape::Number,
        "b" => Shape::Bool,
        "q" => Shape::Quantity,
        "x" => Shape::NumberOrText,
        "t" => Shape::Time,
        "y" => Shape::Base64,
        "j" => Shape::Any,
        name => Shape::Struct(name),
    }
}

/// The type of a built-in kind; none for custom kinds and for those that are not in the table.
pub(super) fn root(api_version: &str, kind: &str) -> Option<&'static str> {
    let kinds: &BTreeMap<(&str, &str), &'static str> = &TABLE.kinds;
    kinds.get(&(api_version, kind)).copied()
}

/// The fields of a type.
pub(super) fn fields(name: &str) -> &'static [Field] {
    TABLE.types.get(name).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(shape: &Shape) -> Option<&'static str> {
        match shape {
            Shape::List(it) | Shape::Map(it) | Shape::Pointer(it) => names(it),
            Shape::Loose(name) | Shape::Struct(name) => Some(name),
            _ => None,
        }
    }

    #[test]
    fn every_type_that_is_named_is_in_the_table() {
        let named = TABLE.types.values().flatten().filter_map(|it| names(&it.shape));
        for name in named.chain(TABLE.kinds.values().copied()) {
            assert!(TABLE.types.contains_key(name), "{name} is missing");
        }
    }

    #[test]
    fn a_field_is_read_with_its_marks() {
        let field = field("volumeLifecycleModes!=[s:[\"Persistent\"]@16").unwrap();
        assert_eq!(field.name, "volumeLifecycleModes");
        assert_eq!(field.shape, Shape::List(Box::new(Shape::Text)));
        assert_eq!(field.default, Some(serde_json::json!(["Persistent"])));
        assert!(field.always);
        assert!(!field.is_known(KubernetesVersion { major: 1, minor: 15 }));
        assert!(field.is_known(KubernetesVersion { major: 1, minor: 16 }));
    }
}
