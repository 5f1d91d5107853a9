//! The page at `/` of a sandbox: what the vendor holds, for a person with a browser.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::outbox::DeliveryOutcome;
use super::stage::Stage;

const RECENT_ROWS: usize = 25;

const STYLE: &str = "
:root{color-scheme:light dark;--line:light-dark(#e2e5ea,#31353d);--soft:light-dark(#f6f7f9,#1c1f25);
--dim:light-dark(#667085,#98a2b3);--good:light-dark(#067647,#47cd89);--bad:light-dark(#b42318,#f97066);
--warn:light-dark(#b54708,#fdb022);--calm:light-dark(#175cd3,#84adff)}
body{font:15px/1.5 system-ui,sans-serif;max-width:76rem;margin:0 auto;padding:1.5rem 1.25rem 4rem;
background:light-dark(#fff,#14161a);color:light-dark(#1d2939,#e4e7ec)}
h1{font-size:1.4rem;margin:0}h2{font-size:1.02rem;margin:2rem 0 .5rem}.lead{color:var(--dim);margin:.2rem 0 0}
.count{color:var(--dim);font-weight:400}.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:.6rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.5rem .75rem}
th{background:var(--soft);font-size:.8rem;font-weight:600;color:var(--dim);white-space:nowrap}
tr+tr td{border-top:1px solid var(--line)}td{overflow-wrap:anywhere}
code,.mono{font:.86em/1.5 ui-monospace,monospace}.dim{color:var(--dim)}.nowrap{white-space:nowrap}
.pill{display:inline-block;padding:0 .5rem;border:1px solid currentColor;border-radius:1rem;font-size:.8rem;
white-space:nowrap;margin:0 .2rem .2rem 0}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}.calm{color:var(--calm)}
.note{border-left:3px solid var(--line);padding-left:.6rem;margin:.15rem 0}
.empty{padding:1rem;color:var(--dim);border:1px dashed var(--line);border-radius:.6rem}
";

/// One page, section by section.
pub(super) struct Page {
    html: String,
}

impl Page {
    pub(super) fn new(title: &str, lead: &str) -> Self {
        let (title, lead) = (escape(title), escape(lead));
        let html = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\">\
             <meta http-equiv=\"refresh\" content=\"2\"><title>{title}</title>\
             <style>{STYLE}</style></head><body><h1>{title}</h1><p class=\"lead\">{lead}</p>"
        );
        Self { html }
    }

    /// A heading and a table of cells that are HTML already.
    pub(super) fn table(mut self, heading: &str, columns: &[&str], rows: &[Vec<String>]) -> Self {
        let (heading, count) = (escape(heading), rows.len());
        self.add(&format!(
            "<h2>{heading} <span class=\"count\">{count}</span></h2>"
        ));
        if rows.is_empty() {
            self.add("<div class=\"empty\">Nothing yet.</div>");
            return self;
        }
        self.add("<div class=\"scroll\"><table><tr>");
        for column in columns {
            self.add(&format!("<th>{}</th>", escape(column)));
        }
        for row in rows {
            self.add("</tr><tr>");
            for cell in row {
                self.add(&format!("<td>{cell}</td>"));
            }
        }
        self.add("</tr></table></div>");
        self
    }

    /// The newest requests and webhooks, which every sandbox shows alike.
    pub(super) fn traffic(self, stage: &Stage) -> Self {
        let requests: Vec<_> = stage
            .requests
            .newest(RECENT_ROWS)
            .iter()
            .map(request_row)
            .collect();
        let sent: Vec<_> = stage
            .outbox
            .newest(RECENT_ROWS)
            .iter()
            .map(delivery_row)
            .collect();
        self.table("Latest webhooks", &["Time", "Event", "To", "Answer"], &sent)
            .table(
                "Latest requests",
                &["Time", "Request", "Body", "Answer"],
                &requests,
            )
    }

    pub(super) fn finish(mut self) -> String {
        self.add("</body></html>");
        self.html
    }

    fn add(&mut self, html: &str) {
        self.html.push_str(html);
    }
}

pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A small label; `tone` is one of good, bad, warn, calm, dim.
pub(super) fn pill(tone: &str, text: &str) -> String {
    format!("<span class=\"pill {tone}\">{}</span>", escape(text))
}

pub(super) fn pills(tone: &str, texts: &[String]) -> String {
    texts.iter().map(|text| pill(tone, text)).collect()
}

pub(super) fn mono(text: &str) -> String {
    format!("<span class=\"mono\">{}</span>", escape(text))
}

pub(super) fn note(author: &str, text: &str) -> String {
    let (author, text) = (escape(author), escape(text));
    format!("<div class=\"note\"><span class=\"dim\">{author}:</span> {text}</div>")
}

pub(super) fn time(at: Timestamp) -> String {
    let clock = at.to_zoned(TimeZone::UTC).strftime("%H:%M:%S").to_string();
    format!("<span class=\"mono dim nowrap\">{clock}</span>")
}

fn request_row(row: &super::LoggedRequest) -> Vec<String> {
    let mut answer = status_pill(row.status);
    if let Some(fault) = &row.fault {
        answer.push_str(&pill("warn", &format!("{fault:?}")));
    }
    let request = format!("{} {}", row.method, row.path);
    vec![
        time(row.at),
        mono(&request),
        mono(&shortened(&row.body, 160)),
        answer,
    ]
}

fn delivery_row(row: &super::Delivery) -> Vec<String> {
    let answer = match &row.outcome {
        DeliveryOutcome::Waiting => pill("dim", "waiting"),
        DeliveryOutcome::Lost => pill("warn", "lost on purpose"),
        DeliveryOutcome::Answered(code) => status_pill(Some(*code)),
        DeliveryOutcome::Failed(reason) => pill("bad", "failed") + &escape(reason),
    };
    vec![
        time(row.at),
        escape(&row.event),
        mono(&without_key(&row.url)),
        answer,
    ]
}

fn status_pill(status: Option<u16>) -> String {
    let Some(code) = status else {
        return pill("warn", "no answer");
    };
    let tone = match code {
        200..=299 => "good",
        300..=499 => "warn",
        _ => "bad",
    };
    pill(tone, &code.to_string())
}

/// The last part of a webhook URL is the receiver's secret.
fn without_key(url: &str) -> String {
    let stem = url.rsplit_once('/').map_or(url, |(stem, _)| stem);
    format!("{stem}/…")
}

fn shortened(text: &str, max_chars: usize) -> String {
    let mut short: String = text.chars().take(max_chars).collect();
    if short.len() < text.len() {
        write!(short, "…").ok();
    }
    short
}
