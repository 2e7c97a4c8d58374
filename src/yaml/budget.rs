//! How large a document may be.

use super::{Error, Problem};

/// What a document may use before reading it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one document.
    pub bytes: usize,
    /// Levels of nesting. More than 200 count as 200, so that no reader or printer of the values
    /// runs out of stack.
    pub depth: usize,
    /// Keys and values, with aliases expanded.
    pub nodes: usize,
}

/// The deepest nesting that any limits allow.
const DEEPEST: usize = 200;

impl Default for Limits {
    /// 16 MiB, 100 levels and 1,000,000 keys and values: far more than Kubernetes manifests have.
    fn default() -> Self {
        Self { bytes: 16 << 20, depth: 100, nodes: 1_000_000 }
    }
}

/// Counts what a document uses.
#[derive(Debug)]
pub(super) struct Budget {
    nodes: usize,
    most_nodes: usize,
    depth: usize,
    most_depth: usize,
    aliased: usize,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            nodes: 0,
            most_nodes: limits.nodes,
            depth: 0,
            most_depth: limits.depth.min(DEEPEST),
            aliased: 0,
        }
    }

    /// How deep a document may be.
    pub(super) fn most_depth(&self) -> usize {
        self.most_depth
    }

    /// How many nodes were counted.
    pub(super) fn nodes(&self) -> usize {
        self.nodes
    }

    /// Counts nodes.
    pub(super) fn add(&mut self, nodes: usize, line: u32) -> Result<(), Error> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > self.most_nodes {
            return Err(Error::new(line, Problem::TooManyNodes(self.most_nodes)));
        }
        Ok(())
    }

    /// Counts the nodes of an expanded alias, which may not be nearly everything that there is.
    pub(super) fn add_alias(&mut self, nodes: usize, line: u32) -> Result<(), Error> {
        self.aliased = self.aliased.saturating_add(nodes);
        self.add(nodes, line)?;
        let suspicious = self.aliased > 100 && self.nodes > 1000;
        if suspicious && self.aliased.saturating_mul(1000) > self.nodes.saturating_mul(self.ratio())
        {
            return Err(Error::new(line, Problem::ExcessiveAliasing));
        }
        Ok(())
    }

    /// The share of aliased nodes, in thousandths, that go-yaml accepts: 99 % of up to 400,000
    /// nodes, 10 % of 4,000,000 and more, evenly less in between.
    fn ratio(&self) -> usize {
        match self.nodes {
            ..=400_000 => 990,
            400_001..4_000_000 => 990 - (self.nodes - 400_000) * 890 / 3_600_000,
            _ => 100,
        }
    }

    /// Enters a list or map.
    pub(super) fn enter(&mut self, levels: usize, line: u32) -> Result<(), Error> {
        if self.depth + levels > self.most_depth {
            return Err(Error::new(line, Problem::TooDeep(self.most_depth)));
        }
        self.depth += levels;
        Ok(())
    }

    /// Leaves it again.
    pub(super) fn leave(&mut self, levels: usize) {
        self.depth -= levels;
    }
}
