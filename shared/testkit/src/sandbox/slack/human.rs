//! What people do in Slack: they type commands, press buttons, send forms, install and remove the app.
//!
//! Each returns what the app answered, as Slack would show it to them.

use serde_json::{Value, json};

use super::outgoing::{Answered, Outgoing};
use super::state::{Message, View};
use super::{Slack, messages, oauth, views};
use crate::sandbox::lock;

impl Slack {
    /// Somebody types a slash command: `/desk`, `ticket 42`.
    pub async fn human_types(
        &self,
        (team, user, channel): (&str, &str, &str),
        command: &str,
        text: &str,
    ) -> Answered {
        let request = self.typed((team, user, channel), command, text);
        self.say(request).await
    }

    /// The same request, not sent: for a door that is no address.
    pub fn typed(
        &self,
        (team, user, channel): (&str, &str, &str),
        command: &str,
        text: &str,
    ) -> Outgoing {
        let mut state = lock(&self.site.state);
        let trigger = state.trigger(team, user);
        let path = state.answer_path(team, channel, user, None);
        let answer_url = format!("{}{path}", self.url());
        let channel_name = state.channel(team, channel).map(|channel| channel.name);
        let app = state.options.app.id.clone();
        drop(state);
        let fields = [
            ("token", "deprecated"),
            ("team_id", team),
            ("team_domain", "acme"),
            ("channel_id", channel),
            ("channel_name", channel_name.as_deref().unwrap_or_default()),
            ("user_id", user),
            ("user_name", "somebody"),
            ("command", command),
            ("text", text),
            ("api_app_id", &app),
            ("is_enterprise_install", "false"),
            ("response_url", &answer_url),
            ("trigger_id", &trigger),
        ];
        Outgoing::form(command, &self.doors().commands, &fields)
    }

    /// Somebody presses a button of a message.
    pub async fn human_presses(
        &self,
        (team, user): (&str, &str),
        message: &Message,
        action_id: &str,
    ) -> Answered {
        let mut found = message.blocks.iter().flat_map(|block| {
            let elements = block["elements"].as_array().into_iter().flatten();
            elements.map(move |element| (block["block_id"].clone(), element.clone()))
        });
        let Some((block, button)) = found.find(|(_, button)| button["action_id"] == action_id)
        else {
            return Answered::default();
        };
        let (trigger, response_url, at) = self.acted((team, user), message, true);
        let payload = json!({
            "type": "block_actions", "team": {"id": team}, "user": {"id": user, "team_id": team},
            "api_app_id": "A0DESK", "trigger_id": trigger,
            "container": {"type": "message", "message_ts": message.ts,
                "channel_id": message.channel, "is_ephemeral": message.only_for.is_some()},
            "channel": {"id": message.channel, "name": "a-channel"},
            "message": messages::shown(message, false),
            "response_url": response_url,
            "actions": [{"type": "button", "action_id": action_id, "block_id": block,
                "value": button["value"], "text": button["text"], "action_ts": at}],
        });
        let request = Outgoing::payload(&self.doors().interactions, &payload);
        self.say(request).await
    }

    /// Somebody uses the app's shortcut on a message.
    pub async fn human_uses_shortcut(
        &self,
        (team, user): (&str, &str),
        message: &Message,
        callback: &str,
    ) -> Answered {
        let (trigger, response_url, at) = self.acted((team, user), message, false);
        let payload = json!({
            "type": "message_action", "callback_id": callback, "action_ts": at,
            "team": {"id": team}, "user": {"id": user, "team_id": team, "name": "somebody"},
            "channel": {"id": message.channel, "name": "a-channel"}, "trigger_id": trigger,
            "message_ts": message.ts, "message": messages::shown(message, false),
            "response_url": response_url,
        });
        let request = Outgoing::payload(&self.doors().interactions, &payload);
        self.say(request).await
    }

