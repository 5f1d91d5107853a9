//! What hosts rely on, beside what the comparison with Apache's engine shows.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::sync::Arc;

use deskbridge_velocity::{Context, ErrorKind, Limits, Object, Position, Template, Value, tools};
use serde_json::json;

fn context() -> Context {
    let mut context = Context::new();
    tools::insert_all(&mut context);
    context.insert("input", json!({"name": "Ann", "empty": "", "none": null}));
    context.insert("ids", json!("[\"a-1\", {\"x\": 1.0}]"));
    context
}

fn rendered(template: &str) -> String {
    let template = Template::compile(template).unwrap();
    template.render(&context(), &Limits::default()).unwrap()
}

#[test]
fn says_where_a_template_is_wrong_and_what_was_expected() {
    for (template, place, message) in [
        (
            "#if($a",
            (1, 7),
            "found the end of the text, expected an operator or )",
        ),
        (
            "a\nb #end",
            (2, 3),
            "found `#end`, expected text, a reference, a directive or the end",
        ),
        ("#set($a 1)", (1, 9), "found `1`, expected ="),
        (
            "#if($a ; 1)",
            (1, 8),
            "unexpected character ';' within a directive",
        ),
        ("cost: 5 $", (1, 10), "the text ends behind `$`"),
        (
            "\n\n#macro(x)#end",
            (3, 1),
            "the directive #macro is not supported",
        ),
        (
            "a ${c.d(\"#if(\")}",
            (1, 15),
            "found the end of the text, expected a value",
        ),
    ] {
        let error = Template::compile(template).unwrap_err();
        let position = Position {
            line: place.0,
            column: place.1,
        };
        assert_eq!(
            (error.position(), error.message()),
            (position, message),
            "{template}"
        );
    }
}

