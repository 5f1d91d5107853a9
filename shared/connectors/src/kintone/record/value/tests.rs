use deskbridge_core::connector::Connection;

use super::*;

fn settings() -> Settings {
    let settings =
        json!({"subdomain": "example", "app": 7, "users": {"taro": "taro.osaka@example.com"}});
    let connection = Connection {
        connector: "kintone".into(),
        credential: None,
        look_up_wait: None,
        settings,
    };
    Settings::read(&connection).unwrap()
}

fn property(kind: &str, more: Value) -> Property {
    let mut property = json!({"type": kind, "code": "欄", "label": "欄"});
    if let (Some(property), Some(more)) = (property.as_object_mut(), more.as_object()) {
        property.extend(more.clone());
    }
    serde_json::from_value(property).unwrap()
}

fn formatted(kind: &str, value: Value) -> Result<Formatted, String> {
    let options = json!({"options": {"重要": {}, "返品": {}}});
    format(&property(kind, options), &value, &settings())
}

fn value(kind: &str, given: Value) -> Value {
    match formatted(kind, given) {
        Ok(Formatted::Value { value, left_out }) if left_out.is_empty() => value,
        other => panic!("{kind}: {other:?}"),
    }
}

#[test]
fn every_type_gets_its_shape() {
    for (kind, given, expected) in [
        ("SINGLE_LINE_TEXT", json!("一行\n二行"), json!("一行 二行")),
        ("SINGLE_LINE_TEXT", json!(["a", "", "b"]), json!("a, b")),
        ("SINGLE_LINE_TEXT", json!(4711), json!("4711")),
        ("SINGLE_LINE_TEXT", json!(null), json!("")),
        (
            "MULTI_LINE_TEXT",
            json!(["重要", "返品"]),
            json!("重要\n返品"),
        ),
        (
            "RICH_TEXT",
            json!("<b> & \"x\"\ny"),
            json!("&lt;b&gt; &amp; &quot;x&quot;<br>y"),
        ),
        (
            "LINK",
            json!("https://example.com"),
            json!("https://example.com"),
        ),
        ("NUMBER", json!(4711), json!("4711")),
        ("NUMBER", json!("１，２３４．５"), json!("1234.5")),
        ("NUMBER", json!("−１"), json!("-1")),
        ("NUMBER", json!("1e3"), json!("1e3")),
        ("NUMBER", json!(""), json!("")),
        ("DROP_DOWN", json!("返品"), json!("返品")),
        ("RADIO_BUTTON", json!(["重要"]), json!("重要")),
        (
            "CHECK_BOX",
            json!(["重要", "返品"]),
            json!(["重要", "返品"]),
        ),
        ("MULTI_SELECT", json!([]), json!([])),
        ("DATE", json!("2023-11-14T22:13:20Z"), json!("2023-11-15")),
        ("DATE", json!("2023-11-14"), json!("2023-11-14")),
        ("TIME", json!("2023-11-14T22:13:20Z"), json!("07:13")),
        ("TIME", json!("10:00"), json!("10:00")),
        (
            "DATETIME",
            json!("2023-11-15T07:13:20+09:00"),
            json!("2023-11-14T22:13:20Z"),
        ),
        (
            "USER_SELECT",
            json!("taro"),
            json!([{"code": "taro.osaka@example.com"}]),
        ),
        (
            "GROUP_SELECT",
            json!(["support"]),
            json!([{"code": "support"}]),
        ),
        (
            "ORGANIZATION_SELECT",
            json!("honsha"),
            json!([{"code": "honsha"}]),
        ),
    ] {
        assert_eq!(value(kind, given.clone()), expected, "{kind} {given}");
    }
}

#[test]
fn what_does_not_exist_there_is_left_out_and_said() {
    let Ok(Formatted::Value { value, left_out }) =
        formatted("CHECK_BOX", json!(["重要", "新しい"]))
    else {
        panic!("the known one is written");
    };
    assert_eq!(
        (value, left_out),
        (json!(["重要"]), vec!["no option 新しい".to_owned()])
    );
    for (kind, given) in [("DROP_DOWN", "新しい"), ("RADIO_BUTTON", "新しい")] {
        let formatted = formatted(kind, json!(given)).unwrap();
        let left_out = vec!["no option 新しい".to_owned()];
        assert_eq!(formatted, Formatted::Nothing { left_out }, "{kind}");
    }
    let Ok(Formatted::Value { value, left_out }) = formatted("USER_SELECT", json!("hanako")) else {
        panic!("nobody is written");
    };
    assert_eq!(
        (value, left_out),
        (json!([]), vec!["no user for hanako".to_owned()])
    );
}

#[test]
fn nothing_for_a_choice_or_a_time_leaves_the_default() {
    for kind in ["DROP_DOWN", "RADIO_BUTTON", "DATE", "TIME", "DATETIME"] {
        let formatted = formatted(kind, json!("")).unwrap();
        assert_eq!(formatted, nothing(), "{kind}");
    }
}

#[test]
fn what_no_field_can_hold_is_refused() {
    for (kind, given) in [
        ("NUMBER", json!("12個")),
        ("NUMBER", json!("1e999")),
        ("NUMBER", json!("inf")),
        ("DATE", json!("昨日")),
        ("TIME", json!("午後")),
        ("DATETIME", json!("2023-11-14")),
        ("FILE", json!("a.pdf")),
        ("SUBTABLE", json!([])),
        ("CALC", json!("1")),
        ("CREATOR", json!("taro")),
    ] {
        assert!(formatted(kind, given.clone()).is_err(), "{kind} {given}");
    }
}

#[test]
fn a_text_is_cut_by_characters() {
    let property = property("SINGLE_LINE_TEXT", json!({"maxLength": "5"}));
    let formatted = format(&property, &json!("障害が発生しました"), &settings()).unwrap();
    assert_eq!(formatted, written("障害が発…".into()));
    let Value::String(long) = value("MULTI_LINE_TEXT", json!("あ".repeat(70_000))) else {
        panic!("a text");
    };
    assert_eq!(long.chars().count(), 64_000);
}
