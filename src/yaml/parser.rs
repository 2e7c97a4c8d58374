//! Tokens to values: anchors, merges and keys as go-yaml v2 (its `decode.go`) and
//! sigs.k8s.io/yaml handle them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::budget::{Budget, Limits};
use super::cursor::Mark;
use super::entries::{keep_last, repetitions};
use super::resolve::{self, Scalar};
use super::scanner::Scanner;
use super::token::{Kind, Tag, Token};
use super::{Entry, Error, Node, Problem, RepeatedKey, Value};

/// Reads the first document of a text; `None` if it is empty or null.
pub(super) fn parse(text: &str, line: u32, limits: &Limits) -> Result<Option<Node>, Error> {
    let mut parser = Parser::new(text, line, Budget::new(limits));
    let node = parser.document()?;
    Ok(node.filter(|node| node.value != Value::Null))
}

/// The keys of the first document that stand twice in a mapping.
pub(super) fn repeated_keys(
    text: &str,
    line: u32,
    limits: &Limits,
) -> Result<Vec<RepeatedKey>, Error> {
    let mut parser = Parser::new(text, line, Budget::new(limits));
    parser.repeated = Some(Vec::new());
    parser.document()?;
    Ok(parser.repeated.unwrap_or_default())
}

/// What an anchor stands for.
struct Anchored {
    node: Node,
    /// The key that it makes, if it makes one.
    key: Result<String, Problem>,
    nodes: usize,
    levels: usize,
}

/// The properties before a value.
#[derive(Clone, Copy)]
struct Properties<'a> {
    anchor: Option<&'a str>,
    tag: Option<Tag>,
}

/// Where a value stands, which decides how it may look.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// The root, or the item of a list.
    Block,
    /// The key or value of a mapping: the items of a list need no indentation there.
    BlockMapping,
    /// In brackets.
    Flow,
}

