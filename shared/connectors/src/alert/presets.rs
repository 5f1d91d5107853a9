//! Ready-made mappings, one for each sender that we know by name.
//!
//! Only Alertmanager documents what it posts. All others map a body that we ask the administrator to
//! send, since those products publish none: see this folder's README.

/// A mapping that an integration begins with; its own `fields` replace single ones.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Preset {
    pub(super) name: &'static str,
    /// The product's name, for tickets: `alert.source`.
    pub(super) source: &'static str,
    /// The key of a list that holds the alerts of one post.
    pub(super) list: Option<&'static str>,
    /// The sender fills texts into a body that a person wrote, and escapes nothing: a body that is no
    /// JSON is kept as a failed event instead of being refused.
    pub(super) hand_filled: bool,
    /// For each field the places to look at, the best first.
    pub(super) fields: &'static [(&'static str, &'static [&'static str])],
}

/// Every field of a mapping.
pub(super) const FIELDS: [&str; 10] = [
    "title",
    "id",
    "severity",
    "organisation",
    "type",
    "description",
    "device",
    "link",
    "resolved",
    "delivery",
];

const PLAIN: &[(&str, &[&str])] = &[
    ("title", &["$.title"]),
    ("id", &["$.id"]),
    ("severity", &["$.severity"]),
    ("organisation", &["$.organisation", "$.organization"]),
    ("type", &["$.type"]),
    ("description", &["$.description"]),
    ("device", &["$.device"]),
    ("link", &["$.link"]),
    ("resolved", &["$.resolved"]),
    ("delivery", &["$.delivery"]),
];

/// The body that our guide asks for, with the variables known from public templates.
const DATTO_RMM: &[(&str, &[&str])] = &[
    ("title", &["$.alertMessage"]),
    ("id", &["$.alertUID"]),
    ("severity", &["$.alertPriority"]),
    ("organisation", &["$.sitename"]),
    ("type", &["$.alertCategory"]),
    ("description", &["$.description"]),
    ("device", &["$.deviceHostname"]),
    ("link", &["$.link"]),
    ("resolved", &["$.resolvedAlert"]),
    // One alert is raised once and resolved once under its id; a second post of either is a retry.
    (
        "delivery",
        &[
            "{% if body.alertUID %}{{ body.alertUID }}/{{ body.resolvedAlert | default('') }}{% endif %}",
        ],
    ),
];

/// Version 4, <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>.
const ALERTMANAGER: &[(&str, &[&str])] = &[
    // Without the annotations: their text holds measured values, and so differs when it is resolved.
    (
        "title",
        &[
            "{{ body.alerts[0].labels.alertname }}{% if body.alerts[0].labels.instance %} on {{ body.alerts[0].labels.instance }}{% endif %}",
        ],
    ),
    ("id", &["$.alerts[0].fingerprint"]),
    ("severity", &["$.alerts[0].labels.severity"]),
    (
        "organisation",
        &[
            "$.alerts[0].labels.organisation",
            "$.alerts[0].labels.organization",
        ],
    ),
    ("type", &["$.alerts[0].labels.alertname"]),
    (
        "description",
        &[
            "$.alerts[0].annotations.description",
            "$.alerts[0].annotations.summary",
        ],
    ),
    ("device", &["$.alerts[0].labels.instance"]),
    ("link", &["$.alerts[0].generatorURL"]),
    ("resolved", &["$.alerts[0].status"]),
    // All alerts of a group are posted again whenever one of them changes, and every repeat interval.
    (
        "delivery",
        &[
            "{% if body.alerts[0].fingerprint %}{{ body.alerts[0].fingerprint }}/{{ body.alerts[0].status }}/{{ body.alerts[0].startsAt }}{% endif %}",
        ],
    ),
];

pub(super) const DEFAULT: &Preset = &plain("json", "");

/// Every preset, by name.
pub(super) const PRESETS: [&Preset; 9] = [
    DEFAULT,
    &plain("compliance-manager", "Compliance Manager"),
    &plain("connectbooster", "ConnectBooster"),
    &plain("datto-file-protection", "Datto File Protection"),
    &plain("datto-workplace", "Datto Workplace"),
    &plain("graphus", "Graphus"),
    &plain("spanning-salesforce", "Spanning Salesforce"),
    &Preset {
        name: "datto-rmm",
        source: "Datto RMM",
        list: None,
        hand_filled: true,
        fields: DATTO_RMM,
    },
    &Preset {
        name: "alertmanager",
        source: "Alertmanager",
        list: Some("alerts"),
        hand_filled: false,
        fields: ALERTMANAGER,
    },
];

/// The modules have no body of their own that anybody has published.
const fn plain(name: &'static str, source: &'static str) -> Preset {
    Preset {
        name,
        source,
        list: None,
        hand_filled: false,
        fields: PLAIN,
    }
}
