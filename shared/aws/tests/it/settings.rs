//! What the functions are told by their environment.

use deskbridge_aws::settings::ALL;

#[test]
fn every_environment_variable_stands_in_the_readme() {
    let readme = include_str!("../../../../README.md");
    for name in ALL {
        assert!(readme.contains(&format!("`{name}")), "{name} is not there");
    }
}
