//! Slack's page: each channel with its messages as they would look, newest first, and the traffic.

use jiff::Timestamp;
use serde_json::Value;

use super::Site;
use super::state::{Message, State};
use crate::sandbox::lock;
use crate::sandbox::page::{Page, escape, mono, pill, time};

const COLUMNS: [&str; 4] = ["Where", "Message", "Seen by", "When"];
const RECENT: usize = 100;

pub(super) fn render(site: &Site) -> String {
    let state = lock(&site.state);
    let mut page = Page::new(
        "Slack sandbox",
        "A stand-in for Slack: what the app posted, as people would see it.",
    );
    for workspace in &state.options.workspaces {
        let of_it = state.messages.iter().rev();
        let of_it = of_it.filter(|message| message.team == workspace.id);
        let rows: Vec<_> = of_it
            .take(RECENT)
            .map(|message| row(&state, message))
            .collect();
        let heading = match workspace.token {
            Some(_) => workspace.name.clone(),
            None => format!("{} (without the app)", workspace.name),
        };
        page = page.table(&heading, &COLUMNS, &rows);
    }
    let forms: Vec<_> = state
        .views
        .iter()
        .rev()
        .map(|view| {
            let title = view.view["title"]["text"].as_str().unwrap_or_default();
            vec![mono(&view.id), escape(title), mono(&view.user)]
        })
        .collect();
    drop(state);
    let said = site.said.newest(RECENT);
    let said: Vec<_> = said
        .iter()
        .map(|(request, answered)| {
            let tone = if answered.status == 200 {
                "good"
            } else {
                "bad"
            };
            let status = pill(tone, &answered.status.to_string());
            vec![escape(&request.what), status, mono(&answered.body)]
        })
        .collect();
    page.table("Forms", &["Form", "Title", "On whose screen"], &forms)
        .table(
            "What people did",
            &["What", "Answer", "Shown at once"],
            &said,
        )
        .traffic(&site.stage)
        .finish()
}

fn row(state: &State, message: &Message) -> Vec<String> {
    let channel = state.channel(&message.team, &message.channel);
    let name = channel.map_or_else(|| message.channel.clone(), |channel| channel.name);
    let mut place = format!("#{}", escape(&name));
    if message.thread_ts.is_some() {
        place.push_str("<br>in a thread");
    }
    let mut text: String = message.blocks.iter().map(block).collect();
    if text.is_empty() {
        text = lines(&message.text);
    }
    if message.edited {
        text.push_str("<span class=dim>(edited)</span>");
    }
    let seen_by = match &message.only_for {
        Some(user) => pill("calm", &format!("only {user}")),
        None => "everybody".to_owned(),
    };
    let at = Timestamp::from_millisecond(message.at).unwrap_or_default();
    vec![place, text, seen_by, time(at)]
}

fn block(block: &Value) -> String {
    let mut shown = lines(block["text"]["text"].as_str().unwrap_or_default());
    for field in block["fields"].as_array().into_iter().flatten() {
        let text = field["text"]
            .as_str()
            .unwrap_or_default()
            .replace('\n', ": ");
        shown.push_str(&format!("<br><span class=dim>{}</span>", lines(&text)));
    }
    for element in block["elements"].as_array().into_iter().flatten() {
        match element["type"].as_str() {
            Some("button") => {
                let text = element["text"]["text"].as_str().unwrap_or_default();
                shown.push_str(&pill("calm", text));
            }
            _ => shown.push_str(&lines(element["text"].as_str().unwrap_or_default())),
        }
    }
    format!("<div>{shown}</div>")
}

/// Slack's escapes are HTML's; its links are `<address|text>`, and stars make bold.
fn lines(mrkdwn: &str) -> String {
    let mut shown = String::new();
    let mut rest = mrkdwn;
    while let Some((before, mark)) = rest.split_once('<') {
        shown.push_str(&bold(before));
        let (mark, after) = mark.split_once('>').unwrap_or((mark, ""));
        let (address, text) = mark.split_once('|').unwrap_or((mark, mark));
        let (address, text) = (address.replace('"', "%22"), text.replace('"', "&quot;"));
        shown.push_str(&format!("<a href=\"{address}\">{text}</a>"));
        rest = after;
    }
    shown.push_str(&bold(rest));
    shown.replace('\n', "<br>")
}

fn bold(text: &str) -> String {
    // The escapes are there already; a quotation mark does no harm outside of a tag.
    let text = text.replace('>', "&gt;");
    match (
        text.strip_prefix('*').and_then(|rest| rest.split_once('*')),
        text.as_str(),
    ) {
        (Some((strong, rest)), _) => format!("<b>{strong}</b>{rest}"),
        (None, text) => text.to_owned(),
    }
}
