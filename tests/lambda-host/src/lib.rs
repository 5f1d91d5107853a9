//! One function as Lambda runs it: its bootstrap as a child process, and the Runtime API around it.
//!
//! ```ignore
//! let mut function = Function::start(Command::new("target/release/evaluate")).await?;
//! function.idle().await?; // it has started
//! let answer = function.invoke(event).await?; // the bytes of its response
//! let usage = function.usage()?; // processor time and memory so far
//! function.stop().await?;
//! ```
//!
//! It does one event at a time, as an environment of Lambda does, and freezes nothing in between.
//! The routes are those of
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

mod function;
mod process;
mod runtime_api;

pub use function::{Failure, Function};
pub use process::Usage;
