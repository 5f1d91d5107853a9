//! What generated templates are made of.

#[rustfmt::skip]
pub(crate) const NAMES: &[&str] = &[
    "s", "e", "sp", "q", "u", "n", "z", "neg", "big", "d", "t", "f", "nothing", "num", "l", "el",
    "m", "em", "input", "gone", "x", "y", "strings", "velocityCount", "foreach", "small", "huge",
    "dots",
];
#[rustfmt::skip]
pub(crate) const PROPERTIES: &[&str] = &[
    ".k", ".gone", ".n", ".in.x", ".empty", ".name", ".count", ".index", ".hasNext", ".first",
    ".last", ".a-b", ".size", ".flag",
];
#[rustfmt::skip]
pub(crate) const CALLS: &[&str] = &[
    ".size()", ".isEmpty()", ".length()", ".trim()", ".toUpperCase()", ".toLowerCase()",
    ".substring(1)", ".substring(0, 2)", ".substring(1,9)", ".get(0)", ".get('k')", ".get($z)",
    ".get(9)", ".replace('t', 'T')", ".replaceAll(\"[a-t]\", \"<$0>\")", ".replaceFirst('t', '')",
    ".split(',')", ".split('[.]').size()", ".split(',').get(0)", ".contains('e')",
    ".contains($s)", ".startsWith('te')", ".endsWith('t')", ".indexOf('x')", ".lastIndexOf('t')",
    ".equals('text')", ".equals($n)", ".equalsIgnoreCase('TEXT')", ".isEmpty().gone",
    ".concat('!')", ".concat($n)", ".matches('t.*')", ".toString()", ".gone()", ".gone($s, 1)",
    ".keySet()", ".values()", ".containsKey('k')", ".get(bare)", ".intValue()", ".longValue()",
    ".doubleValue()", ".size( )", ".substring( 1 )", ".get(\"$m.gone\")", ".replace($gone, 'a')",
    ".replace(\"$s.trim()\", \"$n\")", ".equals($gone)", ".contains(true)", ".get(-1)",
    ".substring(-1)",
];
#[rustfmt::skip]
pub(crate) const BLANKS: &[&str] = &[
    "", "", " ", "  ", "\n", " \n", "\t\n", "\r\n", "\n\n", " \n ",
];
#[rustfmt::skip]
pub(crate) const WORDS: &[&str] = &[
    "a", "text ", "{\"k\": \"", "\"}", " b\n", "\n", "1 ", "#1 ", "$5 ", "&$filter=", "x.y", ". ",
    "!", "(a)", "\\", "\\\\", "\\x ", "[0]", "{}", "-", "' ", "\" ", "# ", "$ ", "#x", "東", "😀",
    "#fff;", "$$", "##", ",",
];
#[rustfmt::skip]
pub(crate) const PIECES: &[&str] = &[
    "$", "$!", "${", "$!{", "}", "{", "#", "##", "#*", "*#", "#**", "#[[", "]]#", "\\", "\\\\",
    "!", "s", "gone", "m", "l", ".", ".k", ".size()", ".get(", ")", "(", "[", "]", "0", "-1",
    "1.5", "..", "'a'", "\"a\"", "\"$s\"", "'", "\"", ",", " ", "\n", "  ", "\r\n", "\t",
    "#if($t)", "#if(", "#elseif($f)", "#else", "#{else}", "#end", "#{end}", "#set($x = 1)",
    "#set(", "#foreach($x in $l)", "#foreach", "#break", "#stop", "#foo", "#foo(", "#{foo}",
    "true", "false", "$s", "${s}", "$!s", "$m.k", "${m.k}", "$l[0]", "$m[\"k\"]", "$gone",
    "$!gone", "x", "=", "==", "&&", "||", "+", "-", "*", "/", "%", "<", ">", ":", ";", "@",
    "$esc", ".q", "a-b", "_", "\\#if", "\\#foo", "\\$s", "\\$gone", "$\\!s", "#end\n", "#else\n",
    "and", "or", "not", "eq", "in", "1e3", "é",
];

#[rustfmt::skip]
pub(crate) const INDICES: &[&str] = &[
    "[0]", "[1]", "[-1]", "[9]", "['k']", "[\"k\"]", "[$n]", "[ 0 ]", "[$gone]", "[true]",
];
#[rustfmt::skip]
pub(crate) const TOOL_METHODS: &[&str] = &[
    "esc.url", "esc.java", "esc.html", "esc.javascript", "esc.xml", "esc.sql", "math.add",
    "math.sub", "math.mul", "math.div", "math.max", "math.toInteger", "math.abs", "math.gone",
    "esc.gone", "math.mod", "math.roundTo", "math.toDouble", "math.min", "esc.javaScript",
    "math.round", "math.idiv",
];
#[rustfmt::skip]
pub(crate) const TARGETS: &[&str] = &[
    "$x", "$x", "$y", "${x}", "$!x", "$s", " $x ",
];
#[rustfmt::skip]
pub(crate) const LISTS: &[&str] = &[
    "[1..3]", "[3..1]", "[$z..$n]", "[1,2]", "$m", "[ $z .. 2 ]", "$m.values()", "$m.keySet()",
];
#[rustfmt::skip]
pub(crate) const MORE_LISTS: &[&str] = &[
    "$l", "$strings", "$el", "$gone", "$s", "$dots.split(',')",
];
#[rustfmt::skip]
pub(crate) const INSIDES: &[&str] = &[
    "", "$foreach.index", "$velocityCount", "#if($foreach.hasNext),#end",
    "#if($x == 'two')#break#end", "$foreach.parent.count", "#stop",
];
#[rustfmt::skip]
pub(crate) const COMMENTS: &[&str] = &[
    "", "a", " $s #if ", "$", "#", "]]", "*", "\n", " ] ",
];
#[rustfmt::skip]
pub(crate) const DIRECTIVES: &[&str] = &[
    "#foo", "#{foo}", "#Foo", "#ifx", "\\#if", "\\\\#if", "\\#foo", "#_a", "#foo.bar",
];
#[rustfmt::skip]
pub(crate) const OPERATORS: &[&str] = &[
    "==", "!=", "<", "<=", ">", ">=", "&&", "||", "+", "-", "*", "/", "%", "eq", "ne", "lt",
    "and", "or", "gt",
];
#[rustfmt::skip]
pub(crate) const SINGLE_QUOTED: &[&str] = &[
    "'a'", "'it''s'", "''", "'$s'", "'text'", "'a\nb'", "'5'",
];
#[rustfmt::skip]
pub(crate) const DOUBLE_QUOTED: &[&str] = &[
    "\"\"", "\"a\"", "\"$s\"", "\"${n}$!gone\"", "\"say \"\"$s\"\"\"", "\"\\u0041$\"",
    "\"$esc.quote\"", "\"#if($t)y#end\"", "\"a ## b\"", "\"x#\"", "\"\\n\"",
];
#[rustfmt::skip]
pub(crate) const NUMBERS: &[&str] = &[
    "0", "1", "-2", "7", "3000000000", "2147483647", "1.5", "-.5", "1e3", "2.", "100.0", "0.1",
];
#[rustfmt::skip]
pub(crate) const CONSTANTS: &[&str] = &[
    "true", "false", "[]", "[1, 'b']", "{}", "{'k': 1}", "{ \"a\" : $n , 'b': [1] }", "[1..3]",
    "[\"$s\",\"b\"]",
];
