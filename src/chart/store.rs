//! The index as bytes, so that a release's archive is read only once.
//!
//! # Decisions
//! * Texts are numbered: references mention each of them several times.
//! * Keys and shapes are spelled out in types of their own, so that the public ones can change
//!   without changing what is stored by accident.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Chart, ChartIndex, Kind, Problem, Reference, Sink, ValueLeaf};

/// The number of the stored form. It changes with the types and with what is found in charts, so
/// that an older index is never taken for a current one.
pub const FORMAT: u32 = 2;

const DIGEST: usize = 32;

/// Why stored bytes cannot be used. The index has to be built again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// They were written by another version of the program.
    #[error("the chart index has format {0}, this program reads format {FORMAT}")]
    Format(u32),
    /// They are not what was written.
    #[error("the chart index is damaged")]
    Damaged,
}

#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    #[serde(borrow)]
    texts: Vec<&'a str>,
    charts: Vec<StoredChart>,
}

#[derive(Serialize, Deserialize)]
struct StoredChart {
    name: String,
    values: Vec<StoredLeaf>,
    profiles: Vec<(String, Vec<StoredLeaf>)>,
    subcharts: Vec<String>,
    problems: Vec<Problem>,
    identity: Option<[u8; 32]>,
    references: Vec<StoredReference>,
    patterns: usize,
}

#[derive(Serialize, Deserialize)]
struct StoredLeaf {
    key: String,
    /// As JSON: a value of any type has no place in a format that needs to know types beforehand.
    default: String,
    kind: Kind,
    source: u32,
    line: u32,
    comment: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredReference {
    /// Key, source, text; kind, API version, name, field and line of the sink.
    texts: [u32; 8],
    /// The variable, item and template of the sink.
    options: [Option<u32>; 3],
    line: u32,
    whole: bool,
    guard: bool,
}

impl ChartIndex {
    /// The index as bytes: the format, the SHA-256 of the rest, the rest.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        let charts = self.iter().map(|it| writer.chart(it)).collect();
        let texts = writer.texts.iter().map(String::as_str).collect();
        let stored = Stored { texts, charts };
        let body = postcard::to_stdvec(&stored).expect("plain data can be written to memory");
        let mut bytes = FORMAT.to_le_bytes().to_vec();
        bytes.extend(Sha256::digest(&body));
        bytes.extend(body);
        bytes
    }

    /// The index that was stored as these bytes.
    ///
    /// # Errors
    /// The bytes have another format, or are not what was stored.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        let (format, rest) = bytes.split_first_chunk().ok_or(StoreError::Damaged)?;
        let format = u32::from_le_bytes(*format);
        if format != FORMAT {
            return Err(StoreError::Format(format));
        }
        let (digest, body) = rest.split_first_chunk::<DIGEST>().ok_or(StoreError::Damaged)?;
        if Sha256::digest(body).as_slice() != digest {
            return Err(StoreError::Damaged);
        }
        let stored: Stored<'_> = postcard::from_bytes(body).map_err(|_| StoreError::Damaged)?;
        let reader = Reader { texts: stored.texts.into_iter().map(Arc::from).collect() };
        let charts = stored.charts.into_iter().map(|chart| {
            let chart = reader.chart(chart)?;
            Ok((chart.name.clone(), chart))
        });
        let components = charts.collect::<Result<_, StoreError>>()?;
        Ok(Self { components })
    }
}

#[derive(Default)]
struct Writer {
    texts: Vec<String>,
    numbers: BTreeMap<Arc<str>, u32>,
}

