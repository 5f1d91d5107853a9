//! How a Re:lation account is set up.

use std::net::SocketAddr;

/// A box with a number in its address.
#[derive(Clone, Debug)]
pub struct MessageBox {
    pub id: u64,
    pub name: String,
    pub customer_group_id: u64,
}

/// A label, a category or a pending reason.
#[derive(Clone, Debug)]
pub struct Named {
    pub id: u64,
    pub name: String,
}

#[derive(Clone, Debug)]
pub struct User {
    pub mention_name: String,
    pub last_name: String,
    pub first_name: String,
    pub email: String,
}

#[derive(Clone, Debug)]
pub struct Customer {
    pub id: u64,
    pub group_id: u64,
    pub last_name: String,
    pub first_name: String,
    pub company_name: String,
    /// The customer's number in the owner's own books.
    pub system_id1: String,
    pub email: String,
    pub tel: String,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    pub api_token: String,
    /// Calls that all users of the token have in a minute.
    pub calls_per_minute: u32,
    pub boxes: Vec<MessageBox>,
    /// Boxes that the token may not read.
    pub closed_boxes: Vec<u64>,
    pub labels: Vec<Named>,
    pub case_categories: Vec<Named>,
    pub pending_reasons: Vec<Named>,
    pub users: Vec<User>,
    pub customers: Vec<Customer>,
    pub first_ticket_id: u64,
}

impl Default for Options {
    fn default() -> Self {
        let boxes = [(12, "サポート", 3), (15, "ご注文", 3), (16, "採用", 4)];
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            api_token: "relation-sandbox-token".into(),
            calls_per_minute: 60,
            boxes: boxes
                .map(|(id, name, customer_group_id)| MessageBox {
                    id,
                    name: name.into(),
                    customer_group_id,
                })
                .into(),
            closed_boxes: Vec::new(),
            labels: named([(71, "重要"), (72, "お問い合わせ/返品")]),
            case_categories: named([(31, "お問い合わせ"), (32, "お問い合わせ > 配送")]),
            pending_reasons: named([(5, "確認待ち")]),
            users: people(),
            customers: customers(),
            first_ticket_id: 4711,
        }
    }
}

fn named<const N: usize>(rows: [(u64, &str); N]) -> Vec<Named> {
    let named = rows.map(|(id, name)| Named {
        id,
        name: name.into(),
    });
    named.into()
}

fn people() -> Vec<User> {
    let rows = [("taro", "大阪", "太郎"), ("y.suzuki", "鈴木", "陽子")];
    let user = |(mention, last, first): (&str, &str, &str)| User {
        mention_name: mention.into(),
        last_name: last.into(),
        first_name: first.into(),
        email: format!("{mention}@example.com"),
    };
    rows.map(user).into()
}

fn customers() -> Vec<Customer> {
    // The second one's address contains the first one's.
    let rows = [
        (
            901,
            "山田",
            "花子",
            "株式会社山田商店",
            "C-0001",
            "yamada@example.com",
        ),
        (902, "小山田", "圭", "", "C-0002", "oyamada@example.com"),
    ];
    let customer =
        |(id, last, first, company, code, email): (u64, &str, &str, &str, &str, &str)| Customer {
            id,
            group_id: 3,
            last_name: last.into(),
            first_name: first.into(),
            company_name: company.into(),
            system_id1: code.into(),
            email: email.into(),
            tel: "0600000000".into(),
        };
    rows.map(customer).into()
}
