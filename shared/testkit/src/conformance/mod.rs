//! What every adapter of a port must do: named cases that an adapter's tests run one by one.
//!
//! An adapter's test file is one line per port, for example
//! `deskbridge_testkit::store_conformance!(Bench::fresh().await);`. The expression is evaluated
//! for each case, and must give a harness with nothing in it.

pub mod http;
pub mod queue;
mod samples;
pub mod secrets;
pub mod store;
pub mod vault;

/// Makes a test of each named case; the suites' own macros call it.
#[macro_export]
macro_rules! conformance_cases {
    ($fresh:expr, $suite:path { $($case:ident)+ }) => {
        $(
            #[tokio::test]
            async fn $case() {
                use $suite as suite;
                suite::$case(&$fresh).await;
            }
        )+
    };
}

#[cfg(test)]
mod tests {
    /// A case that is written and not listed would never run.
    #[test]
    fn every_case_is_listed() {
        let sources = [
            include_str!("http.rs"),
            include_str!("queue.rs"),
            include_str!("secrets.rs"),
            include_str!("store/claims.rs"),
            include_str!("store/configuration.rs"),
            include_str!("store/cursors.rs"),
            include_str!("store/entities.rs"),
            include_str!("store/events.rs"),
            include_str!("store/lanes.rs"),
            include_str!("store/operators.rs"),
            include_str!("store/soak.rs"),
            include_str!("vault.rs"),
        ];
        let lists = [
            include_str!("http.rs"),
            include_str!("queue.rs"),
            include_str!("secrets.rs"),
            include_str!("store.rs"),
            include_str!("vault.rs"),
        ];
        let listed: Vec<_> = lists
            .iter()
            .flat_map(|list| list.split_whitespace())
            .collect();
        for source in sources {
            for line in source.lines() {
                let case = line.strip_prefix("pub async fn ");
                let case = case.and_then(|rest| rest.split('(').next());
                assert!(case.is_none_or(|case| listed.contains(&case)), "{line}");
            }
        }
    }
}
