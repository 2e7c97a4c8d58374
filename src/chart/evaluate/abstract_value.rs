//! What an expression of a template may denote, as far as values of charts are concerned.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use crate::chart::key;

/// The most alternatives of one expression.
const MOST: usize = 64;
/// The most parts of a dictionary or list that a template built, all levels together.
const HEAVIEST: usize = 256;
/// The longest path of a value, in bytes. What is deeper counts as read with what holds it.
const LONGEST: usize = 1000;

/// What an expression may denote.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Abstract {
    /// Nothing that depends on values.
    #[default]
    Other,
    /// The context of a chart: what `.` and `$` are in its templates.
    Root(Rc<Context>),
    /// The `.Files` of a chart.
    Files(usize),
    /// A method of the above.
    FilesMethod(usize),
    /// The content of those files of a chart that a pattern fits.
    Content(usize, Rc<str>),
    /// The names of such files.
    FileName(Rc<str>),
    /// The `.Chart` of a chart.
    Chart(Rc<Context>),
    /// The `.Template` of the file that is rendered.
    Template,
    /// The path of that file.
    TemplateName,
    /// The path of the folder `templates` that holds that file.
    TemplateFolder,
    /// A constant text; `*` stands for unknown parts if it was printed with a format.
    Text(Rc<str>),
    /// The value at a path, read at a place of the template at hand.
    Value(Rc<str>, Place),
    /// A name of the map at a path.
    Name(Rc<str>, Place),
    /// A result of a function of these.
    Derived(Rc<[Self]>),
    /// A dictionary that a template built.
    Dict(Rc<BTreeMap<Rc<str>, Self>>),
    /// A list that a template built, in any order.
    List(Rc<[Self]>),
    /// One of these.
    Union(Rc<[Self]>),
}

/// What makes the context of a chart.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Context {
    /// The chart's place in the list of charts.
    pub(super) chart: usize,
    /// Where its values are in those of the component.
    pub(super) prefix: Rc<str>,
    /// Its name.
    pub(super) name: Rc<str>,
}

/// The bytes of an expression. No two of them differ for comparisons, so that calls with equal
/// arguments are recognised as such.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl From<&Range<usize>> for Place {
    fn from(range: &Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }
}

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Place {}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

impl Abstract {
    /// One of several; duplicates count once.
    pub(super) fn union(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Vec::new();
        for part in parts {
            match part {
                Self::Other => {}
                Self::Union(parts) => all.extend(parts.iter().cloned()),
                part => all.push(part),
            }
        }
        all.sort();
        all.dedup();
        all.truncate(MOST);
        match all.len() {
            0 => Self::Other,
            1 => all.swap_remove(0),
            _ => Self::Union(all.into()),
        }
    }

    /// The result of a function of these that keeps nothing of their structure.
    pub(super) fn derived(parts: &[Self]) -> Self {
        let mut sources = Vec::new();
        for part in parts {
            part.sources(&mut sources);
        }
        // Sources keep their places: equal paths read at two places are two references.
        match sources.len() {
            0 => Self::Other,
            _ => Self::Derived(sources.into()),
        }
    }

    /// The values, names and file contents that this is made of.
    pub(super) fn sources(&self, found: &mut Vec<Self>) {
        if found.len() >= MOST {
            return;
        }
        match self {
            Self::Value(..) | Self::Name(..) | Self::Content(..) => found.push(self.clone()),
            Self::Dict(entries) => entries.values().for_each(|it| it.sources(found)),
            Self::List(parts) | Self::Union(parts) | Self::Derived(parts) => {
                parts.iter().for_each(|it| it.sources(found));
            }
            _ => {}
        }
    }

    /// The same, read at another place.
    pub(super) fn at(&self, place: Place) -> Self {
        let all = |parts: &Rc<[Self]>| parts.iter().map(|it| it.at(place)).collect();
        match self {
            Self::Value(path, _) => Self::Value(path.clone(), place),
            Self::Name(path, _) => Self::Name(path.clone(), place),
            Self::Derived(parts) => Self::Derived(all(parts)),
            Self::Union(parts) => Self::Union(all(parts)),
            Self::List(parts) => Self::List(all(parts)),
            other => other.clone(),
        }
    }

