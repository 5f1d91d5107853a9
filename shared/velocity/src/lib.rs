#![doc = include_str!("../README.md")]

mod ast;
mod context;
mod error;
mod lexer;
mod methods;
mod number;
mod object;
mod parser;
mod render;
mod template;
pub mod tools;
mod value;

pub use context::{Context, Limits};
pub use error::{Error, ErrorKind, Position, Result};
pub use number::Number;
pub use object::Object;
pub use template::{Rendered, Template, Unresolved};
pub use value::{List, Map, Value};
