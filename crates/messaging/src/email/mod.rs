//! E-mail: found in files ([`source`]), understood ([`parse`]) and made into conversations ([`import`]).

pub mod import;
pub mod parse;
pub mod source;
