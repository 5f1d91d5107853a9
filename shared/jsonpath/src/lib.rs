#![doc = include_str!("../README.md")]

mod ast;
mod cursor;
mod decimal;
mod error;
mod eval;
mod filter;
mod functions;
mod json;
mod options;
mod parser;
mod path;
mod pattern;
mod unescape;

pub use error::{Error, ErrorKind, Result};
pub use options::{Limits, Options};
pub use path::JsonPath;