/// Reads the values of one document.
pub(super) struct Parser<'a> {
    pub(super) scanner: Scanner<'a>,
    pub(super) budget: Budget,
    /// What each anchor stands for; nothing while that is still being read.
    anchors: BTreeMap<&'a str, Option<Anchored>>,
    /// The keys that stood before in their mapping; none where nobody asks for them.
    repeated: Option<Vec<RepeatedKey>>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, line: u32, budget: Budget) -> Self {
        Self {
            scanner: Scanner::new(text, line, budget.most_depth()),
            budget,
            anchors: BTreeMap::new(),
            repeated: None,
        }
    }

    /// The value of a mapping: of equal keys the last one wins.
    pub(super) fn mapping(&mut self, entries: Vec<Entry>) -> Value {
        if let Some(repeated) = &mut self.repeated {
            repeated.extend(repetitions(&entries));
        }
        Value::Mapping(keep_last(entries))
    }

    /// Reads one document. As go-yaml does, it looks at one token after it and no further.
    fn document(&mut self) -> Result<Option<Node>, Error> {
        if self.next_is(&Kind::DocumentStart)? {
            self.scanner.next()?;
        }
        if self.next_is(&Kind::End)? {
            return Ok(None);
        }
        let node = self.node(Place::Block)?;
        self.scanner.peek()?;
        Ok(Some(node))
    }

    pub(super) fn next_is(&mut self, kind: &Kind<'a>) -> Result<bool, Error> {
        Ok(self.scanner.peek()?.kind == *kind)
    }

    pub(super) fn mark(&mut self) -> Result<Mark, Error> {
        Ok(self.scanner.peek()?.mark)
    }

    /// Reads a value.
    pub(super) fn node(&mut self, place: Place) -> Result<Node, Error> {
        let properties = self.properties()?;
        let Token { kind, mark } = self.scanner.peek()?;
        let line = mark.line;
        match kind {
            &Kind::Alias(name) if properties.is_none() => {
                let anchored = self.alias(name, line)?;
                return Ok(anchored.node.clone());
            }
            Kind::Scalar { .. } => {}
            kind if starts_collection(kind, place) => {
                return self.collection(properties.and_then(|properties| properties.anchor));
            }
            _ if properties.is_some() => {}
            _ => return Err(Error::new(line, Problem::ExpectedValue)),
        }
        let (scalar, mark) = self.scalar(properties)?;
        typed(scalar, mark)
    }

    /// Reads an anchor and a tag, in either order.
    fn properties(&mut self) -> Result<Option<Properties<'a>>, Error> {
        let (mut anchor, mut tag) = (None, None);
        loop {
            match self.scanner.peek()?.kind {
                Kind::Anchor(name) if anchor.is_none() => anchor = Some(name),
                Kind::Tag(found) if tag.is_none() => tag = Some(found),
                _ if anchor.is_none() && tag.is_none() => return Ok(None),
                _ => return Ok(Some(Properties { anchor, tag })),
            }
            self.scanner.next()?;
        }
    }

    /// Reads a scalar, or makes an empty one after an anchor or tag without anything.
    fn scalar(&mut self, of: Option<Properties<'a>>) -> Result<(Scalar<'a>, Mark), Error> {
        let mark = self.mark()?;
        self.budget.add(1, mark.line)?;
        let (text, plain) = match self.scanner.peek()?.kind {
            Kind::Scalar { .. } => self.scanner.next_scalar()?,
            _ => (Cow::Borrowed(""), true),
        };
        let tag = of.and_then(|properties| properties.tag);
        let error = |problem| Error::new(mark.line, problem);
        let scalar = resolve::resolve(text, plain, tag).map_err(error)?;
        if let Some(name) = of.and_then(|properties| properties.anchor) {
            let anchored = Anchored {
                node: typed(scalar.clone(), mark)?,
                key: resolve::key(scalar.clone()),
                nodes: 1,
                levels: 0,
            };
            self.anchors.insert(name, Some(anchored));
        }
        Ok((scalar, mark))
    }

    /// Reads an alias: what its anchor stands for.
    fn alias(&mut self, name: &'a str, line: u32) -> Result<&Anchored, Error> {
        self.scanner.next()?;
        self.budget.add(1, line)?;
        match self.anchors.get(name) {
            None => Err(Error::new(line, Problem::UnknownAnchor)),
            Some(None) => Err(Error::new(line, Problem::RecursiveAnchor)),
            Some(Some(anchored)) => {
                self.budget.add_alias(anchored.nodes, line)?;
                self.budget.enter(anchored.levels, line)?;
                self.budget.leave(anchored.levels);
                Ok(anchored)
            }
        }
    }

    /// Reads a list or a mapping.
    fn collection(&mut self, anchor: Option<&'a str>) -> Result<Node, Error> {
        let mark = self.mark()?;
        let before = self.budget.nodes();
        self.budget.add(1, mark.line)?;
        self.budget.enter(1, mark.line)?;
        if let Some(name) = anchor {
            self.anchors.insert(name, None);
        }
        let value = match self.scanner.peek()?.kind {
            Kind::FlowSequence => self.flow_sequence(mark)?,
            Kind::FlowMapping => self.flow_mapping(mark)?,
            Kind::BlockSequence => self.block_sequence(mark.line)?,
            Kind::BlockMapping => self.block_mapping(mark.line)?,
            _ => self.items()?,
        };
        self.budget.leave(1);
        let node = node_at(mark, value);
        if let Some(name) = anchor {
            let anchored = Anchored {
                node: node.clone(),
                key: Err(Problem::BadKey("a list or a mapping")),
                nodes: self.budget.nodes() - before,
                levels: levels(&node),
            };
            self.anchors.insert(name, Some(anchored));
        }
        Ok(node)
    }

    fn block_sequence(&mut self, line: u32) -> Result<Value, Error> {
        self.scanner.next()?;
        let items = self.items()?;
        self.end_block(Problem::ExpectedItem(line))?;
        Ok(items)
    }

    /// Goes over the end of a block.
    fn end_block(&mut self, expected: Problem) -> Result<(), Error> {
        let token = self.scanner.next()?;
        match token.kind {
            Kind::BlockEnd => Ok(()),
            _ => Err(Error::new(token.mark.line, expected)),
        }
    }

    /// Reads the items of a list that start with `-`.
    fn items(&mut self) -> Result<Value, Error> {
        let mut items = Vec::new();
        while self.next_is(&Kind::BlockEntry)? {
            let mark = self.scanner.next()?.mark;
            let next = &self.scanner.peek()?.kind;
            let item = match next {
                Kind::BlockEntry => self.null(mark)?,
                kind if ends_value(kind) => self.null(mark)?,
                _ => self.node(Place::Block)?,
            };
            items.push(item);
        }
        Ok(Value::Sequence(items))
    }

    /// The value that is not there.
    pub(super) fn null(&mut self, mark: Mark) -> Result<Node, Error> {
        self.budget.add(1, mark.line)?;
        Ok(node_at(mark, Value::Null))
    }

    fn block_mapping(&mut self, line: u32) -> Result<Value, Error> {
        self.scanner.next()?;
        let mut entries = Vec::new();
        while self.next_is(&Kind::Key)? {
            self.scanner.next()?;
            self.entry(Place::BlockMapping, &mut entries)?;
        }
        self.end_block(Problem::ExpectedKey(line))?;
        Ok(self.mapping(entries))
    }

    /// Reads a key and its value; `Key` is behind us.
    pub(super) fn entry(&mut self, place: Place, entries: &mut Vec<Entry>) -> Result<(), Error> {
        let mark = self.mark()?;
        let key = self.key(place)?;
        let value = self.next_is(&Kind::Value)?;
        if value {
            self.scanner.next()?;
        }
        let Some(key) = key else {
            return self.merge(place, entries);
        };
        let node = if value && !ends_value(&self.scanner.peek()?.kind) {
            self.node(place)?
        } else {
            self.null(mark)?
        };
        let Mark { line, column } = mark;
        entries.push(Entry { key, line, column, node });
        Ok(())
    }

    /// Reads a key; `None` is `<<`.
    pub(super) fn key(&mut self, place: Place) -> Result<Option<String>, Error> {
        let properties = self.properties()?;
        let Token { kind, mark } = self.scanner.peek()?;
        let line = mark.line;
        let problem = match kind {
            &Kind::Alias(name) if properties.is_none() => {
                let key = self.alias(name, line)?.key.clone();
                return key.map(Some).map_err(|problem| Error::new(line, problem));
            }
            Kind::Scalar { text, plain: true } if text == "<<" && may_merge(properties) => {
                self.scanner.next()?;
                return Ok(None);
            }
            Kind::Scalar { .. } => None,
            kind if starts_collection(kind, place) => Some(Problem::BadKey("a list or a mapping")),
            _ if properties.is_some() => None,
            kind if ends_value(kind) => Some(Problem::BadKey("null")),
            _ => Some(Problem::ExpectedValue),
        };
        if let Some(problem) = problem {
            return Err(Error::new(line, problem));
        }
        let (scalar, _) = self.scalar(properties)?;
        let key = resolve::key(scalar).map_err(|problem| Error::new(line, problem))?;
        Ok(Some(key))
    }

    /// Reads the value of `<<`. Earlier mappings of a list win over later ones, and keys that
    /// stand after `<<` over those that it brings.
    fn merge(&mut self, place: Place, entries: &mut Vec<Entry>) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        let error = Error::new(token.mark.line, Problem::BadMerge);
        let alias = matches!(token.kind, Kind::Alias(_));
        if ends_value(&token.kind) {
            return Err(error);
        }
        match self.node(place)?.value {
            Value::Mapping(merged) => entries.extend(merged),
            Value::Sequence(items) if !alias => {
                for item in items.into_iter().rev() {
                    let Value::Mapping(merged) = item.value else {
                        return Err(error);
                    };
                    entries.extend(merged);
                }
            }
            _ => return Err(error),
        }
        Ok(())
    }
}