    /// What a field of it denotes.
    pub(super) fn field(&self, name: &str) -> Self {
        match self {
            Self::Value(path, _) if path.len() > LONGEST => self.clone(),
            Self::Value(path, place) => Self::Value(key::child(path, name).into(), *place),
            Self::Derived(_) | Self::Content(..) => self.clone(),
            Self::Dict(entries) => entries.get(name).cloned().unwrap_or_default(),
            Self::Union(parts) => Self::union(parts.iter().map(|it| it.field(name))),
            Self::Root(context) => Self::of_root(context, name),
            Self::Chart(context) if name == "Name" => Self::Text(context.name.clone()),
            Self::Template if name == "Name" => Self::TemplateName,
            Self::Template if name == "BasePath" => Self::TemplateFolder,
            Self::Files(chart) => Self::FilesMethod(*chart),
            _ => Self::Other,
        }
    }

    fn of_root(context: &Rc<Context>, name: &str) -> Self {
        match name {
            "Values" => Self::Value(context.prefix.clone(), Place::default()),
            "Files" => Self::Files(context.chart),
            "Chart" => Self::Chart(context.clone()),
            "Template" => Self::Template,
            _ => Self::Other,
        }
    }

    /// What any entry of it denotes.
    pub(super) fn entry(&self) -> Self {
        match self {
            Self::Value(path, _) if path.len() > LONGEST => self.clone(),
            Self::Value(path, place) => Self::Value(key::join(path, key::ANY).into(), *place),
            Self::Derived(_) | Self::Content(..) => self.clone(),
            Self::Dict(entries) => Self::union(entries.values().cloned()),
            Self::List(parts) => Self::union(parts.iter().cloned()),
            Self::Union(parts) => Self::union(parts.iter().map(Self::entry)),
            _ => Self::Other,
        }
    }

    /// What the name (or index) of any entry of it denotes.
    pub(super) fn name(&self) -> Self {
        match self {
            Self::Value(path, place) => Self::Name(path.clone(), *place),
            Self::Content(_, pattern) => Self::FileName(pattern.clone()),
            Self::Dict(entries) => Self::union(entries.keys().cloned().map(Self::Text)),
            Self::Union(parts) => Self::union(parts.iter().map(Self::name)),
            Self::Derived(_) => self.clone(),
            _ => Self::Other,
        }
    }

    /// The entry that `index` finds under `name`.
    pub(super) fn index(&self, name: &Self) -> Self {
        match name {
            Self::Text(name) if !name.contains('*') => self.field(name),
            Self::Union(names) => Self::union(names.iter().map(|name| self.index(name))),
            _ => self.entry(),
        }
    }

    /// The same where an entry of the map at `path` is known to have one of these names.
    pub(super) fn narrowed(&self, path: &str, names: &[&str]) -> Self {
        match self {
            Self::Value(known, place) => match key::below(known, &key::join(path, key::ANY)) {
                Some(rest) => Self::union(names.iter().map(|name| {
                    let entry = key::child(path, name);
                    Self::Value(key::join(&entry, rest).into(), *place)
                })),
                None => self.clone(),
            },
            Self::Name(known, _) if known.as_ref() == path => {
                Self::union(names.iter().map(|name| Self::Text((*name).into())))
            }
            Self::Union(parts) => Self::union(parts.iter().map(|it| it.narrowed(path, names))),
            other => other.clone(),
        }
    }

    /// The values that this is a text of, as they were before.
    pub(super) fn undone(&self) -> Self {
        match self {
            Self::Derived(parts) => Self::union(parts.iter().cloned()),
            other => other.clone(),
        }
    }

    /// A list of these.
    pub(super) fn list(parts: Vec<Self>) -> Self {
        Self::List(parts.into()).bounded()
    }

    /// The same, or what it is made of if it has too many parts: comparing and dropping it must
    /// come to an end.
    fn bounded(self) -> Self {
        let mut left = HEAVIEST;
        if self.fits(&mut left) { self } else { Self::derived(&[self]) }
    }

    /// Takes the number of parts from what is left; whether that was enough.
    fn fits(&self, left: &mut usize) -> bool {
        *left = left.saturating_sub(1);
        if *left == 0 {
            return false;
        }
        match self {
            Self::Dict(entries) => entries.values().all(|it| it.fits(left)),
            Self::List(parts) | Self::Union(parts) | Self::Derived(parts) => {
                parts.iter().all(|it| it.fits(left))
            }
            _ => true,
        }
    }

    /// A dictionary with one more entry.
    pub(super) fn with(&self, name: &str, value: &Self) -> Self {
        let entry = |entries: &BTreeMap<Rc<str>, Self>| {
            let mut entries = entries.clone();
            let old = entries.remove(name).unwrap_or_default();
            entries.insert(name.into(), Self::union([old, value.clone()]));
            Self::Dict(Rc::new(entries)).bounded()
        };
        match self {
            Self::Dict(entries) => entry(entries),
            other => Self::union([other.clone(), entry(&BTreeMap::new())]),
        }
    }
}
