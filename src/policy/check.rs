//! A file against the schema: which keys there are, and of what type their values are.

use serde_json::Value as Json;

use super::problem::Problem;
use super::rules;
use crate::finding::nearest;
use crate::manifest::looks_like_credential;
use crate::yaml::{Entry, Node, Value};

/// Everything in a file that is not as the schema says.
pub(super) fn check(schema: &Json, text: &str, root: &Node) -> Vec<Problem> {
    let mut check = Check { schema, lines: text.lines().collect(), problems: Vec::new() };
    check.value(schema, root, "");
    check.problems
}

struct Check<'a> {
    schema: &'a Json,
    lines: Vec<&'a str>,
    problems: Vec<Problem>,
}

impl<'a> Check<'a> {
    fn value(&mut self, schema: &'a Json, node: &Node, path: &str) {
        let (schema, nullable) = self.resolved(schema);
        if nullable && node.value == Value::Null {
            return;
        }
        match type_of(schema) {
            "object" => self.mapping(schema, node, path),
            "array" => self.list(schema, node, path),
            "integer" => self.number(schema, node, path),
            _ => self.text(schema, node, path),
        }
    }

    /// The schema that another one stands for, and whether nothing is fine, too.
    fn resolved(&self, schema: &'a Json) -> (&'a Json, bool) {
        let is_null = |it: &Json| it["type"] == "null";
        let nullable = schema["type"].as_array().is_some_and(|it| it.contains(&"null".into()));
        let variants = schema["anyOf"].as_array().filter(|_| schema["type"].is_null());
        if let Some(variants) = variants {
            let of = variants.iter().find(|it| !is_null(it)).unwrap_or(schema);
            return (self.resolved(of).0, variants.iter().any(is_null));
        }
        let all = schema["allOf"].get(0).unwrap_or(schema);
        match all["$ref"].as_str().and_then(|it| it.strip_prefix('#')) {
            Some(pointer) => (self.schema.pointer(pointer).unwrap_or(schema), nullable),
            None => (schema, nullable),
        }
    }

    fn mapping(&mut self, schema: &'a Json, node: &Node, path: &str) {
        if !matches!(node.value, Value::Mapping(_)) {
            return self.wrong_type(node, path, "keys with values");
        }
        let keys: Vec<&str> = schema["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|it| it.0.as_str())
            .collect();
        for entry in node.entries() {
            match schema["properties"].get(&entry.key) {
                Some(inner) => self.value(inner, &entry.node, &format!("{path}/{}", entry.key)),
                None => self.unknown(entry, &keys),
            }
        }
        let required = schema["required"].as_array().into_iter().flatten();
        for key in required.filter_map(Json::as_str).filter(|it| node.get(it).is_none()) {
            let text = match key {
                "version" => "the key `version` is missing; write `version: 1`".to_owned(),
                key => format!("the key `{key}` is missing"),
            };
            self.problems.push(Problem::at((node.line, node.column), text));
        }
    }

    fn unknown(&mut self, entry: &Entry, keys: &[&str]) {
        let key = &entry.key;
        let text = match nearest(key, keys.iter().copied()) {
            _ if looks_like_credential(key) => format!(
                "the key `{key}` looks like a credential, and a policy file holds none; put a token \
                 into the environment variable GITHUB_TOKEN"
            ),
            Some(near) => format!("unknown key `{key}`; did you mean `{near}`?"),
            None => format!("unknown key `{key}`; there are {}", keys.join(", ")),
        };
        self.problems.push(Problem::at((entry.line, self.column(entry.line, key)), text));
    }

    /// Where a key stands in its line.
    fn column(&self, line: u32, key: &str) -> u32 {
        let text = self.lines.get((line as usize).saturating_sub(1)).copied().unwrap_or_default();
        let is_word = |it: char| it.is_alphanumeric() || it == '-' || it == '_';
        let mut places = text.match_indices(key).map(|(at, _)| at);
        let place = places.find(|&at| {
            let (before, after) = (&text[..at], &text[at + key.len()..]);
            !before.ends_with(is_word)
                && after.trim_start_matches(['"', '\'', ' ']).starts_with(':')
        });
        let before = place.map_or(0, |at| text[..at].chars().count());
        u32::try_from(before + 1).unwrap_or(1)
    }

    fn list(&mut self, schema: &'a Json, node: &Node, path: &str) {
        if !matches!(node.value, Value::Sequence(_)) {
            return self.wrong_type(
                node,
                path,
                "a list (leave the key out where there is nothing)",
            );
        }
        for item in node.items() {
            self.value(&schema["items"], item, path);
        }
    }

    fn number(&mut self, schema: &Json, node: &Node, path: &str) {
        let (least, most) = (schema["minimum"].as_u64(), schema["maximum"].as_u64());
        let (least, most) = (least.unwrap_or(0), most.unwrap_or(u64::from(u32::MAX)));
        let number = match &node.value {
            Value::Number(number) => number.as_u64(),
            _ => None,
        };
        if !number.is_some_and(|it| least <= it && it <= most) {
            self.wrong_type(node, path, &format!("a whole number from {least} to {most}"));
        }
    }

    fn text(&mut self, schema: &Json, node: &Node, path: &str) {
        let text = match &node.value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => self.written(node),
            _ => return self.wrong_type(node, path, "a text"),
        };
        let words = words(schema);
        if words.is_empty() {
            let problem = rules::wrong(path, &text);
            self.problems.extend(problem.map(|it| Problem::at((node.line, node.column), it)));
        } else if !words.contains(&text.as_str()) {
            let near = nearest(&text, words.iter().copied());
            let near = near.map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
            self.wrong_type(node, path, &format!("one of {}{near}", words.join(", ")));
        }
    }

    /// A number or the like as it is written: `1.10` is not `1.1` where a text is wanted.
    fn written(&self, node: &Node) -> String {
        let line = self.lines.get((node.line as usize).saturating_sub(1)).copied();
        let from = line.unwrap_or_default().chars().skip((node.column as usize).saturating_sub(1));
        from.take_while(|it| !it.is_whitespace() && !",]}".contains(*it)).collect()
    }

    fn wrong_type(&mut self, node: &Node, path: &str, wanted: &str) {
        let key = path.rsplit('/').next().unwrap_or_default();
        let what = match path {
            "" => "a policy file".to_owned(),
            _ => format!("`{key}`"),
        };
        let of = if matches!(path, "/accept" | "/severities") && wanted == "keys with values" {
            format!("an entry of {what} has to be {wanted}: finding, reason, …")
        } else {
            format!("{what} has to be {wanted}")
        };
        self.problems.push(Problem::at((node.line, node.column), of));
    }
}

fn type_of(schema: &Json) -> &str {
    let of_list = || schema["type"].as_array()?.iter().find(|it| *it != "null")?.as_str();
    schema["type"].as_str().or_else(of_list).unwrap_or("string")
}

/// The words that a text can be; none where it can be any.
fn words(schema: &Json) -> Vec<&str> {
    let listed = schema["enum"].as_array().into_iter().flatten();
    let described = schema["oneOf"].as_array().into_iter().flatten();
    let described = described.flat_map(|it| {
        let constant = it.get("const").into_iter();
        constant.chain(it["enum"].as_array().into_iter().flatten())
    });
    listed.chain(described).filter_map(Json::as_str).collect()
}