impl Writer {
    fn number(&mut self, text: &Arc<str>) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.texts.len()).expect("texts fit into memory many times");
        self.texts.push(text.as_ref().to_owned());
        self.numbers.insert(text.clone(), number);
        number
    }

    fn chart(&mut self, chart: &Chart) -> StoredChart {
        let profiles = chart.profiles.iter();
        StoredChart {
            name: chart.name.clone(),
            values: self.leaves(&chart.values),
            profiles: profiles.map(|(name, leaves)| (name.clone(), self.leaves(leaves))).collect(),
            subcharts: chart.subcharts.clone(),
            problems: chart.problems.clone(),
            identity: chart.identity,
            references: chart.references.iter().map(|it| self.reference(it)).collect(),
            patterns: chart.patterns,
        }
    }

    fn leaves(&mut self, leaves: &BTreeMap<String, ValueLeaf>) -> Vec<StoredLeaf> {
        let stored = leaves.iter().map(|(key, leaf)| StoredLeaf {
            key: key.clone(),
            default: leaf.default.to_string(),
            kind: leaf.kind,
            source: self.number(&leaf.source),
            line: leaf.line,
            comment: leaf.comment.clone(),
        });
        stored.collect()
    }

    fn reference(&mut self, it: &Reference) -> StoredReference {
        let sink = &it.sink;
        let texts = [
            &it.key,
            &it.source,
            &it.text,
            &sink.kind,
            &sink.api_version,
            &sink.name,
            &sink.field,
            &sink.line,
        ];
        let options = [&sink.env, &sink.item, &sink.template];
        StoredReference {
            texts: texts.map(|text| self.number(text)),
            options: options.map(|text| text.as_ref().map(|text| self.number(text))),
            line: it.line,
            whole: it.whole,
            guard: sink.guard,
        }
    }
}

/// What makes values of stored ones. A number that no writer writes is damage.
struct Reader {
    texts: Vec<Arc<str>>,
}

impl Reader {
    fn text(&self, number: u32) -> Result<Arc<str>, StoreError> {
        let number = usize::try_from(number).map_err(|_| StoreError::Damaged)?;
        self.texts.get(number).cloned().ok_or(StoreError::Damaged)
    }

    fn option(&self, number: Option<u32>) -> Result<Option<Arc<str>>, StoreError> {
        number.map(|it| self.text(it)).transpose()
    }

    fn chart(&self, stored: StoredChart) -> Result<Chart, StoreError> {
        let profiles = stored.profiles.into_iter();
        let references = stored.references.iter();
        let chart = Chart {
            name: stored.name,
            values: self.leaves(stored.values)?,
            profiles: profiles
                .map(|(name, leaves)| Ok((name, self.leaves(leaves)?)))
                .collect::<Result<_, StoreError>>()?,
            subcharts: stored.subcharts,
            problems: stored.problems,
            identity: stored.identity,
            references: references.map(|it| self.reference(it)).collect::<Result<_, _>>()?,
            patterns: stored.patterns,
        };
        if chart.patterns > chart.references.len() {
            return Err(StoreError::Damaged);
        }
        Ok(chart)
    }

    fn leaves(&self, leaves: Vec<StoredLeaf>) -> Result<BTreeMap<String, ValueLeaf>, StoreError> {
        let leaf = |it: StoredLeaf| {
            let leaf = ValueLeaf {
                default: serde_json::from_str(&it.default).map_err(|_| StoreError::Damaged)?,
                kind: it.kind,
                source: self.text(it.source)?,
                line: it.line,
                comment: it.comment,
            };
            Ok((it.key, leaf))
        };
        leaves.into_iter().map(leaf).collect()
    }

    fn reference(&self, it: &StoredReference) -> Result<Reference, StoreError> {
        let [key, source, text, kind, api_version, name, field, line] = it.texts;
        let [env, item, template] = it.options;
        Ok(Reference {
            key: self.text(key)?,
            whole: it.whole,
            source: self.text(source)?,
            line: it.line,
            text: self.text(text)?,
            sink: Sink {
                kind: self.text(kind)?,
                api_version: self.text(api_version)?,
                name: self.text(name)?,
                field: self.text(field)?,
                env: self.option(env)?,
                item: self.option(item)?,
                template: self.option(template)?,
                line: self.text(line)?,
                guard: it.guard,
            },
        })
    }
}
