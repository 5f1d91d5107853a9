//! Forms: opened for what somebody has just done, once.

use serde_json::{Value, json};

use super::api::{Answer, Asked, Refusal};
use super::blocks::wrong_view;
use super::state::{State, View};

const TRIGGER_LIVES_MILLIS: i64 = 3_000;

pub(super) fn open(state: &mut State, asked: &Asked) -> Answer {
    let id = asked.needed("trigger_id", "invalid_trigger_id")?;
    let now = state.now();
    let view = sound(asked)?;
    let trigger = state.triggers.get_mut(&id).ok_or("invalid_trigger_id")?;
    if trigger.team != asked.team {
        return Err("invalid_trigger_id".into());
    }
    if trigger.used {
        return Err("exchanged_trigger_id".into());
    }
    if now - trigger.at > TRIGGER_LIVES_MILLIS {
        return Err("expired_trigger_id".into());
    }
    trigger.used = true;
    let user = trigger.user.clone();
    let number = state.number();
    let opened = View {
        id: format!("V0{number:06}"),
        team: asked.team.clone(),
        user,
        view,
        hash: format!("{now}.{number}"),
    };
    let shown = shown(&opened);
    state.views.push(opened);
    Ok(json!({"view": shown}))
}

pub(super) fn update(state: &mut State, asked: &Asked) -> Answer {
    let id = asked.needed("view_id", "not_found")?;
    let view = sound(asked)?;
    let number = state.number();
    let now = state.now();
    let mut views = state.views.iter_mut();
    let open = views.find(|view| view.id == id && view.team == asked.team);
    let open = open.ok_or("not_found")?;
    if asked.text("hash").is_some_and(|hash| hash != open.hash) {
        return Err("hash_conflict".into());
    }
    (open.view, open.hash) = (view, format!("{now}.{number}"));
    Ok(json!({"view": shown(open)}))
}

/// As it is sent back with what was typed.
pub(super) fn shown(view: &View) -> Value {
    let mut shown = view.view.clone();
    shown["id"] = json!(view.id);
    shown["team_id"] = json!(view.team);
    shown["hash"] = json!(view.hash);
    shown["root_view_id"] = json!(view.id);
    shown
}

fn sound(asked: &Asked) -> Result<Value, Refusal> {
    let view = asked.value("view");
    let messages = wrong_view(&view);
    match messages.is_empty() {
        true => Ok(view),
        false => Err(Refusal {
            messages,
            ..Refusal::from("invalid_arguments")
        }),
    }
}
