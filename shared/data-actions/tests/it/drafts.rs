use deskbridge_core::integration::{Integration, IntegrationSpec};
use deskbridge_data_actions::{compile, publish, with_draft};
use serde_json::{Value, json};

use crate::support::{Does, Stage, error_type, get, spec};

fn action(url: &str, input: &str) -> Value {
    json!({"request": {"method": "GET", "url": url}, "input": {"id": input}})
}

fn drafted(published: Value, draft: Value) -> IntegrationSpec {
    with_draft(&spec(crate::support::web(published)), "go", draft).unwrap()
}

fn fields(result: Result<IntegrationSpec, Vec<deskbridge_core::integration::Problem>>) -> String {
    format!("{:?}", result.unwrap_err())
}

#[tokio::test]
async fn flows_call_what_is_published_and_a_test_runs_the_draft() {
    let (one, two) = ("https://one.example.com/", "https://two.example.com/");
    let spec = drafted(action(one, "string"), action(two, "string"));
    let stage = Stage::new(spec.settings.clone()).await;
    let answer = || Does::Answer(200, json!({}));
    stage.will([answer(), answer()]);
    let call = stage.call("go", json!({}));
    stage.runner.run(&call).await.result.unwrap();
    assert_eq!(stage.sent_one().0, one);
    stage.runner.test(&call).await.result.unwrap();
    assert_eq!(stage.sent_one().0, two);
    let published = publish(&spec, "go").unwrap();
    let integration = compile(&published).unwrap();
    let (_, action) = integration.action("go").unwrap();
    assert_eq!(action.definition.request.url, two);
    assert_eq!(action.published_version(), 2);
    assert!(integration.drafts.is_empty());
    assert!(published.settings.get("drafts").is_none());
}

#[tokio::test]
async fn a_draft_may_be_wrong_and_says_so_in_the_second_step() {
    let wrong = json!({"request": {"method": "GET", "url": "#if("}});
    let settings = drafted(action("https://one.example.com/", "string"), wrong).settings;
    let stage = Stage::new(settings).await;
    let call = stage.call("go", json!({}));
    let finished = stage.runner.test(&call).await;
    assert_eq!(error_type(&finished), "MISCONFIGURED");
    let steps: Vec<_> = finished
        .trace
        .operations
        .iter()
        .map(|each| each.step)
        .collect();
    assert_eq!(steps, [2]);
    stage.will([Does::Answer(200, json!({}))]);
    assert!(stage.runner.run(&call).await.result.is_ok());
}

#[test]
fn what_does_not_hold_or_breaks_a_contract_is_not_published() {
    let url = "https://one.example.com/";
    let wrong = json!({"request": {"method": "GET", "url": "#if("}});
    let spec = drafted(action(url, "string"), wrong);
    assert!(fields(publish(&spec, "go")).contains("settings.drafts.go.config.request"));
    assert!(fields(publish(&spec, "other")).contains("no such draft"));
    let spec = drafted(action(url, "string"), action(url, "integer"));
    assert!(fields(publish(&spec, "go")).contains("contract"));
    let first = with_draft(&spec, "new", action(url, "integer")).unwrap();
    let first = compile(&publish(&first, "new").unwrap()).unwrap();
    assert_eq!(first.action("new").unwrap().1.published_version(), 1);
}

#[test]
fn drafts_are_listed_behind_what_is_published() {
    let wrong = json!({"request": {}});
    let spec = drafted(action("https://one.example.com/", "string"), wrong);
    let integration = compile(&spec).unwrap();
    let listed = integration.listed();
    let shown: Vec<_> = listed
        .iter()
        .map(|each| (each.name, each.draft, each.action.is_ok()))
        .collect();
    assert_eq!(shown, [("go", false, true), ("go", true, false)]);
}

#[tokio::test]
async fn what_is_off_is_neither_run_nor_tested() {
    let stage = Stage::new(get("https://one.example.com/")).await;
    let mut off: Integration = stage.store.integration("crm").await.unwrap().unwrap();
    off.spec.enabled = false;
    off.version = 2;
    stage.store.put_integration(off, 1).await.unwrap();
    let call = stage.call("go", json!({}));
    let all = [
        stage.runner.run(&call).await,
        stage.runner.test(&call).await,
        stage.runner.replay(&call, "{}").await,
    ];
    assert!(
        all.iter()
            .all(|finished| error_type(finished) == "INACTIVE")
    );
    assert!(stage.sent().is_empty());
}
