//! Each promise of the vendor's document.

use deskbridge_local::folder::apply;

use super::*;

#[tokio::test]
async fn what_agents_do_becomes_a_record_each() {
    let world = World::start().await;
    let ticket = world.ticket();
    world.relation.human_labels(ticket, &[71], &[32]);
    world.reply(ticket, "承知しました");
    world.pass(2 * MINUTE).await;
    world
        .relation
        .human_writes_memo(ticket, world.clock.now().as_millis(), "<p>来店</p>");
    world.pass(2 * MINUTE).await;
    world.relation.human_sets_status(ticket, "closed");
    world.pass(2 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["承知しました", "来店", ""]);
    assert_eq!(world.texts("状態"), ["未対応", "未対応", "対応完了"]);
    assert_eq!(world.texts("顧客名"), ["山田 花子", "山田 花子", ""]);
    assert_eq!(world.texts("区分"), ["至急"; 3]);
    assert_eq!(world.texts("チケット番号"), ["4711"; 3]);
}

#[tokio::test]
async fn the_sync_is_one_way() {
    let world = World::start().await;
    world.reply(world.ticket(), "承知しました");
    world.pass(HOUR).await;
    let requests = world.relation.requests();
    let written = requests
        .iter()
        .filter(|request| request.method != "GET" && !request.path.ends_with("/tickets/search"));
    assert_eq!(written.count(), 0);
}

#[tokio::test]
async fn only_what_is_done_after_the_setting_is_saved_is_synced() {
    let world = World::empty().await;
    let ticket = world.ticket();
    world.reply(ticket, "前");
    world.relation.human_sets_status(ticket, "closed");
    world.pass(HOUR).await;
    world.save(&world.document()).await;
    world.clock.advance(Duration::from_secs(1));
    world.tell_the_time();
    world.reply(ticket, "後");
    world.pass(HOUR).await;
    assert_eq!(world.texts("本文")[0], "後");
    assert!(!world.texts("本文").contains(&"前".to_owned()));
}

#[tokio::test]
async fn a_changed_mapping_applies_to_what_is_done_afterwards() {
    let world = World::start().await;
    let ticket = world.ticket();
    world.reply(ticket, "一");
    world.pass(2 * MINUTE).await;
    let changed = world
        .document()
        .replace("件名: title", "件名: \"{{ ticket.title }}!\"");
    world.save(&changed).await;
    world.reply(ticket, "二");
    world.pass(2 * MINUTE).await;
    assert_eq!(world.texts("件名"), ["返品したい", "返品したい!"]);
    assert_eq!(
        world.texts("本文"),
        ["一", "二"],
        "and nothing is synced again"
    );
}

#[tokio::test]
async fn a_changed_app_gets_what_is_done_afterwards() {
    let world = World::start().await;
    let ticket = world.ticket();
    world.reply(ticket, "一");
    world.pass(2 * MINUTE).await;
    world
        .save(&world.document().replace("app: 7", "app: 8"))
        .await;
    world.reply(ticket, "二");
    world.pass(2 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["一"]);
    let asked = world.kintone.requests();
    assert!(asked.iter().any(|request| request.path.contains("app=8")));
}

#[tokio::test]
async fn another_box_is_watched_from_its_saving_on() {
    let world = World::start().await;
    let other = world.relation.human_receives_mail(15, CUSTOMER, "注文", "");
    world.reply(other, "前");
    world.pass(2 * MINUTE).await;
    world
        .save(
            &world
                .document()
                .replace("message_box: 12", "message_box: 15"),
        )
        .await;
    world.pass(MINUTE).await;
    world.reply(other, "後");
    world.pass(2 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["後"]);
}

#[tokio::test]
async fn what_is_done_while_the_setting_is_deleted_is_not_caught_up() {
    let world = World::empty().await;
    let folder = world.data.path().join("config");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("sync.yaml");
    let write = || std::fs::write(&file, world.document()).unwrap();
    let read = async || {
        apply(&world.bundle, &folder).await.unwrap();
        world.pass(MINUTE).await;
    };
    write();
    read().await;
    let ticket = world.ticket();
    world.reply(ticket, "一");
    world.pass(2 * MINUTE).await;
    std::fs::remove_file(&file).unwrap();
    read().await;
    world.reply(ticket, "二");
    world.pass(MINUTE).await;
    write();
    read().await;
    world.reply(ticket, "三");
    world.pass(2 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["一", "三"]);
}

/// Even where nobody looked in between.
#[tokio::test]
async fn what_is_done_while_it_is_off_is_not_caught_up() {
    let world = World::start().await;
    let ticket = world.ticket();
    world
        .save(&world.document().replace("enabled: true", "enabled: false"))
        .await;
    world.reply(ticket, "切");
    world.clock.advance(MINUTE);
    world.tell_the_time();
    world.save(&world.document()).await;
    world.pass(MINUTE).await;
    world.reply(ticket, "入");
    world.pass(2 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["入"]);
}

#[tokio::test]
async fn a_box_that_is_synced_takes_no_second_sync() {
    let world = World::start().await;
    let second = world.document().replace("ticket-records", "second");
    let problems = world.try_save("second.yaml", &second).await;
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].field, "settings.relation.message_box");
    assert!(
        problems[0].message.contains("ticket-records"),
        "{problems:?}"
    );
    let other_box = second.replace("message_box: 12", "message_box: 15");
    assert_eq!(
        world.try_save("second.yaml", &other_box).await,
        [],
        "with the same credentials"
    );
    world
        .save(&world.document().replace("enabled: true", "enabled: false"))
        .await;
    assert_eq!(
        world.try_save("second.yaml", &second).await.len(),
        1,
        "though the first is off"
    );
    assert_eq!(
        world.try_save("sync.yaml", &world.document()).await,
        [],
        "an edit is no second"
    );
}

#[tokio::test]
async fn several_boxes_share_one_credential() {
    let world = World::start().await;
    let second = world.document().replace("ticket-records", "second");
    let second = second.replace("message_box: 12", "message_box: 15");
    assert_eq!(world.try_save("second.yaml", &second).await, []);
    world.pass(MINUTE).await;
    world.reply(world.ticket(), "サポート");
    let order = world.relation.human_receives_mail(15, CUSTOMER, "注文", "");
    world.reply(order, "ご注文");
    world.pass(2 * MINUTE).await;
    let mut texts = world.texts("本文");
    texts.sort();
    assert_eq!(texts, ["ご注文", "サポート"]);
}

#[tokio::test]
async fn the_file_of_the_guide_holds() {
    let guide = include_str!("../../../docs/guides/relation-kintone.md");
    let (_, file) = guide
        .split_once("# integrations/ticket-records.yaml\n")
        .unwrap();
    let (file, _) = file.split_once("```").unwrap();
    assert_eq!(
        World::empty()
            .await
            .try_save("ticket-records.yaml", file)
            .await,
        []
    );
}
