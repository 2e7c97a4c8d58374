//! The index as bytes, so that a release's archive is read only once.

use sha2::{Digest, Sha256};

use super::ChartIndex;

/// The number of the stored form. It changes with the types and with what is found in charts, so
/// that an older index is never taken for a current one.
pub const FORMAT: u32 = 1;

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

impl ChartIndex {
    /// The index as bytes: the format, the SHA-256 of the rest, the rest.
    pub fn to_bytes(&self) -> Vec<u8> {
        let body = postcard::to_stdvec(self).expect("plain data can be written to memory");
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
        let (digest, body) = rest
            .split_first_chunk::<DIGEST>()
            .ok_or(StoreError::Damaged)?;
        if Sha256::digest(body).as_slice() != digest {
            return Err(StoreError::Damaged);
        }
        postcard::from_bytes(body).map_err(|_| StoreError::Damaged)
    }
}

/// JSON inside of a format that needs to know types beforehand: as text.
pub(super) mod json {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use serde_json::Value;

    pub(in crate::chart) fn serialize<S: Serializer>(
        value: &Value,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&value.to_string())
    }

    pub(in crate::chart) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Value, D::Error> {
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text).map_err(D::Error::custom)
    }
}
