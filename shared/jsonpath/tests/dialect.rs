//! What paths of this dialect mean, as claims. Each was also put to the original by the differential
//! test's grammar; these are the ones that people rely on.
#![cfg(test)]

use deskbridge_jsonpath::{ErrorKind, JsonPath, Options};
use serde_json::{Value, json};

fn read(path: &str, document: &Value) -> Value {
    JsonPath::compile(path).unwrap().read(document).unwrap()
}

fn fails(path: &str, document: &Value) -> ErrorKind {
    JsonPath::compile(path)
        .unwrap()
        .read(document)
        .unwrap_err()
        .kind()
}

fn contacts() -> Value {
    json!({"total": 3, "entities": [
        {"id": "1", "name": "Ann", "phones": [{"type": "work", "number": "+1"}, {"type": "home", "number": "+2"}], "score": 5},
        {"id": "2", "name": null, "phones": [], "score": 7.5},
        {"id": "", "phones": [{"type": "work", "number": "+3"}]}]})
}

#[test]
fn a_definite_path_answers_with_the_value_and_any_other_with_a_list() {
    let document = contacts();
    assert_eq!(read("$.total", &document), json!(3));
    assert_eq!(
        read("$.entities[0].phones[-1].number", &document),
        json!("+2")
    );
    assert_eq!(read("$.entities[*].id", &document), json!(["1", "2", ""]));
    assert_eq!(
        read("$['entities'][0]['id','name','gone']", &document),
        json!({"id": "1", "name": "Ann"})
    );
    assert!(!JsonPath::compile("$..id").unwrap().is_definite());
}

#[test]
fn takes_paths_without_a_root() {
    let document = contacts();
    assert_eq!(read("total", &document), json!(3));
    assert_eq!(read("['total']", &document), json!(3));
    assert_eq!(
        read(".total", &document),
        json!([3]),
        "a dot in front makes it a deep scan"
    );
    assert_eq!(read("$.['entities'].[0].id", &document), json!("1"));
}

#[test]
fn what_is_missing_stops_a_fixed_path_and_drops_a_branch_elsewhere() {
    let document = contacts();
    assert_eq!(fails("$.NULL", &document), ErrorKind::NotFound);
    assert_eq!(fails("$.gone[*].id", &document), ErrorKind::NotFound);
    assert_eq!(
        fails("$.gone[?(@.id == 1)]", &document),
        ErrorKind::NotFound
    );
    assert_eq!(fails("$.entities[9]", &document), ErrorKind::NotFound);
    assert_eq!(fails("$.total[0:2]", &document), ErrorKind::NotFound);
    assert_eq!(
        fails("$.total[?(@.a)]", &document),
        ErrorKind::NotApplicable
    );
    assert_eq!(read("$.entities[*].gone.number", &document), json!([]));
    assert_eq!(read("$.entities[9].phones[*]", &document), json!([]));
    assert_eq!(read("$..gone", &document), json!([]));
}

#[test]
fn null_is_a_value() {
    let document = contacts();
    assert_eq!(read("$.entities[1].name", &document), json!(null));
    assert_eq!(
        read("$.entities[?(@.name == null)].id", &document),
        json!(["2"])
    );
    assert_eq!(
        fails("$.entities[1].name.first", &document),
        ErrorKind::NotFound
    );
}

#[test]
fn not_equal_keeps_what_lacks_the_property() {
    let document = contacts();
    assert_eq!(
        read("$.entities[?(@.name != 'Ann')].id", &document),
        json!(["2", ""])
    );
    assert_eq!(
        read("$.entities[?(@.id != '')].id", &document),
        json!(["1", "2"])
    );
    assert_eq!(read("$.entities[?(!@.name)].id", &document), json!([""]));
    assert_eq!(
        read("$.entities[?(!(@.score > 6))].id", &document),
        json!(["1", ""])
    );
}

#[test]
fn filters_compare_join_and_look_into_lists() {
    let document = contacts();
    let ids = |filter: &str| read(&format!("$.entities[?({filter})].id"), &document);
    assert_eq!(ids("@.score >= 5 && @.score < 7.5"), json!(["1"]));
    assert_eq!(
        ids("@.id == '2' || @.phones[0].type == 'work'"),
        json!(["1", "2", ""])
    );
    assert_eq!(ids("@.id in ['1', '2']"), json!(["1", "2"]));
    assert_eq!(ids("@.id nin ['1', '2']"), json!([""]));
    assert_eq!(ids("@.phones size 2"), json!(["1"]));
    assert_eq!(ids("@.phones empty true"), json!(["2"]));
    assert_eq!(ids("@.name =~ /an+/i"), json!(["1"]));
    assert_eq!(ids("'home' in @.phones[*].type"), json!(["1"]));
    assert_eq!(ids("@.phones[*].type contains 'work'"), json!(["1", ""]));
    assert_eq!(ids("@.phones[*].type subsetof ['work']"), json!(["2", ""]));
    assert_eq!(ids("@.phones[*].type anyof ['home', 'fax']"), json!(["1"]));
    assert_eq!(
        ids("@.phones[*].type noneof ['home', 'fax']"),
        json!(["2", ""])
    );
    assert_eq!(ids("'1' == @.id"), json!(["1"]));
    assert_eq!(ids("@.score > $.total"), json!(["1", "2"]));
    assert_eq!(ids("@.phones.length() == 1"), json!([""]));
}

