//! How a kintone domain is set up.

use std::net::SocketAddr;

/// A field of a form.
#[derive(Clone, Debug, Default)]
pub struct Field {
    pub code: String,
    pub label: String,
    /// As `SINGLE_LINE_TEXT`.
    pub kind: String,
    pub required: bool,
    pub unique: bool,
    pub options: Vec<String>,
    pub max_chars: Option<usize>,
    pub default: Option<String>,
}

#[derive(Clone, Debug)]
pub struct App {
    pub id: u64,
    pub name: String,
    pub fields: Vec<Field>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    pub view: bool,
    pub add: bool,
    pub edit: bool,
    pub manage: bool,
}

#[derive(Clone, Debug)]
pub struct Token {
    pub token: String,
    pub app: u64,
    pub rights: Rights,
    /// Whether the app was updated after the token was made: before, nobody knows it.
    pub applied: bool,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    pub apps: Vec<App>,
    pub tokens: Vec<Token>,
    /// Log-in names that a user field takes.
    pub users: Vec<String>,
    /// Codes that an organisation field takes, and a group field.
    pub organizations: Vec<String>,
    pub groups: Vec<String>,
    pub first_record_id: u64,
}

/// Adds records and nothing else, as the vendor's guide has it.
pub const ADD_ONLY: &str = "kintone-sandbox-add";
/// Views, adds and edits.
pub const FULL: &str = "kintone-sandbox-full";

impl Default for Options {
    fn default() -> Self {
        let add = Rights {
            add: true,
            ..Rights::default()
        };
        let full = Rights {
            view: true,
            add: true,
            edit: true,
            manage: false,
        };
        let token = |token: &str, rights| Token {
            token: token.into(),
            app: 7,
            rights,
            applied: true,
        };
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            apps: vec![App {
                id: 7,
                name: "対応履歴".into(),
                fields: form(),
            }],
            tokens: vec![token(ADD_ONLY, add), token(FULL, full)],
            users: vec!["taro.osaka@example.com".into()],
            organizations: vec!["sales".into()],
            groups: vec!["support".into()],
            first_record_id: 100,
        }
    }
}

/// A field of every type, with Japanese codes and names that are not the codes.
fn form() -> Vec<Field> {
    let field = |code: &str, label: &str, kind: &str| Field {
        code: code.into(),
        label: label.into(),
        kind: kind.into(),
        ..Field::default()
    };
    let choice = |code: &str, kind: &str, options: &[&str]| Field {
        options: options.iter().map(ToString::to_string).collect(),
        ..field(code, code, kind)
    };
    vec![
        Field {
            unique: true,
            max_chars: Some(64),
            ..field("同期キー", "同期キー", "SINGLE_LINE_TEXT")
        },
        field("チケット番号", "チケットID", "NUMBER"),
        field("件名", "件名", "SINGLE_LINE_TEXT"),
        field("本文", "本文", "MULTI_LINE_TEXT"),
        field("本文_書式", "本文(書式つき)", "RICH_TEXT"),
        field("URL", "チケットURL", "LINK"),
        choice(
            "状態",
            "DROP_DOWN",
            &["未対応", "保留", "対応完了", "対応不要"],
        ),
        Field {
            default: Some("通常".into()),
            ..choice("区分", "RADIO_BUTTON", &["通常", "至急"])
        },
        choice("ラベル", "CHECK_BOX", &["重要", "お問い合わせ/返品"]),
        choice(
            "分類",
            "MULTI_SELECT",
            &["お問い合わせ", "お問い合わせ > 配送"],
        ),
        field("対応日", "対応日", "DATE"),
        field("対応時刻", "対応時刻", "TIME"),
        field("対応日時", "対応日時", "DATETIME"),
        field("担当者", "担当者", "USER_SELECT"),
        field("担当組織", "担当組織", "ORGANIZATION_SELECT"),
        field("担当グループ", "担当グループ", "GROUP_SELECT"),
        field("顧客名", "顧客名", "SINGLE_LINE_TEXT"),
        field("送信先", "送信先", "SINGLE_LINE_TEXT"),
        field("添付", "添付", "FILE"),
        field("合計", "合計", "CALC"),
        field("レコード番号", "レコード番号", "RECORD_NUMBER"),
        field("作成日時", "作成日時", "CREATED_TIME"),
    ]
}
