//! What is asked for, and whether an answer can be what was asked for.
//!
//! # Decisions
//! * An answer is checked before it is kept, so that a garbled one is asked for again and never
//!   comes back from the cache.
//! * A wrong size, a wrong digest or broken JSON may be an accident of the transfer ([`Flaw::Wrong`])
//!   and is worth another attempt. An HTML page or a file over the limit is what the server means.

use crate::digest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::names;
use crate::files::size;
use crate::release::{Asset, Minor, ReleaseRecord, Resource};

/// The most bytes of one file, 64 MiB. The largest artifact of a real release has about 1 MiB, a
/// page of 100 releases with their descriptions about 3 MiB, and a source archive with all its
/// documentation some tens.
pub const LIMIT: u64 = 64 << 20;

/// One question to a server.
#[derive(Debug)]
pub(super) struct Query<'a> {
    /// Where it is asked.
    pub(super) url: String,
    /// What is asked for, in words.
    pub(super) what: String,
    /// What the answer has to be.
    pub(super) answer: Answer<'a>,
}

/// What an answer has to be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer<'a> {
    /// One page of the list of releases.
    Releases,
    /// A folder's listing.
    Listing,
    /// A file, and what the catalogue says about it.
    File(&'a Resource, Option<&'a Asset>),
}

/// What is wrong with an answer, as a sentence part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flaw {
    /// Another attempt may give another answer.
    Wrong(String),
    /// The answer is meant so.
    Unusable(String),
}

impl Flaw {
    /// The sentence part.
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Wrong(text) | Self::Unusable(text) => text,
        }
    }
}

/// One entry of a folder's listing by GitHub's contents API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    pub(super) name: String,
    /// `file`, `dir`, `symlink` or `submodule`.
    #[serde(rename = "type", default)]
    pub(super) kind: String,
}

impl<'a> Query<'a> {
    pub(super) fn releases(url: String) -> Self {
        Self { url, what: "the list of releases".to_owned(), answer: Answer::Releases }
    }

    pub(super) fn guides(url: String, minor: Minor) -> Self {
        Self { url, what: words_for_guides(minor), answer: Answer::Listing }
    }

    pub(super) fn notes(url: String) -> Self {
        Self { url, what: WORDS_FOR_NOTES.to_owned(), answer: Answer::Listing }
    }

    pub(super) fn file(url: String, resource: &'a Resource, expected: Option<&'a Asset>) -> Self {
        Self { url, what: names::words(resource), answer: Answer::File(resource, expected) }
    }
}

/// The listing of blog posts, in words.
pub(super) const WORDS_FOR_NOTES: &str = "the list of release notes";

/// The listing of migration guides, in words.
pub(super) fn words_for_guides(minor: Minor) -> String {
    format!("the list of migration guides on branch {}", minor.branch())
}

impl Answer<'_> {
    /// Whether GitHub's REST API gives it.
    pub(super) fn is_api(self) -> bool {
        !matches!(self, Self::File(..))
    }

    /// Whether it may change under the same URL.
    pub(super) fn is_mutable(self) -> bool {
        match self {
            Self::Releases | Self::Listing => true,
            Self::File(resource, _) => resource.is_mutable(),
        }
    }

    /// Whether these bytes can be the answer.
    pub(super) fn judge(self, bytes: &[u8]) -> Result<(), Flaw> {
        within_limit(bytes.len() as u64).map_err(Flaw::Unusable)?;
        if is_html(bytes) {
            let text = format!("is an HTML page, not {}", self.format());
            return Err(Flaw::Unusable(text));
        }
        match self {
            Self::Releases => json::<Vec<ReleaseRecord>>(bytes),
            Self::Listing => json::<Vec<Listed>>(bytes),
            Self::File(_, None) => Ok(()),
            Self::File(_, Some(asset)) => fits(bytes, asset),
        }
    }

    fn format(self) -> &'static str {
        let Self::File(resource, _) = self else {
            return "JSON";
        };
        let name = resource.source();
        match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "yaml" | "yml" => "YAML",
            "md" => "Markdown",
            "json" => "JSON",
            "sh" => "a script",
            "gz" => "an archive",
            _ => "the file",
        }
    }
}

/// Refuses what the catalogue already says to be too large.
pub(super) fn announced(expected: Option<&Asset>) -> Result<(), String> {
    expected.map_or(Ok(()), |asset| within_limit(asset.size))
}