    /// Somebody fills the form in and sends it: values by block, then by action.
    pub async fn human_submits(&self, view: &View, values: Value) -> Answered {
        let mut shown = views::shown(view);
        shown["state"] = json!({"values": values});
        let payload = json!({
            "type": "view_submission", "team": {"id": view.team},
            "user": {"id": view.user, "team_id": view.team, "name": "somebody"},
            "api_app_id": "A0DESK", "view": shown, "response_urls": [],
        });
        let request = Outgoing::payload(&self.doors().interactions, &payload);
        self.say(request).await
    }

    /// Somebody writes a message.
    pub fn human_writes(&self, (team, user, channel): (&str, &str, &str), text: &str) -> Message {
        let mut state = lock(&self.site.state);
        let written = messages::made(&mut state, team, channel, text.to_owned(), Vec::new());
        let message = Message {
            by_person: Some(user.to_owned()),
            ..written
        };
        state.messages.push(message.clone());
        message
    }

    /// Somebody invites the app into a channel.
    pub fn human_invites(&self, team: &str, channel: &str) {
        let mut state = lock(&self.site.state);
        let workspace = state.workspace_mut(team);
        let channels = workspace
            .into_iter()
            .flat_map(|workspace| &mut workspace.channels);
        for invited in channels.filter(|known| known.id == channel) {
            invited.member = true;
        }
    }

    /// An administrator takes a scope away.
    pub fn human_takes_scope(&self, team: &str, scope: &str) {
        let mut state = lock(&self.site.state);
        if let Some(workspace) = state.workspace_mut(team) {
            workspace.scopes.retain(|given| given != scope);
        }
    }

    /// An administrator removes the app. Both events come, in no promised order.
    pub async fn human_uninstalls(&self, team: &str) -> [Answered; 2] {
        oauth::end(&mut lock(&self.site.state), team, "account_inactive");
        let revoked = json!({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0DESK"]}});
        let revoked = self.happened(team, &revoked);
        let removed = self.happened(team, &json!({"type": "app_uninstalled"}));
        [self.say(revoked).await, self.say(removed).await]
    }

    /// An event, not sent yet.
    pub fn happened(&self, team: &str, event: &Value) -> Outgoing {
        let mut state = lock(&self.site.state);
        let (number, seconds) = (state.number(), state.now().div_euclid(1_000));
        drop(state);
        let body = json!({
            "token": "deprecated", "team_id": team, "api_app_id": "A0DESK", "event": event,
            "type": "event_callback", "event_id": format!("Ev0{number:06}"), "event_time": seconds,
            "authorizations": [{"team_id": team, "user_id": "U0DESK", "is_bot": true}],
        });
        let what = event["type"].as_str().unwrap_or_default();
        Outgoing::event(what, &self.doors().events, &body)
    }

    /// Sends a request to the app and writes down what came of it.
    pub async fn say(&self, request: Outgoing) -> Answered {
        let (secret, now) = {
            let state = lock(&self.site.state);
            (state.options.app.signing_secret.clone(), state.now())
        };
        let answered = request.send(&secret, now.div_euclid(1_000)).await;
        self.site.said.push((request, answered.clone()));
        answered
    }

    /// Sends it again, as Slack does with an event that was not answered in time.
    pub async fn say_again(&self, request: &Outgoing) -> Answered {
        let again = Outgoing {
            retry: request.retry + 1,
            ..request.clone()
        };
        self.say(again).await
    }

    /// The headers that a request to the app has now.
    pub fn signed(&self, request: &Outgoing) -> Vec<(String, String)> {
        let state = lock(&self.site.state);
        let seconds = state.now().div_euclid(1_000);
        let headers = request.headers(&state.options.app.signing_secret, seconds);
        let headers = headers.into_iter();
        headers
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// What comes with something that was done to a message: a trigger, an address, a time.
    fn acted(
        &self,
        (team, user): (&str, &str),
        message: &Message,
        replaces: bool,
    ) -> (String, String, String) {
        let mut state = lock(&self.site.state);
        let original = replaces.then_some(message.ts.as_str());
        let path = state.answer_path(team, &message.channel, user, original);
        let url = format!("{}{path}", self.url());
        (state.trigger(team, user), url, state.ts())
    }
}
