//! Where the files of a release originally are.
//!
//! # Decisions
//! * URLs are built here and never taken from an answer: a download link of a catalogue and the
//!   next page of a listing are followed on the configured hosts only, so that a proxy works and a
//!   token goes nowhere else.

use serde::{Deserialize, Serialize};
use url::Url;

use super::Error;
use crate::release::{GUIDE_FOLDER, Minor, Resource};

/// The base URLs of the four hosts that serve releases, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origins {
    /// GitHub's REST API.
    pub api: String,
    /// GitHub's website, which serves the files of releases.
    pub web: String,
    /// The host of raw files.
    pub raw: String,
    /// The host of the artifact bucket.
    pub bucket: String,
}

impl Default for Origins {
    fn default() -> Self {
        Self {
            api: "https://api.github.com".to_owned(),
            web: "https://github.com".to_owned(),
            raw: "https://raw.githubusercontent.com".to_owned(),
            bucket: "https://storage.googleapis.com".to_owned(),
        }
    }
}

impl Origins {
    /// The same base URLs without slashes at their ends.
    ///
    /// # Errors
    /// When one is no HTTP URL or holds more than a base: credentials would end up in reports.
    pub fn checked(self) -> Result<Self, Error> {
        Ok(Self {
            api: base("GitHub's REST API", &self.api)?,
            web: base("GitHub's website", &self.web)?,
            raw: base("raw files", &self.raw)?,
            bucket: base("the artifact bucket", &self.bucket)?,
        })
    }

    /// Where a file is.
    pub fn file(&self, resource: &Resource) -> String {
        let Self { web, raw, bucket, .. } = self;
        match resource {
            Resource::Asset { tag, name } => {
                let path = encoded(&format!("{tag}/{name}"));
                format!("{web}/kyma-project/kyma/releases/download/{path}")
            }
            Resource::Bucket { tag, name } => {
                let path = encoded(&format!("{tag}/{name}"));
                format!("{bucket}/kyma-prow-artifacts/{path}")
            }
            Resource::Raw { reference, path } => {
                let path = encoded(&format!("{reference}/{path}"));
                format!("{raw}/kyma-project/kyma/{path}")
            }
            Resource::Archive { tag } => {
                let path = encoded(&format!("{tag}.tar.gz"));
                format!("{web}/kyma-project/kyma/archive/refs/tags/{path}")
            }
            Resource::Notes { dir } => {
                let path = encoded(&format!("{dir}/index.md"));
                format!("{raw}/kyma-project/website/main/content/blog-posts/{path}")
            }
        }
    }

    /// The first page of the list of releases.
    pub fn releases(&self) -> String {
        self.releases_page("per_page=100&page=1")
    }

    /// The page of the list of releases that a `next` link names.
    pub(super) fn next_releases(&self, link: &str) -> String {
        let query = link.split_once('?').map_or("", |(_, query)| query);
        self.releases_page(query)
    }

    fn releases_page(&self, query: &str) -> String {
        format!("{}/repos/kyma-project/kyma/releases?{query}", self.api)
    }

    /// The listing of the migration guides on the release branch of `minor`.
    pub fn guides(&self, minor: Minor) -> String {
        let (api, branch) = (&self.api, minor.branch());
        format!("{api}/repos/kyma-project/kyma/contents/{GUIDE_FOLDER}?ref={branch}")
    }

    /// The listing of the website's blog posts.
    pub fn notes(&self) -> String {
        let api = &self.api;
        format!("{api}/repos/kyma-project/website/contents/content/blog-posts")
    }
}

fn base(of: &'static str, text: &str) -> Result<String, Error> {
    let refuse = |cause: &str| {
        Err(Error::BaseUrl { of, url: without_secrets(text).to_owned(), cause: cause.to_owned() })
    };
    let Ok(url) = Url::parse(text) else {
        return refuse("it is no URL");
    };
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return refuse("it is no http or https URL");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("it holds a user name or password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("it holds a query or fragment");
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// What is left of a URL without the parts that may be secret: user name, password, query, fragment.
fn without_secrets(url: &str) -> &str {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let public = &url[..end];
    public.rsplit_once('@').map_or(public, |(_, rest)| rest)
}

/// A path with everything but unreserved characters and its slashes percent-encoded.
fn encoded(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_where_their_publishers_put_them() {
        let origins = Origins::default();
        let (tag, name) = ("1.0.0+1".to_owned(), "a b.yaml".to_owned());
        let asset = Resource::Asset { tag: tag.clone(), name: name.clone() };
        let url = "https://github.com/kyma-project/kyma/releases/download/1.0.0%2B1/a%20b.yaml";
        assert_eq!(origins.file(&asset), url);
        let url = "https://storage.googleapis.com/kyma-prow-artifacts/1.0.0%2B1/a%20b.yaml";
        assert_eq!(origins.file(&Resource::Bucket { tag, name }), url);
        let minor = Minor { major: 1, minor: 2 };
        let url = "https://raw.githubusercontent.com/kyma-project/kyma/release-1.2/docs/migration-guides/1.1-1.2.md";
        assert_eq!(origins.file(&Resource::guide(minor, "1.1-1.2.md")), url);
    }

    #[test]
    fn a_next_link_is_followed_on_the_own_host_whatever_host_and_path_it_names() {
        let origins = Origins::default();
        let link = "https://elsewhere.example/repositories/1/releases?per_page=100&page=2";
        let url = "https://api.github.com/repos/kyma-project/kyma/releases?per_page=100&page=2";
        assert_eq!(origins.next_releases(link), url);
    }

    #[test]
    fn base_urls_lose_their_last_slash() {
        let base = |text| base("raw files", text);
        assert_eq!(base("http://127.0.0.1:80/").unwrap(), "http://127.0.0.1");
        let enterprise = "https://github.example.com/api/v3";
        assert_eq!(base(&format!("{enterprise}/")).unwrap(), enterprise);
    }

    #[test]
    fn unusable_base_urls_are_refused_without_showing_credentials() {
        let texts = [
            "",
            "github.com",
            "ftp://github.com",
            "file:///etc",
            "https://me:secret@github.com",
            "me:secret@github.com",
            "https://github.com/?token=secret",
            "https://github.com/#a",
        ];
        for text in texts {
            let error = base("raw files", text).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
