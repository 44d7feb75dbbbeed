//! Pictures and videos of automations.

use rstest::rstest;
use serde_json::{Value, json};

use super::{
    Api, assert_problem,
    documents::{ana, assert_untouched, begin, file, stored},
};
use crate::app::NOON;

const PATH: &str = "/automations/one/media";
pub(super) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
const MP4: &[u8] = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41";

#[tokio::test]
async fn a_picture_is_what_its_content_says() {
    let api = begin().await;
    let ana = ana(&api).await;
    let body = json!({"media_title": "The form", "file": file("form.html", "text/html", PNG)});
    let answer = ana.post(PATH, &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let created = answer.json()["data"].clone();
    assert_eq!(ana.post(PATH, &json!({"file": file("run.mp4", "video/mp4", MP4)})).await.status, 201);
    let data = ana.data(PATH).await;
    assert_eq!((&data["totalItems"], &data["media"][1]["media_title"]), (&json!(2), &json!("run.mp4")));
    assert_eq!(
        data["media"][0],
        json!({
            "media_id": created["media_id"], "process_id": data["media"][0]["process_id"],
            "media_title": "The form", "file_id": created["file_id"], "file_name": "form.html",
            "mimetype": "image/png", "file_size": PNG.len(), "media_created_epoch": NOON.millis()
        })
    );
    let bytes = ana.get(&format!("/download/file/{}", created["file_id"])).await;
    assert_eq!((bytes.header("content-type"), bytes.body.as_slice()), ("image/png", PNG));
    assert_eq!(ana.data("/automations/one").await["process_num_documents"], 0);
}

#[tokio::test]
async fn a_picture_is_a_change_that_is_followed() {
    let api = begin().await;
    let ana = ana(&api).await;
    let later = NOON.plus_hours(1);
    let changed = format!("/automations?updatedStart={}", later.millis());
    let before = ana.get("/automations/one").await;
    assert_eq!(ana.names(&changed).await, Vec::<String>::new());
    api.hub.clock.set(later);
    assert_eq!(ana.post(PATH, &json!({"file": file("a.png", "image/png", PNG)})).await.status, 201);
    assert_eq!(ana.names(&changed).await, ["One"]);
    let after = ana.get("/automations/one").await;
    assert_eq!(after.json()["data"]["process_updated_epoch"], later.millis());
    assert_ne!(after.header("etag"), before.header("etag"));
}

#[rstest]
#[case(json!({}), "file", "Please fill in all the required information")]
#[case(json!({"file": "x"}), "file", "Invalid file.")]
#[case(json!({"file": file("a.png", "image/png", b"<html>")}), "file", "file: A picture (PNG, JPEG, GIF, WebP, AVIF) or a video (MP4, WebM, MOV) is needed.")]
#[case(json!({"file": file("a.svg", "image/svg+xml", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>")}), "file", "file: A picture (PNG, JPEG, GIF, WebP, AVIF) or a video (MP4, WebM, MOV) is needed.")]
#[case(json!({"media_title": 7, "file": file("a.png", "image/png", PNG)}), "media_title", "media_title: A text is needed.")]
#[case(json!({"media_title": "a".repeat(256), "file": file("a.png", "image/png", PNG)}), "media_title", "media_title: At most 255 characters; this has 256.")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named_and_nothing_is_kept(
    #[case] body: Value,
    #[case] field: &str,
    #[case] message: &str,
) {
    let api = begin().await;
    let answer = ana(&api).await.post(PATH, &body).await;
    assert_problem(&answer, 400, "invalid-input");
    let json = answer.json();
    assert_eq!(json["message"], message);
    assert_eq!(json["errorDetails"].as_object().unwrap().keys().collect::<Vec<_>>(), [field]);
    assert_untouched(&api).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_too_large_is_not_kept() {
    let api = begin_with_limit(PNG.len() - 1).await;
    let answer = ana(&api).await.post(PATH, &json!({"file": file("a.png", "image/png", PNG)})).await;
    assert_problem(&answer, 400, "invalid-input");
    assert_eq!(stored(api.hub.folder.path()), Vec::<String>::new());
}

async fn begin_with_limit(bytes: usize) -> Api {
    let limit = u64::try_from(bytes).unwrap();
    super::documents::with_idea(Api::start_with(|config| config.files.media_limit_bytes = limit).await).await
}

#[tokio::test]
async fn only_who_may_edit_the_automation_attaches_and_who_may_view_it_sees() {
    let api = begin().await;
    let body = json!({"file": file("a.png", "image/png", PNG)});
    let bob = api.standard("bob@nordwind.example", None).await;
    assert_problem(&bob.post(PATH, &body).await, 403, "permission-missing");
    let eva = api.standard("eva@nordwind.example", Some(api.legal)).await;
    assert_problem(&eva.get(PATH).await, 403, "permission-missing");
    assert_problem(&api.nobody_in_particular().await.post(PATH, &body).await, 403, "submitter-required");
    assert_problem(&bob.get("/automations/none/media").await, 404, "not-found");
    let answer = ana(&api).await.post(PATH, &body).await;
    assert_eq!(bob.data(PATH).await["media"][0]["file_id"], answer.json()["data"]["file_id"]);
    let file = format!("/download/file/{}", answer.json()["data"]["file_id"]);
    assert_eq!(bob.get(&file).await.status, 200);
    assert_problem(&eva.get(&file).await, 403, "permission-missing");
}
