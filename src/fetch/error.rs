//! Why a source of releases could not answer, and what to do about it.

use std::path::PathBuf;

use crate::files;

/// Why a source of releases could not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A base URL is unusable.
    #[error("`{url}` cannot be the base URL of {of}: {cause}")]
    BaseUrl {
        /// What is asked for there, in words.
        of: &'static str,
        /// The URL, without what may be a secret in it.
        url: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The token cannot be sent.
    #[error("the GitHub token holds characters that no HTTP header may carry")]
    Token,
    /// The HTTP client cannot be made.
    #[error("cannot set up downloads: {cause}")]
    Client {
        /// Why.
        cause: String,
    },
    /// The server could not be reached or gave no whole answer, repeatedly.
    #[error(
        "cannot download {what} from {url}: {cause} ({failed} {})",
        if *failed == 1 { "attempt" } else { "attempts" }
    )]
    Network {
        /// What was asked for, in words.
        what: String,
        /// The URL.
        url: String,
        /// Why the last attempt failed.
        cause: String,
        /// How many attempts failed.
        failed: u32,
    },
    /// The server did not accept the token.
    #[error("cannot download {what} from {url}: the server refused the token (401 Unauthorized)")]
    TokenRefused {
        /// What was asked for, in words.
        what: String,
        /// The URL.
        url: String,
    },
    /// The server takes no more requests for a while.
    #[error("cannot download {what} from {url}: the rate limit is used up until {until}")]
    RateLimited {
        /// What was asked for, in words.
        what: String,
        /// The URL.
        url: String,
        /// When it takes requests again (RFC 3339).
        until: String,
        /// Whether a token was sent.
        token: bool,
    },
    /// The server answered something that is no answer to the question.
    #[error("cannot use {what} from {url}: it {problem}")]
    Unexpected {
        /// What was asked for, in words.
        what: String,
        /// The URL.
        url: String,
        /// What is wrong with it, as a sentence part: `is an HTML page, not JSON`.
        problem: String,
    },
    /// The network may not be used and the cache does not have it.
    #[error("cannot use {what} offline: it is not in the cache {} (it comes from {url})", cache.display())]
    NotCached {
        /// What was asked for, in words.
        what: String,
        /// Its URL.
        url: String,
        /// The cache folder.
        cache: PathBuf,
    },
    /// The cache folder cannot be used.
    #[error("cannot use the download cache {}: {cause}", path.display())]
    CacheFolder {
        /// The folder.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// No cache folder is given and the platform names none.
    #[error("cannot find a folder for the download cache: {cause}")]
    NoCacheFolder {
        /// Why.
        cause: String,
    },
    /// A file of the cache cannot be written.
    #[error("cannot keep a download in the cache: {0}")]
    CacheFile(files::Error),
    /// A directory is not what `mirror` writes.
    #[error("cannot read releases from `{}`, which is no mirror: {cause}", folder.display())]
    NotAMirror {
        /// The directory.
        folder: PathBuf,
        /// How one can tell.
        cause: String,
    },
    /// A file of a mirror is not what the mirror's digest list says.
    #[error("cannot trust the mirror: its file {} {problem}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, as a sentence part.
        problem: String,
    },
    /// A mirror does not hold what is asked for.
    #[error("cannot read {what}: the mirror {} does not hold it", folder.display())]
    NotMirrored {
        /// The directory.
        folder: PathBuf,
        /// What was asked for, in words.
        what: String,
    },
    /// A file of a mirror, or its directory, cannot be written.
    #[error("cannot write the mirror, at {}: {cause}", path.display())]
    MirrorFile {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// A mirror would be mixed into other files.
    #[error("cannot write a mirror to {}: it holds other files", folder.display())]
    NotEmpty {
        /// The directory.
        folder: PathBuf,
    },
    /// A mirror would take the place of a file.
    #[error("cannot write a mirror to {}: it is a file", folder.display())]
    NotADirectory {
        /// The file.
        folder: PathBuf,
    },
    /// A name that could leave its folder.
    #[error("refused the name {name:?}: it cannot be the name of a file in a release")]
    Name {
        /// The name.
        name: String,
    },
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::BaseUrl { .. } => {
                "give URLs like https://github.example.com/api/v3, without user name, password, \
                 query or fragment"
            }
            Self::Token => "set GITHUB_TOKEN to the token alone, or unset it",
            Self::Client { .. } => "check the proxy variables HTTPS_PROXY, HTTP_PROXY and NO_PROXY",
            Self::Network { .. } => {
                "check the network and the proxy (HTTPS_PROXY), use `--offline` to work with what \
                 is cached, or `--source DIR` with a directory that `mirror` wrote"
            }
            Self::TokenRefused { .. } => {
                "set GITHUB_TOKEN to a valid token, or unset it: public releases need none"
            }
            Self::RateLimited { token: false, .. } => {
                "set GITHUB_TOKEN to a token (it needs no scopes) for a higher limit, wait until \
                 then, or use `--offline` to work with what is cached"
            }
            Self::RateLimited { token: true, .. } => {
                "wait until then, or use `--offline` to work with what is cached"
            }
            Self::Unexpected { .. } => {
                "check the base URLs (`--github-api-url` and its siblings), whether a proxy answers \
                 in their place, and whether the server wants a token (GITHUB_TOKEN)"
            }
            Self::NotCached { .. } => {
                "run the same command once without `--offline`, or use `--source DIR` with a \
                 directory that `mirror` wrote"
            }
            Self::CacheFolder { .. } | Self::CacheFile(_) | Self::NoCacheFolder { .. } => {
                "give a folder that you may write and that has room with `--cache-dir DIR`"
            }
            Self::NotAMirror { .. } => {
                "give `github`, `demo`, or a directory that `kyma-upgrade mirror` has finished writing"
            }
            Self::Damaged { .. } => {
                "write the mirror again with `kyma-upgrade mirror --from V --to V DIR`; \
                 `sha256sum -c SHA256SUMS` in it lists all files that differ"
            }
            Self::NotMirrored { .. } => {
                "extend it where there is a network, with the versions of this upgrade: \
                 `kyma-upgrade mirror --from V --to V DIR`"
            }
            Self::MirrorFile { .. } => {
                "check the permission to write there and the room on the disk, then run the same \
                 command again; a mirror that was there before is unchanged"
            }
            Self::NotEmpty { .. } | Self::NotADirectory { .. } => {
                "give a new directory, or one that `mirror` wrote"
            }
            Self::Name { .. } => "check where the catalogue comes from: no real release has it",
        }
    }
}
