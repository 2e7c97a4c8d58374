//! Writing a mirror, or extending one.
//!
//! # Decisions
//! * Everything is in memory before the first file is written, and names are checked by then, so
//!   that a failed download changes nothing. All files are staged before the first one takes its
//!   name, the digest list last, so that a full disk leaves a mirror that was there as it was.
//! * A damaged digest list, or record of what the origin did not have, is as good as none: writing
//!   the mirror again is how a damaged one is repaired.
//! * An extended mirror keeps what it held; the newer answer wins where both have one, and so do the
//!   newer base URLs. They are only other ways to the same publisher.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::sums::{self, Sums};
use super::tree::Tree;
use super::{ABSENT, AbsentFiles, NOTES, ORIGIN, RELEASES, SUMS, guides_path, parsed, path};
use crate::digest;
use crate::fetch::{Error, Origins, names};
use crate::files::{self, Staged};
use crate::release::{Absent, Fetched, Minor, Problem, ReleaseRecord};

/// What a mirror is to hold: everything that a source was asked for, as it answered.
#[derive(Debug, Clone)]
pub struct Contents {
    /// The base URLs of the source.
    pub origins: Origins,
    /// The list of releases.
    pub releases: Vec<ReleaseRecord>,
    /// The names of the migration guides on each release branch that was asked for.
    pub guides: BTreeMap<Minor, Vec<String>>,
    /// The names of the blog posts.
    pub notes: Vec<String>,
    /// The files, also those that the source did not have.
    pub files: Vec<Fetched>,
}

/// What a mirror holds after it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// How many files its digest list names.
    pub files: usize,
    /// How many bytes were written this time.
    pub bytes: u64,
}

/// Writes a mirror to a directory, which is made if necessary, or extends the mirror that is there.
///
/// # Errors
/// When the directory holds other files, when a file cannot be written, or when a name could leave
/// the directory. The digest list is then not written.
pub fn write(folder: &Path, contents: &Contents) -> Result<Written, Error> {
    let known = known(folder)?;
    let plan = Plan::new(contents, known.absent)?;
    let mut sums = known.sums;
    sums.retain(|path, _| !plan.absent.contains_key(path));
    let digests = plan.files.iter().map(|(path, it)| (path.clone(), digest::hex(it)));
    sums.extend(digests);
    if !known.is_mirror {
        // The origin comes first: it marks the directory as a mirror that is being written.
        put(stage(folder, ORIGIN, &json(&contents.origins))?)?;
    }
    let staged = plan.files.iter().map(|(path, it)| stage(folder, path, it));
    let staged: Vec<_> = staged.collect::<Result<_, _>>()?;
    let list = stage(folder, SUMS, sums::format(&sums).as_bytes())?;
    staged.into_iter().try_for_each(put)?;
    put(list)?;
    let bytes = plan.files.values().map(|it| it.len() as u64).sum();
    let files = sums.len();
    Ok(Written { files, bytes })
}

/// Makes sure that a mirror can be written to a directory, before the downloads for it.
///
/// # Errors
/// When the directory holds other files or cannot be written.
pub fn check(folder: &Path) -> Result<(), Error> {
    known(folder)?;
    let existing = folder.ancestors().find(|it| it.exists());
    let probe = existing.unwrap_or(Path::new(".")).join(SUMS);
    files::check_writable(&probe).map_err(|error| unwritten(folder, &error))
}

/// What a directory holds before it is written.
#[derive(Default)]
struct Known {
    is_mirror: bool,
    sums: Sums,
    absent: AbsentFiles,
}

fn known(folder: &Path) -> Result<Known, Error> {
    if folder.exists() && !folder.is_dir() {
        let folder = folder.to_owned();
        return Err(Error::NotADirectory { folder });
    }
    // A mirror that was interrupted before its list was written has its origin.
    let marked = folder.join(ORIGIN).exists();
    let empty = fs_err::read_dir(folder).map_or(true, |mut it| it.next().is_none());
    if !marked && !empty {
        let folder = folder.to_owned();
        return Err(Error::NotEmpty { folder });
    }
    Ok(match Tree::open(folder) {
        Ok(tree) if marked => Known {
            is_mirror: true,
            absent: parsed(&tree, ABSENT).ok().flatten().unwrap_or_default(),
            sums: tree.into_sums(),
        },
        _ => Known::default(),
    })
}

/// What is written where.
struct Plan<'a> {
    files: BTreeMap<String, Cow<'a, [u8]>>,
    absent: AbsentFiles,
}

impl<'a> Plan<'a> {
    fn new(contents: &'a Contents, absent: AbsentFiles) -> Result<Self, Error> {
        let files = BTreeMap::new();
        let mut plan = Self { files, absent };
        for fetched in &contents.files {
            plan.add(fetched)?;
        }
        plan.add_json(ORIGIN, &contents.origins);
        plan.add_json(RELEASES, &contents.releases);
        plan.add_json(NOTES, &contents.notes);
        for (minor, names) in &contents.guides {
            plan.add_json(&guides_path(*minor), names);
        }
        let absent = json(&plan.absent).into();
        plan.files.insert(ABSENT.to_owned(), absent);
        Ok(plan)
    }

    fn add(&mut self, fetched: &'a Fetched) -> Result<(), Error> {
        match fetched {
            Ok(artifact) => {
                names::check(&artifact.resource)?;
                let path = path(&artifact.resource);
                self.absent.remove(&path);
                self.files.insert(path, artifact.bytes.as_slice().into());
            }
            Err(Absent { resource, problem, .. }) => {
                names::check(resource)?;
                let problem = match problem {
                    Problem::Missing => None,
                    Problem::Unusable(text) => Some(text.clone()),
                };
                self.absent.insert(path(resource), problem);
            }
        }
        Ok(())
    }

    fn add_json(&mut self, path: &str, value: &impl Serialize) {
        self.files.insert(path.to_owned(), json(value).into());
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).expect("all keys are texts");
    text.push(b'\n');
    text
}

/// A file with its path.
type StagedAt = (PathBuf, Staged);

fn stage(folder: &Path, path: &str, bytes: &[u8]) -> Result<StagedAt, Error> {
    let path = folder.join(path);
    let staged = Staged::write(&path, bytes).map_err(|error| unwritten(&path, &error))?;
    Ok((path, staged))
}

fn put((path, staged): StagedAt) -> Result<(), Error> {
    staged.put().map_err(|error| unwritten(&path, &error))
}

fn unwritten(path: &Path, error: &files::Error) -> Error {
    Error::MirrorFile { path: path.to_owned(), cause: error.cause() }
}
