use axum::http::StatusCode;

use super::ideas::{STANDARD_USER, SYSTEM_ADMIN, idea, limit, plant, standing, submit};
use crate::app::{BASE, TestHub};

#[tokio::test(flavor = "multi_thread")]
async fn shows_the_newest_one_s_own_and_where_all_stand() {
    let hub = TestHub::start().await;
    let tree = plant(&hub).await;
    let ines = hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN]).await;
    let lena = hub.add_user("lena@nordwind.test", &[]).await;
    limit(&hub, lena, STANDARD_USER, tree.finance).await;
    submit(
        &hub,
        vec![
            idea("Archive contracts", tree.legal, ines),
            standing(idea("Pay invoices", tree.payables, ines), "LIVE_ONGOING"),
            standing(idea("My contract idea", tree.legal, lena), "IDEA_APPROVED"),
        ],
    )
    .await;

    let text = hub.signed_in("ines@nordwind.test").await.get(&format!("{BASE}/")).await.text();
    assert!(text.contains("Hello Ines"));
    assert!(text.contains("Pay invoices") && text.contains("My contract idea"));
    assert!(text.contains(r#"?phase=1">Idea</a><span class="num">2</span>"#), "{text}");
    assert!(text.contains("Open the Admin Console"));

    let text = hub.signed_in("lena@nordwind.test").await.get(&format!("{BASE}/")).await.text();
    assert!(text.contains("Pay invoices") && text.contains("My contract idea"));
    assert!(!text.contains("Archive contracts"));
    assert!(text.contains(r#"?phase=9">Live</a><span class="num">1</span>"#), "{text}");
    assert!(!text.contains("Admin Console"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_roles_or_ideas_it_says_what_will_stand_here() {
    let hub = TestHub::start().await;
    hub.add_user("nobody@nordwind.test", &[]).await;
    let mut nobody = hub.signed_in("nobody@nordwind.test").await;

    let home = nobody.get(&format!("{BASE}/")).await;
    assert_eq!(home.status, StatusCode::OK);
    let text = home.text();
    assert!(text.contains("None yet. An idea you submit stands here"));
    assert!(!text.contains("Newest ideas") && !text.contains("Automation Pipeline"));
}