#[test]
fn lists_the_references_that_printed_themselves() {
    let template =
        Template::compile("${input.gone} $!gone\n$filter #set($x = \"$input.none\")").unwrap();
    let rendered = template
        .render_traced(&context(), &Limits::default())
        .unwrap();
    assert_eq!(rendered.text, "${input.gone} \n$filter");
    let found: Vec<(&str, u32, u32)> = (rendered.unresolved.iter())
        .map(|each| {
            (
                each.reference.as_str(),
                each.position.line,
                each.position.column,
            )
        })
        .collect();
    let expected = [
        ("${input.gone}", 1, 1),
        ("$filter", 2, 1),
        ("$input.none", 2, 20),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_strict_context_refuses_unknown_names_but_not_unknown_properties() {
    let mut strict = context();
    strict.set_strict(true);
    let render = |text: &str| {
        Template::compile(text)
            .unwrap()
            .render(&strict, &Limits::default())
    };
    assert_eq!(
        render("$input.gone $!input.gone $input.none").unwrap(),
        "$input.gone  $input.none"
    );
    assert_eq!(render("#if($gone)a#{else}b#end").unwrap(), "b");
    let error = render("{\"a\": ${gone}}").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unset);
    assert_eq!(
        error.to_string(),
        "Variable $gone has not been set at line 1, column 7"
    );
    assert!(render("$!gone").is_err());
}

#[test]
fn names_may_be_found_in_any_case() {
    let mut context = context();
    let serde_json::Value::Object(fields) = json!({"userId": "u1", "USERID": "u2"}) else {
        unreachable!()
    };
    let input: Arc<dyn Object> = Arc::new(tools::AnyCase::from(fields));
    context.insert_any_case("input", Value::Object(input));
    let render = |text: &str| {
        Template::compile(text)
            .unwrap()
            .render(&context, &Limits::default())
            .unwrap()
    };
    assert_eq!(
        render("$input.userId $Input.USERID $INPUT.userid $input.user"),
        "u1 u2 u1 $input.user"
    );
}

#[test]
fn values_are_data_and_never_template() {
    let mut context = context();
    context.insert("evil", "#set($x = 1)${input.name}$esc.quote\"\\$");
    let template = Template::compile("$evil \"$evil\" #set($y = \"<$evil>\")$y").unwrap();
    let evil = "#set($x = 1)${input.name}$esc.quote\"\\$";
    let text = template.render(&context, &Limits::default()).unwrap();
    assert_eq!(text, format!("{evil} \"{evil}\" <{evil}>"));
}

#[test]
fn takes_the_first_of_a_json_array_with_its_own_bytes() {
    assert_eq!(
        rendered("$successTemplateUtils.firstFromArray($ids)"),
        "\"a-1\""
    );
    assert_eq!(
        rendered("${successTemplateUtils.firstFromArray(\"[1.0, 2]\")}"),
        "1.0"
    );
    let default = "${successTemplateUtils.firstFromArray(\"[]\",\"$esc.quote$esc.quote\")}";
    assert_eq!(rendered(default), "\"\"");
    assert_eq!(
        rendered("<$successTemplateUtils.firstFromArray(\"[]\")>"),
        "<>"
    );
    assert_eq!(
        rendered("$successTemplateUtils.firstFromArray(\"null\", \"0\")"),
        "0"
    );
}

#[test]
fn moves_keys_into_an_array_of_objects() {
    let template =
        "$successTemplateUtils.moveKeysIntoArrayOfObjects('{\"q1\":{\"n\":1},\"q2\":{}}', 'id')";
    assert_eq!(rendered(template), r#"[{"id":"q1","n":1},{"id":"q2"}]"#);
}

#[test]
fn escapes_for_json_addresses_and_headers() {
    assert_eq!(
        rendered("$esc.jsonString('a\"b\\c\n東/')"),
        "a\\\"b\\\\c\\n東/"
    );
    assert_eq!(rendered("$esc.jsonDecode('a\\u0041\\n')"), "aA\n");
    assert_eq!(rendered("$esc.url('a b&é~*')"), "a+b%26%C3%A9%7E*");
    assert_eq!(
        rendered("$esc.uriEncode('a b&é~*/')"),
        "a%20b%26%C3%A9~%2A%2F"
    );
    assert_eq!(
        rendered("Basic $encoding.base64(\"${input.name}:x\")"),
        "Basic QW5uOng="
    );
    assert_eq!(
        rendered("/x?a=1$urlTool.optionalQueryParam('n', $input.name)"),
        "/x?a=1&n=Ann"
    );
    assert_eq!(
        rendered("/x$urlTool.optionalQueryParam('e', $input.empty, '?')"),
        "/x"
    );
}

#[test]
fn escapes_search_terms_and_builds_phone_filters() {
    assert_eq!(
        rendered("$salesforce.escReserved('a+b (c)?')"),
        "a\\+b \\(c\\)\\?"
    );
    let filter =
        "$msdynamics.phoneNumberFilter(\"tel:+4930 1\", [\"telephone1\", \"mobilephone\"])";
    let expected = "telephone1 eq '+4930 1' or telephone1 eq '49301' or mobilephone eq '+4930 1' \
                    or mobilephone eq '49301'";
    assert_eq!(rendered(filter), expected);
    let injected =
        Template::compile("$msdynamics.phoneNumberFilter(\"1' or 1 eq 1 or '\", [\"a\"])").unwrap();
    let text = injected.render(&context(), &Limits::default()).unwrap();
    assert_eq!(text, "a eq '1'' or 1 eq 1 or ''' or a eq '111'");
}

#[test]
fn error_messages_hold_no_values() {
    let mut context = context();
    context.insert("secret", "hunter2");
    for template in [
        "$secret.substring(90)",
        "$secret.repeat(2)",
        "$esc.unicode($secret)",
        "$secret[-1]",
    ] {
        let error = Template::compile(template)
            .unwrap()
            .render(&context, &Limits::default())
            .unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn templates_and_contexts_are_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Template>();
    shared::<Context>();
}