/// Whether `<<` with these properties is a merge.
fn may_merge(properties: Option<Properties<'_>>) -> bool {
    properties.is_none_or(|properties| matches!(properties.tag, None | Some(Tag::Merge)))
}

/// Whether a token starts a list or a mapping.
fn starts_collection(kind: &Kind<'_>, place: Place) -> bool {
    match kind {
        Kind::FlowSequence | Kind::FlowMapping => true,
        Kind::BlockSequence | Kind::BlockMapping => place != Place::Flow,
        Kind::BlockEntry => place == Place::BlockMapping,
        _ => false,
    }
}

/// Whether a token says that there is no value before it.
fn ends_value(kind: &Kind<'_>) -> bool {
    matches!(
        kind,
        Kind::Key
            | Kind::Value
            | Kind::BlockEnd
            | Kind::FlowEntry
            | Kind::FlowMappingEnd
            | Kind::FlowSequenceEnd
    )
}

pub(super) fn ends_document(kind: &Kind<'_>) -> bool {
    matches!(kind, Kind::End | Kind::DocumentStart | Kind::DocumentEnd)
}

pub(super) fn node_at(mark: Mark, value: Value) -> Node {
    let Mark { line, column } = mark;
    Node { line, column, value }
}

/// The value of a scalar.
fn typed(scalar: Scalar<'_>, mark: Mark) -> Result<Node, Error> {
    let value = resolve::value(scalar).map_err(|problem| Error::new(mark.line, problem))?;
    Ok(node_at(mark, value))
}

/// How many levels of lists and mappings a value has.
fn levels(node: &Node) -> usize {
    let deepest = match &node.value {
        Value::Sequence(items) => items.iter().map(levels).max(),
        Value::Mapping(entries) => entries.iter().map(|entry| levels(&entry.node)).max(),
        _ => return 0,
    };
    deepest.unwrap_or_default() + 1
}
