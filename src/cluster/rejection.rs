//! What an API server says about a request that it refuses, without its values.
//!
//! # Decisions
//! * The message of a server is never shown: it may quote the object, and with it secret values. The
//!   reason and the names of fields are kept; what does not look like one is dropped.

use std::fmt;

use serde::Deserialize;

/// How many fields are kept.
const MAX_FIELDS: usize = 20;

/// How long a reason or a name of a field may be.
const MAX_TEXT: usize = 200;

/// The answer of a server that refuses a request, and will refuse it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The status code of HTTP: 400, 403, 404, 409, 422 or another below 500.
    pub code: u16,
    /// The server's word for it, such as `Invalid` or `AlreadyExists`; `Unknown` where it gave none.
    pub reason: String,
    /// What was asked for: `patch ConfigMap/kyma-installer/x`.
    pub request: String,
    /// The fields that it is about.
    pub fields: Vec<FieldCause>,
}

/// A field that the server refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldCause {
    /// The field, as `spec.ports[0].port`.
    pub field: String,
    /// The server's word for what is wrong, such as `FieldValueInvalid`.
    pub reason: String,
}

/// A `Status` as far as it matters.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Status {
    kind: String,
    reason: String,
    details: Option<Details>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Details {
    causes: Option<Vec<StatusCause>>,
    retry_after_seconds: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct StatusCause {
    field: String,
    reason: String,
}

impl Status {
    /// The status in an answer; none where it holds something else.
    pub(super) fn read(answer: &[u8]) -> Option<Self> {
        let status: Self = serde_json::from_slice(answer).ok()?;
        (status.kind == "Status").then_some(status)
    }

    /// How many seconds the server asks to wait; none where it does not.
    pub(super) fn retry_after(&self) -> Option<u64> {
        self.details.as_ref().map(|it| it.retry_after_seconds).filter(|it| *it > 0)
    }

    /// The rejection that it tells.
    pub(super) fn into_rejection(self, code: u16, request: String) -> Rejection {
        let causes = self.details.and_then(|it| it.causes).unwrap_or_default();
        let fields = causes.iter().filter_map(StatusCause::checked).take(MAX_FIELDS).collect();
        let reason = word(&self.reason).unwrap_or("Unknown").to_owned();
        Rejection { code, reason, request, fields }
    }
}

impl StatusCause {
    fn checked(&self) -> Option<FieldCause> {
        let is_path = |c: char| c.is_ascii_alphanumeric() || "_-./[]$:*()".contains(c);
        let fits = (1..=MAX_TEXT).contains(&self.field.len()) && self.field.chars().all(is_path);
        let reason = word(&self.reason).unwrap_or("Unknown").to_owned();
        fits.then(|| FieldCause { field: self.field.clone(), reason })
    }
}

/// A text that is one word, as all reasons are.
fn word(text: &str) -> Option<&str> {
    let fits = (1..=MAX_TEXT).contains(&text.len());
    (fits && text.chars().all(|c| c.is_ascii_alphanumeric())).then_some(text)
}

impl Rejection {
    /// Whether the object that was asked for does not exist.
    pub fn is_not_found(&self) -> bool {
        self.code == 404
    }

    /// Whether somebody else changed or created the object, or it is not the one that was meant.
    pub fn is_conflict(&self) -> bool {
        self.code == 409
    }

    /// Whether an object of this name exists already.
    pub fn is_already_there(&self) -> bool {
        self.code == 409 && self.reason == "AlreadyExists"
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, reason, request, fields } = self;
        write!(f, "the server refuses to {request}: {reason} ({code})")?;
        for (at, FieldCause { field, reason }) in fields.iter().enumerate() {
            write!(f, "{} {field} ({reason})", if at == 0 { ":" } else { "," })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rejection(status: &serde_json::Value) -> Rejection {
        let status = Status::read(status.to_string().as_bytes()).unwrap();
        status.into_rejection(422, "create Secret/a/b".to_owned())
    }

    #[test]
    fn reasons_and_fields_are_told_and_messages_are_not() {
        let causes = json!([
            { "field": "data[key]", "reason": "FieldValueInvalid", "message": "hunter2" },
            { "field": "metadata.name", "reason": "FieldValueRequired" },
        ]);
        let text = rejection(&json!({
            "kind": "Status", "reason": "Invalid", "message": "hunter2", "details": { "causes": causes },
        }))
        .to_string();
        assert_eq!(
            text,
            "the server refuses to create Secret/a/b: Invalid (422): data[key] (FieldValueInvalid), \
             metadata.name (FieldValueRequired)"
        );
    }

    #[test]
    fn what_is_no_word_and_no_field_is_dropped() {
        let causes = json!([{ "field": "the value hunter2 is bad", "reason": "x" }, {}]);
        let rejection = rejection(&json!({
            "kind": "Status", "reason": "hunter2 is bad", "details": { "causes": causes },
        }));
        assert_eq!(rejection.reason, "Unknown");
        assert_eq!(rejection.fields, []);
    }

    #[test]
    fn another_answer_is_no_status() {
        assert!(Status::read(b"404 page not found").is_none());
        assert!(Status::read(b"{\"kind\": \"ConfigMap\"}").is_none());
        let without = br#"{"kind": "Status", "details": {"causes": null}}"#;
        assert!(Status::read(without).is_some());
    }
}
