//! The functions of templates that values are followed through.

use std::rc::Rc;

use super::Evaluation;
use super::abstract_value::Abstract;
use super::run::{Frame, Use};

impl Evaluation<'_> {
    /// What a function denotes. Unknown ones make something of all their arguments.
    pub(super) fn function(
        &mut self,
        frame: &mut Frame,
        name: &str,
        arguments: &[Abstract],
    ) -> Abstract {
        let name = name.strip_prefix("must").map_or(name.to_owned(), |rest| {
            let mut chars = rest.chars();
            let first = chars.next().map(|c| c.to_ascii_lowercase());
            first.into_iter().chain(chars).collect()
        });
        match (name.as_str(), arguments) {
            ("include", [name, rest @ ..]) => {
                let context = rest.first().cloned().unwrap_or_default();
                self.include(frame, name, &context);
                Abstract::Other
            }
            ("tpl", [text, context]) => {
                self.consume(frame, text, Use::Printed);
                self.render_texts(frame, text, context);
                Abstract::Other
            }
            ("required", [_, value]) => {
                self.consume(frame, value, Use::Tested);
                value.clone()
            }
            ("fail", [message]) => {
                self.consume(frame, message, Use::Printed);
                Abstract::Other
            }
            _ => {
                for selector in selectors(&name, arguments) {
                    self.consume(frame, selector, Use::Printed);
                }
                choice(&name, arguments)
                    .or_else(|| look(&name, arguments))
                    .or_else(|| list(&name, arguments))
                    .or_else(|| text(&name, arguments))
                    .unwrap_or_else(|| Abstract::derived(arguments))
            }
        }
    }

    fn include(&mut self, frame: &Frame, name: &Abstract, context: &Abstract) {
        match name {
            Abstract::Text(name) => self.call(frame, name, context.clone()),
            Abstract::Union(names) => {
                for name in names.iter() {
                    self.include(frame, name, context);
                }
            }
            unknown => {
                self.consume(frame, unknown, Use::Printed);
                self.consume(frame, context, Use::Printed);
            }
        }
    }
}

/// Those arguments of a function that decide what it gives, and are not part of that.
fn selectors<'a>(name: &str, arguments: &'a [Abstract]) -> &'a [Abstract] {
    let count = arguments.len();
    match name {
        "index" | "get" | "hasKey" | "pick" | "omit" | "unset" | "slice" | "without" => {
            &arguments[1.min(count)..]
        }
        "dig" => &arguments[..count.saturating_sub(2)],
        "pluck" => &arguments[..1.min(count)],
        _ => &[],
    }
}

/// Functions that give one of their arguments.
fn choice(name: &str, arguments: &[Abstract]) -> Option<Abstract> {
    let all = || Abstract::union(arguments.iter().cloned());
    match (name, arguments) {
        ("default" | "coalesce" | "or" | "and" | "merge" | "mergeOverwrite", _) => Some(all()),
        ("ternary", [one, other, test]) => {
            let test = Abstract::derived(std::slice::from_ref(test));
            Some(Abstract::union([one.clone(), other.clone(), test]))
        }
        ("deepCopy" | "omit" | "unset", [value, ..]) => Some(value.clone()),
        ("fromYaml" | "fromJson" | "fromYamlArray" | "fromJsonArray", [text]) => {
            Some(text.undone())
        }
        _ => None,
    }
}

/// Functions that look something up.
fn look(name: &str, arguments: &[Abstract]) -> Option<Abstract> {
    match (name, arguments) {
        ("index" | "get", [value, names @ ..]) => {
            let steps = names.iter();
            Some(steps.fold(value.clone(), |value, name| value.index(name)))
        }
        ("hasKey", [value, name]) => Some(Abstract::derived(&[value.index(name)])),
        ("dig", [names @ .., default, value]) => {
            let steps = names.iter();
            let found = steps.fold(value.clone(), |value, name| value.index(name));
            Some(Abstract::union([found, default.clone()]))
        }
        ("pluck", [name, values @ ..]) => {
            let parts = values.iter().map(|value| value.index(name));
            Some(Abstract::list(parts.collect()))
        }
        ("pick", [value, names @ ..]) => {
            let picked = names.iter().fold(dict(&[]), |picked, name| match name {
                Abstract::Text(text) => picked.with(text, &value.index(name)),
                _ => Abstract::union([picked, value.clone()]),
            });
            Some(picked)
        }
        ("dict", pairs) => Some(dict(pairs)),
        _ => None,
    }
}

fn dict(pairs: &[Abstract]) -> Abstract {
    let empty = Abstract::Dict(Rc::default());
    pairs.chunks_exact(2).fold(empty, |dict, pair| match &pair[0] {
        Abstract::Text(name) => dict.with(name, &pair[1]),
        _ => Abstract::union([dict, pair[1].clone()]),
    })
}

/// Functions of lists.
fn list(name: &str, arguments: &[Abstract]) -> Option<Abstract> {
    let of = |parts: Vec<Abstract>| Some(Abstract::list(parts));
    match (name, arguments) {
        ("list" | "tuple", parts) => of(parts.to_vec()),
        ("keys", parts) => of(parts.iter().map(Abstract::name).collect()),
        ("values" | "concat", parts) => of(parts.iter().map(Abstract::entry).collect()),
        ("append" | "prepend", [list, more]) => of(vec![list.entry(), more.clone()]),
        ("first" | "last", [list]) => Some(list.entry()),
        (
            "rest" | "initial" | "slice" | "uniq" | "without" | "compact" | "reverse" | "sortAlpha",
            [list, ..],
        ) => Some(list.clone()),
        _ => None,
    }
}

/// Functions of constant texts, as names of templates and files are made of.
fn text(name: &str, arguments: &[Abstract]) -> Option<Abstract> {
    match (name, arguments) {
        ("print", parts) => {
            let texts: Option<Vec<&str>> = parts.iter().map(constant).collect();
            Some(Abstract::Text(texts?.concat().into()))
        }
        ("printf", [Abstract::Text(format), parts @ ..]) => Some(printf(format, parts)),
        ("dir", [Abstract::Text(path)]) => {
            let (folder, _) = path.rsplit_once('/')?;
            Some(Abstract::Text(folder.into()))
        }
        ("base", [Abstract::Text(path)]) => {
            let name = path.rsplit('/').next()?;
            Some(Abstract::Text(name.into()))
        }
        _ => None,
    }
}

fn constant(part: &Abstract) -> Option<&str> {
    match part {
        Abstract::Text(text) => Some(text),
        _ => None,
    }
}

/// The text that `printf` makes, with `*` for what is unknown, and the values that are in it.
fn printf(format: &str, parts: &[Abstract]) -> Abstract {
    let mut text = String::new();
    let mut parts_left = parts.iter();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match (c, c == '%') {
            (_, true) => {
                let verb = chars.by_ref().find(char::is_ascii_alphabetic);
                let part = verb.and_then(|_| parts_left.next());
                text.push_str(part.and_then(constant).unwrap_or("*"));
            }
            (c, false) => text.push(c),
        }
    }
    let values = Abstract::derived(parts);
    match values {
        Abstract::Other => Abstract::Text(text.into()),
        // Only the name of a file is worth knowing in part.
        values if format.contains('/') => Abstract::union([values, Abstract::Text(text.into())]),
        values => values,
    }
}
