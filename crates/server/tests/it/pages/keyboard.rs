use axum::http::Request;

use super::ideas::{STANDARD_USER, SYSTEM_ADMIN};
use crate::app::{BASE, TestHub};

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_keys_names_what_a_person_may_reach() {
    let hub = TestHub::start().await;
    hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN]).await;
    hub.add_user("lena@nordwind.test", &[STANDARD_USER]).await;
    let path = format!("{BASE}/keyboard");
    let text = hub.signed_in("ines@nordwind.test").await.get(&path).await.text();
    assert!(text.contains("<dt>Open API</dt><dd><kbd>G</kbd> then <kbd>O</kbd></dd>"), "{text}");
    let text = hub.signed_in("lena@nordwind.test").await.get(&path).await.text();
    assert!(!text.contains("<dt>Open API</dt>") && text.contains("<dt>Automation Pipeline</dt>"));
    assert!(!text.contains("data-key=\"g o\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_dialog_it_comes_without_the_page_around_it() {
    let hub = TestHub::start().await;
    hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN]).await;
    let mut ines = hub.signed_in("ines@nordwind.test").await;
    let request = Request::get(format!("{BASE}/keyboard")).header("hx-request", "true");
    let text = ines.send(request).await.text();
    assert!(text.contains("id=\"keys-title\"") && !text.contains("<html"));
}

#[tokio::test(flavor = "multi_thread")]
async fn single_keys_are_switched_off_and_on_in_the_profile() {
    let hub = TestHub::start().await;
    hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN]).await;
    let mut ines = hub.signed_in("ines@nordwind.test").await;
    let path = format!("{BASE}/profile/keys");
    ines.post(&path, &[]).await;
    let page = ines.get(&format!("{BASE}/keyboard")).await.text();
    assert!(
        page.contains("<html lang=\"en\" data-keys=\"off\">")
            && page.contains("Single keys are switched off.")
    );
    assert!(!page.contains("Next row") && page.contains("Send the form"), "only keys that work are listed");
    ines.post(&path, &[("keys", "1")]).await;
    let page = ines.get(&format!("{BASE}/keyboard")).await.text();
    assert!(!page.contains("data-keys=") && page.contains("Next row"));
}
