//! Identifiers: UUIDs of version 7 for rows, opaque ids on the wire, secrets.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use rand::Rng;
use uuid::Uuid;

const OPAQUE_PREFIX: &str = "HR_id_";
/// 62^22 is the first power of 62 above 2^128.
const OPAQUE_DIGITS: usize = 22;

/// Makes ids and secrets; injected so that tests can repeat them.
pub trait Ids: Send + Sync {
    /// A UUID of version 7 (RFC 9562) for a row made at `now`.
    fn uuid(&self, now: DateTime<Utc>) -> Uuid;

    /// Fills `bytes` with what nobody can guess.
    fn fill(&self, bytes: &mut [u8]);
}

/// Ids from the operating system's random numbers.
#[derive(Debug, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn uuid(&self, now: DateTime<Utc>) -> Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        uuid_v7(now, random)
    }

    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

/// The UUID of version 7 that holds the milliseconds of `now` and these random bits.
pub fn uuid_v7(now: DateTime<Utc>, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// `HR_id_` and the UUID in base 62, always 22 digits.
pub fn opaque(uuid: Uuid) -> String {
    let digits = base62::encode(uuid.as_u128());
    let mut id = String::with_capacity(OPAQUE_PREFIX.len() + OPAQUE_DIGITS);
    id.push_str(OPAQUE_PREFIX);
    id.extend(std::iter::repeat_n(
        '0',
        OPAQUE_DIGITS.saturating_sub(digits.len()),
    ));
    id.push_str(&digits);
    id
}

/// Reads what [`opaque`] wrote; `None` for anything else.
pub fn parse_opaque(text: &str) -> Option<Uuid> {
    let digits = text.strip_prefix(OPAQUE_PREFIX)?;
    if digits.len() != OPAQUE_DIGITS {
        return None;
    }
    base62::decode(digits).ok().map(Uuid::from_u128)
}

/// Reads what [`opaque`] wrote, or a UUID in its usual form; `None` for anything else.
pub fn parse_either(text: &str) -> Option<Uuid> {
    parse_opaque(text).or_else(|| Uuid::try_parse(text).ok())
}

/// `length` characters of base 62, each equally likely, for keys and tokens.
pub fn secret(ids: &dyn Ids, length: usize) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut secret = String::with_capacity(length);
    while secret.len() < length {
        let mut bytes = [0; 64];
        ids.fill(&mut bytes);
        // 248 is the largest multiple of 62 in a byte; what lies above would favour some characters.
        let fair = bytes.iter().filter(|byte| **byte < 248);
        let characters = fair.filter_map(|byte| ALPHABET.get(usize::from(byte % 62)));
        secret.extend(
            characters
                .take(length - secret.len())
                .map(|byte| char::from(*byte)),
        );
    }
    secret
}

pub(crate) fn encode_url_safe(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode_url_safe(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
