//! No input panics, overflows the stack or runs on.

use deskbridge_velocity::{Context, ErrorKind, Limits, Template, tools};
use proptest::prelude::*;
use serde_json::json;

fn context() -> Context {
    let mut context = Context::new();
    tools::insert_all(&mut context);
    context.insert("s", "text");
    context.insert("l", json!([1, "two", null, [3]]));
    context.insert("m", json!({"k": "v", "n": null}));
    context
}

fn kind(template: &str, limits: Limits) -> Option<ErrorKind> {
    let compiled = Template::compile(template);
    let result = compiled.and_then(|template| template.render(&context(), &limits));
    result.err().map(|error| error.kind())
}

const SMALL: Limits = Limits {
    steps: 2_000,
    text_bytes: 20_000,
};

#[test]
fn stops_a_loop_that_takes_too_many_steps() {
    let template = "#foreach($a in [1..1000])#foreach($b in [1..1000])$a#end#end";
    assert_eq!(kind(template, SMALL), Some(ErrorKind::Limit));
    assert_eq!(
        kind("#foreach($a in [0..2147483647])#end", SMALL),
        Some(ErrorKind::Limit)
    );
}

#[test]
fn stops_a_text_that_doubles() {
    let template = "#set($x = 'ab')#foreach($i in [1..60])#set($x = $x + $x)#end";
    assert_eq!(kind(template, SMALL), Some(ErrorKind::Limit));
    let template = "#set($x = 'ab')#foreach($i in [1..60])#set($x = $x.replace('a', $x))#end";
    assert!(kind(template, SMALL).is_some());
    let group =
        "#set($w = 'x')#foreach($i in [1..9])#set($w = $w + '$0')#end$s.replaceAll('.+', \"$w$w\")";
    let tiny = Limits {
        text_bytes: 150,
        ..SMALL
    };
    assert!(kind(group, tiny).is_some());
}

#[test]
fn stops_values_that_nest_or_share_too_much() {
    let nested = "#set($x = [])#foreach($i in [1..500])#set($x = [$x])#end$x";
    assert_eq!(kind(nested, SMALL), Some(ErrorKind::Limit));
    let shared = "#set($x = [])#foreach($i in [1..60])#set($x = [$x, $x])#end";
    assert_eq!(kind(&format!("{shared}$x"), SMALL), Some(ErrorKind::Limit));
    let equal = format!(
        "{shared}#set($y = [])#foreach($i in [1..60])#set($y = [$y, $y])#end#if($x == $y)#end"
    );
    assert_eq!(kind(&equal, SMALL), Some(ErrorKind::Limit));
}

#[test]
fn refuses_templates_that_nest_too_deep() {
    let many = |text: &str| text.repeat(20_000);
    for (open, close) in [
        ("#if($s)", "#end"),
        ("#foreach($x in $l)", "#end"),
        ("#set($x = ", ")"),
        ("${s.concat(", ")}"),
        ("$l[$l", "]"),
        ("#a($s.a(", "))"),
        ("#if((", "))#end"),
        ("#if(!", ")#end"),
        ("#if([", "])#end"),
        ("#if({'a':", "})#end"),
    ] {
        for template in [many(open), format!("{}1{}", many(open), many(close))] {
            assert!(Template::compile(&template).is_err(), "{open}");
        }
    }
    let parentheses = format!("#if({}1{})#end", many("("), many(")"));
    assert_eq!(kind(&parentheses, SMALL), Some(ErrorKind::Limit));
    let negations = format!("#if({}$s)#end", many("!"));
    assert_eq!(kind(&negations, SMALL), Some(ErrorKind::Limit));
    let calls = format!("#set($x = {}1{})", many("$s.concat("), many(")"));
    assert_eq!(kind(&calls, SMALL), Some(ErrorKind::Limit));
}

#[test]
fn takes_long_flat_templates() {
    let sum = format!("#set($x = 1{})$x", "+ 1".repeat(10_000));
    assert_eq!(kind(&sum, SMALL), None);
    let steps = format!("$s{}", ".trim()".repeat(1_000));
    assert_eq!(kind(&steps, SMALL), None);
    let slashes = "\\".repeat(300_000);
    assert_eq!(kind(&slashes, Limits::default()), None);
    assert_eq!(kind(&"x".repeat(1 << 21), SMALL), Some(ErrorKind::Limit));
}

#[test]
fn refuses_regular_expressions_that_could_take_long() {
    for pattern in [
        "(?=a)",
        "(a)\\1",
        "a{1000}{1000}",
        "\\p{Lu}",
        "a++",
        "[a&&b]",
        "[[a]b]",
    ] {
        let template = format!("$s.replaceAll('{pattern}', 'x')");
        assert_eq!(
            kind(&template, SMALL),
            Some(ErrorKind::Unsupported),
            "{pattern}"
        );
    }
}

/// Pieces of syntax, so that what is thrown together goes further than noise would.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "$", "${", "$!", "}", "#", "##", "#*", "*#", "#[[", "]]#", "#if(", "#set($x=",
    "#foreach($x in ", "#end", "#else", "#elseif(", "#break", "#stop", "#foo(", ")", "(", "[",
    "]", "{", "s", "l", "m", ".k", ".get(", "0", "-1", "1e9", "..", "\"", "'", "\\", "\\u",
    "\\u00e9", "😀", "\n", " ", ",", ":", "==", "+", "%", "/", "!", "$s", "$l", "$m.k", "$l[0]",
    ".substring(1)", ".replaceAll('", ".split('", "$math.roundTo(", "$esc.unicode(", "$foreach",
    "true", "[1..3]", "99999999999999999999",
];

fn pieces() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(PIECES);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_template_panics(template in pieces()) {
        kind(&template, SMALL);
    }

    #[test]
    fn no_noise_panics(template in any::<String>()) {
        kind(&template, SMALL);
    }

    #[test]
    fn no_argument_panics(a in any::<i32>(), b in any::<i32>(), text in any::<String>(), with in ".{0,8}") {
        let mut context = context();
        context.insert("t", text);
        context.insert("w", with);
        context.insert("a", a);
        context.insert("b", b);
        for call in [
            "$t.substring($a)", "$t.substring($a, $b)", "$t.replaceAll($w, $w)", "$t.split($w, $a)", "$l.get($a)",
            "$l[$a]", "$t.startsWith($w, $a)", "$t.indexOf($a)", "$math.roundTo($a, $b)", "$math.mod($a, $b)",
            "$math.idiv($a, $b)", "$math.pow($a, $b)", "$math.toNumber($t)", "$esc.unicode($t)", "$esc.java($t)",
            "$esc.jsonDecode($t)", "$successTemplateUtils.firstFromArray($t, $w)", "#set($x = $a * $b / $a % $b)$x",
        ] {
            let template = Template::compile(call).unwrap();
            drop(template.render(&context, &SMALL));
        }
    }
}
