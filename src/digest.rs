//! SHA-256 digests as `sha256sum` prints them and as reports and plans write them.

use sha2::{Digest as _, Sha256};

/// The 64 hexadecimal digits of the digest of `bytes`, as sha256sum(1) prints them.
pub fn hex(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// `sha256:` and the hexadecimal digits of the digest of `bytes`.
pub fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(bytes))
}

/// The digest of several texts, each with its length, so that no two lists run together.
pub fn of_parts(parts: &[Option<&str>]) -> String {
    let mut bytes = Vec::new();
    for part in parts {
        match part {
            Some(text) => {
                bytes.extend(format!("{}:", text.len()).bytes());
                bytes.extend(text.bytes());
            }
            None => bytes.push(b'-'),
        }
    }
    sha256(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_sha256_of_the_bytes() {
        let expected = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b""), expected);
    }

    #[test]
    fn lists_that_join_to_the_same_text_differ() {
        assert_ne!(of_parts(&[Some("ab"), Some("c")]), of_parts(&[Some("a"), Some("bc")]));
        assert_ne!(of_parts(&[None, Some("")]), of_parts(&[Some(""), None]));
    }
}