/// Refuses a size above the limit.
pub(super) fn within_limit(bytes: u64) -> Result<(), String> {
    if LIMIT < bytes {
        let (actual, limit) = (size(bytes), size(LIMIT));
        return Err(format!("is {actual}, more than the limit of {limit}"));
    }
    Ok(())
}

fn fits(bytes: &[u8], asset: &Asset) -> Result<(), Flaw> {
    if bytes.len() as u64 != asset.size {
        let (actual, listed) = (bytes.len(), asset.size);
        let text = format!("has {actual} bytes, but the release lists {listed}");
        return Err(Flaw::Wrong(text));
    }
    let listed = asset.digest.as_deref().unwrap_or_default();
    match listed.strip_prefix("sha256:") {
        Some(listed) if !listed.eq_ignore_ascii_case(&digest::hex(bytes)) => {
            Err(Flaw::Wrong("does not have the SHA-256 digest that the release lists".to_owned()))
        }
        _ => Ok(()),
    }
}

fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<(), Flaw> {
    let parsed = serde_json::from_slice::<T>(bytes).map(drop);
    parsed.map_err(|error| Flaw::Wrong(format!("is not the JSON of GitHub's API: {error}")))
}

fn is_html(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = text.trim_ascii_start();
    let starts = |tag: &[u8]| text.get(..tag.len()).is_some_and(|it| it.eq_ignore_ascii_case(tag));
    starts(b"<!doctype html") || starts(b"<html")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource() -> Resource {
        Resource::Asset { tag: "1.0.0".to_owned(), name: "kyma-installer.yaml".to_owned() }
    }

    fn asset(size: u64, digest: Option<&str>) -> Asset {
        Asset {
            name: "kyma-installer.yaml".to_owned(),
            size,
            browser_download_url: String::new(),
            digest: digest.map(str::to_owned),
        }
    }

    /// `printf abc | sha256sum`
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn html_is_recognised_behind_a_mark_and_space_and_in_any_case() {
        let resource = resource();
        let answer = Answer::File(&resource, None);
        for page in ["<!DOCTYPE html>", "\u{feff}\n <HTML lang=en>", "<html>"] {
            let flaw = Flaw::Unusable("is an HTML page, not YAML".to_owned());
            assert_eq!(answer.judge(page.as_bytes()), Err(flaw), "{page}");
        }
        for text in ["", "<", "a: <html>", "# <!doctype html>"] {
            assert_eq!(answer.judge(text.as_bytes()), Ok(()), "{text}");
        }
    }

    #[test]
    fn size_and_digest_of_the_catalogue_must_fit() {
        let (resource, upper) = (resource(), format!("sha256:{}", ABC.to_uppercase()));
        let judge = |asset: &Asset| Answer::File(&resource, Some(asset)).judge(b"abc");
        assert_eq!(judge(&asset(3, None)), Ok(()));
        assert_eq!(judge(&asset(3, Some(&upper))), Ok(()));
        assert_eq!(judge(&asset(3, Some("md5:0"))), Ok(()));
        let text = "has 3 bytes, but the release lists 4".to_owned();
        assert_eq!(judge(&asset(4, None)), Err(Flaw::Wrong(text)));
        assert!(judge(&asset(3, Some("sha256:00"))).is_err());
    }

    #[test]
    fn what_is_over_the_limit_is_named_with_its_size() {
        let text = "is 200 MiB, more than the limit of 64 MiB".to_owned();
        assert_eq!(announced(Some(&asset(200 << 20, None))), Err(text));
        assert_eq!(announced(Some(&asset(LIMIT, None))), Ok(()));
    }

    #[test]
    fn listings_must_be_the_json_of_the_api() {
        assert_eq!(Answer::Listing.judge(b"[]"), Ok(()));
        let full = br#"[{"name": "1.1-1.2.md", "type": "file", "size": 3}]"#;
        assert_eq!(Answer::Listing.judge(full), Ok(()));
        for garbled in ["[", "{}", r#"[{"nbme": "a"}]"#] {
            let flaw = Answer::Listing.judge(garbled.as_bytes());
            assert!(matches!(flaw, Err(Flaw::Wrong(_))), "{garbled}");
        }
    }
}