#[test]
fn a_filter_over_an_object_tests_the_object_itself() {
    let document = json!({"a": {"id": 1}});
    assert_eq!(read("$.a[?(@.id == 1)]", &document), json!([{"id": 1}]));
    assert_eq!(read("$.a[?(@.id == 2)]", &document), json!([]));
}

#[test]
fn a_number_compares_with_a_text_as_the_left_one_is() {
    let document = json!([1, "1", "1.0", 1.0]);
    assert_eq!(read("$[?(@ == '1')]", &document), json!([1, "1", 1.0]));
    assert_eq!(read("$[?(@ == 1)]", &document), json!([1, "1", 1.0]));
    assert_eq!(read("$[?(@ === 1)]", &document), json!([1, 1.0]));
    assert_eq!(read("$[?(1 == @)]", &document), json!([1, "1", "1.0", 1.0]));
}

#[test]
fn functions_end_a_path() {
    let document = json!({"n": [3, 1, 2], "s": ["a", "b"], "o": {"x": 1, "y": 2}, "one": [7]});
    for (path, value) in [
        ("$.n.length()", json!(3)),
        ("$.n.size()", json!(3)),
        ("$.o.size()", json!(2)),
        ("$.s[0].length()", json!(null)),
        ("$.n.min()", json!(1.0)),
        ("$.n.max()", json!(3.0)),
        ("$.n.avg()", json!(2.0)),
        ("$.n.sum()", json!(6.0)),
        ("$.sum($.n, 4)", json!(10.0)),
        ("$.o.keys()", json!(["x", "y"])),
        ("$.s.concat(\"-\", $.n[0])", json!("ab-3")),
        ("$.s.append(\"c\")", json!(["a", "b", "c"])),
        ("$.n.first()", json!(3)),
        ("$.n.last()", json!(2)),
        ("$.n.index(1)", json!(1)),
        ("$..n.sum()", json!(0.0)),
        ("$..x.length()", json!(0)),
    ] {
        if path == "$..n.sum()" {
            assert_eq!(
                fails(path, &document),
                ErrorKind::Failed,
                "a scan finds the list, not its numbers"
            );
        } else {
            assert_eq!(read(path, &document), value, "{path}");
        }
    }
    assert_eq!(fails("$.o.sum()", &document), ErrorKind::Failed);
    assert_eq!(
        fails("$.one.last()", &document),
        ErrorKind::Failed,
        "a negative index never reaches the first element"
    );
    assert_eq!(fails("$.n.median()", &document), ErrorKind::NotApplicable);
}

#[test]
fn options_change_what_missing_means() {
    let document = json!([{"a": 1}, {}]);
    let none = Options::default();
    let null = Options {
        default_path_leaf_to_null: true,
        ..none
    };
    let quiet = Options {
        suppress_exceptions: true,
        ..none
    };
    let list = Options {
        always_return_list: true,
        ..none
    };
    let strict = Options {
        require_properties: true,
        ..none
    };
    let with = |options, path| {
        JsonPath::compile(path)
            .unwrap()
            .read_with(&document, options)
    };
    assert_eq!(with(&null, "$[*].a").unwrap(), json!([1, null]));
    assert_eq!(with(&quiet, "$[1].a.b").unwrap(), json!(null));
    assert_eq!(with(&quiet, "$[9][*]").unwrap(), json!([]));
    assert_eq!(with(&list, "$[0].a").unwrap(), json!([1]));
    assert_eq!(
        with(&list, "$.size()").unwrap_err().kind(),
        ErrorKind::Failed
    );
    assert_eq!(
        with(&strict, "$..[*]['a','b']").unwrap_err().kind(),
        ErrorKind::NotFound
    );
}

#[test]
fn the_order_of_members_is_kept() {
    let document = json!({"z": 1, "a": 2, "m": {"y": 3}});
    assert_eq!(read("$.*", &document).to_string(), r#"[1,2,{"y":3}]"#);
    assert_eq!(
        read("$['m','z']", &document).to_string(),
        r#"{"m":{"y":3},"z":1}"#
    );
}

#[test]
fn an_error_says_where_and_what_was_expected() {
    for (path, position) in [
        ("$.a[?(@.b == abc)]", 13),
        ("$.a['b", 3),
        ("a b", 1),
        ("$.a.", 4),
        ("$x", 1),
        ("$.f(1", 3),
        ("$.a[1:x]", 3),
        ("", 0),
    ] {
        let error = JsonPath::compile(path).unwrap_err();
        assert_eq!(
            (error.kind(), error.position()),
            (ErrorKind::Syntax, Some(position)),
            "{path}: {error}"
        );
    }
    let error = JsonPath::compile("$[?(@.a =~ /(?=b)/)]").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(
        error.to_string(),
        "looking ahead in a regular expression is not supported (at character 11)"
    );
}

#[test]
fn a_path_is_shared_between_threads() {
    let path = JsonPath::compile("$..phones[?(@.type == 'work')].number").unwrap();
    let document = contacts();
    let read = || path.read(&document).unwrap();
    std::thread::scope(|scope| {
        let other = scope.spawn(read);
        assert_eq!(read(), other.join().unwrap());
    });
}
