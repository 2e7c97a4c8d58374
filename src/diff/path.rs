//! Where a field is inside an object.

use std::fmt;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment<'a> {
    /// Into a mapping, by its key.
    Field(&'a str),
    /// Into a list, by the merge key of the item.
    Item(String),
    /// Into a list, by the 0-based index of the item.
    Index(usize),
}

/// The steps from an object to a field of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Path<'a>(pub(super) Vec<Segment<'a>>);

impl<'a> Path<'a> {
    /// Whether the path is these keys of mappings.
    pub(super) fn is(&self, fields: &[&str]) -> bool {
        self.0.len() == fields.len()
            && self.0.iter().zip(fields).all(|(it, field)| *it == Segment::Field(field))
    }

    /// The key of the mapping that the last step went into, if it did.
    pub(super) fn last_field(&self) -> Option<&'a str> {
        match self.0.last() {
            Some(Segment::Field(field)) => Some(field),
            _ => None,
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Field(field) if !is_plain(field, "-_") => quoted(f, field)?,
                Segment::Field(field) if at == 0 => f.write_str(field)?,
                Segment::Field(field) => write!(f, ".{field}")?,
                Segment::Item(key) if is_plain(key, "-_./:@") => write!(f, "[{key}]")?,
                Segment::Item(key) => quoted(f, key)?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

fn is_plain(word: &str, also: &str) -> bool {
    !word.is_empty() && word.chars().all(|it| it.is_alphanumeric() || also.contains(it))
}

fn quoted(f: &mut fmt::Formatter<'_>, word: &str) -> fmt::Result {
    write!(f, "[{}]", serde_json::Value::from(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_kubectl_users_write_it() {
        let path = |segments: &[Segment<'static>]| Path(segments.to_vec()).to_string();
        assert_eq!(
            path(&[
                Segment::Field("spec"),
                Segment::Field("containers"),
                Segment::Item("web".to_owned()),
                Segment::Field("args"),
                Segment::Index(0),
            ]),
            "spec.containers[web].args[0]"
        );
        assert_eq!(path(&[Segment::Field("data"), Segment::Field("a.\"b")]), r#"data["a.\"b"]"#);
        assert_eq!(
            path(&[Segment::Field("mounts"), Segment::Item("/etc/certs".to_owned())]),
            "mounts[/etc/certs]"
        );
        assert_eq!(
            path(&[Segment::Field("hosts"), Segment::Item("a b".to_owned())]),
            r#"hosts["a b"]"#
        );
    }
}
