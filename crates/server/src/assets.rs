//! The files browsers load, embedded at build time as most of them take them: packed. An address contains a digest of the
//! content, so a browser may keep what it got for ever; `build.rs` writes the table with one constant for each file.

use std::io::{self, Read as _};
use std::sync::OnceLock;

use axum::Router;
use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use flate2::read::GzDecoder;

struct Asset {
    path: &'static str,
    content_type: &'static str,
    gzip: &'static [u8],
    /// Made for the first one who doesn't take it packed.
    plain: OnceLock<Bytes>,
}

impl Asset {
    fn plain(&self) -> io::Result<Bytes> {
        if let Some(plain) = self.plain.get() {
            return Ok(plain.clone());
        }
        let mut plain = Vec::new();
        GzDecoder::new(self.gzip).read_to_end(&mut plain)?;
        Ok(self.plain.get_or_init(|| plain.into()).clone())
    }
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Serves every embedded file; to be merged at the root, because the constants are absolute.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{version}/{name}", get(asset))
}

async fn asset(uri: Uri, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.path == uri.path()) else {
        // A page of the next version may ask this one during an update: the answer must not stick.
        return (StatusCode::NOT_FOUND, [(CACHE_CONTROL, "no-store")]).into_response();
    };
    let common: [(HeaderName, &str); 4] = [
        (CONTENT_TYPE, asset.content_type),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (VARY, "accept-encoding"),
    ];
    if accepts_gzip(&headers) {
        return (common, [(CONTENT_ENCODING, "gzip")], Body::from(asset.gzip)).into_response();
    }
    match asset.plain() {
        Ok(plain) => (common, Body::from(plain)).into_response(),
        Err(error) => {
            tracing::error!(%error, path = asset.path, "an embedded file could not be unpacked");
            (StatusCode::INTERNAL_SERVER_ERROR, [(CACHE_CONTROL, "no-store")]).into_response()
        }
    }
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|coding| coding.split(';').map(str::trim).next().map(|name| (name, coding)))
        .any(|(name, coding)| name.eq_ignore_ascii_case("gzip") && !is_refused(coding))
}

/// `gzip;q=0` (RFC 9110, section 12.4.2) says that the coding is not wanted.
fn is_refused(coding: &str) -> bool {
    let weight = coding.split(';').skip(1).find_map(|parameter| parameter.trim().strip_prefix("q="));
    weight.and_then(|weight| weight.parse::<f32>().ok()) == Some(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use askama::Template;
    use axum::http::{Method, Request};
    use http_body_util::BodyExt as _;
    use rstest::rstest;
    use tower::ServiceExt as _;

    #[derive(Template)]
    #[template(
        source = r#"{% import "macros.html" as m %}{{ m::icon("copy") }}{{ m::icon_l("menu-2") }}"#,
        ext = "html"
    )]
    struct IconsSample;

    async fn call(method: Method, path: &str, encoding: &str) -> Response {
        let request = Request::builder().method(method).uri(path).header(ACCEPT_ENCODING, encoding);
        router::<()>().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn text(response: Response) -> String {
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn serves_a_file_that_may_be_kept_for_ever() {
        let response = call(Method::GET, APP_CSS, "identity").await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/css; charset=utf-8");
        assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(response.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(text(response).await.contains("--ah-accent"));
    }

    #[rstest]
    #[case("gzip", true)]
    #[case("br, GZIP;q=0.5", true)]
    #[case("gzip;q=0", false)]
    #[case("gzip; q=0.000, br", false)]
    #[case("identity", false)]
    #[tokio::test]
    async fn packs_only_for_those_who_take_it(#[case] encoding: &str, #[case] is_packed: bool) {
        let response = call(Method::GET, TABLER_CSS, encoding).await;
        assert_eq!(response.headers().contains_key(CONTENT_ENCODING), is_packed);
        assert_eq!(response.headers()[VARY], "accept-encoding");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(bytes.starts_with(&[0x1f, 0x8b]), is_packed);
    }

    #[tokio::test]
    async fn answers_head_without_a_body() {
        let response = call(Method::HEAD, HTMX_JS, "identity").await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(response.headers().contains_key("content-length"));
        assert_eq!(text(response).await, "");
    }

    #[rstest]
    #[case("/assets/0000000000000000/app.css")]
    #[case("/assets/x/..%2f..%2fCargo.toml")]
    #[tokio::test]
    async fn does_not_know_other_addresses(#[case] path: &str) {
        let response = call(Method::GET, path, "identity").await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    }

    #[tokio::test]
    async fn ships_no_source_maps_and_no_foreign_addresses_to_load() {
        for path in [TABLER_CSS, HTMX_JS, SWAGGER_CSS, SWAGGER_JS] {
            let body = text(call(Method::GET, path, "identity").await).await;
            assert!(!body.contains("sourceMappingURL="), "{path}");
            assert!(!body.contains("@import url(http"), "{path}");
        }
    }

    #[tokio::test]
    async fn the_sprite_holds_the_icons_that_templates_name() {
        let page = IconsSample.render().unwrap();
        let copy = format!(r#"<svg class="icon" aria-hidden="true"><use href="{ICONS}#copy"/></svg>"#);
        assert!(page.contains(&copy), "{page}");
        let sprite = text(call(Method::GET, ICONS, "identity").await).await;
        assert!(sprite.contains(r#"<symbol id="copy" viewBox="0 0 24 24"><path"#));
        assert!(sprite.contains(r#"<symbol id="menu-2""#));
    }
}
