//! Sandbox vendors, conformance suites and a clock that tests own.

pub mod clock;
pub mod conformance;
pub mod sandbox;
