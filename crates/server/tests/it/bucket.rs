//! The file store in a bucket: against a real S3 service in this process, over HTTP, with signed requests.

use std::path::Path;

use automation_hub_domain::id::TenantId;
use automation_hub_server::{config::FileStoreKind, files::FileStore, services::files};
use bytes::Bytes;
use figment::value::Value;
use futures_util::TryStreamExt as _;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::app::{NOON, TestHub};

pub const SECRET: &str = "a secret of the bucket";
const PREFIX: &str = "hub/files";

/// A service with one bucket. It ends with the test's runtime.
pub struct Service {
    endpoint: String,
    folder: TempDir,
}

impl Service {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("hub-bucket")).unwrap();
        let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single("hub", SECRET));
        let service = builder.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let http = Builder::new(TokioExecutor::new());
            while let Ok((stream, _)) = listener.accept().await {
                let connection = http.serve_connection(TokioIo::new(stream), service.clone()).into_owned();
                tokio::spawn(connection);
            }
        });
        Self { endpoint, folder }
    }

    async fn hub(&self, secret: &str) -> TestHub {
        let settings = self.settings(secret).into_iter();
        let overrides = settings.map(|(key, value)| (key, Value::from(value))).collect();
        let configured = automation_hub_server::config::Config::load(None, overrides).unwrap();
        assert_eq!(configured.files.store, FileStoreKind::S3);
        TestHub::start_with(|config| config.files = configured.files).await
    }

    /// What has a hub keep its files here.
    pub fn settings<'s>(&'s self, secret: &'s str) -> [(&'static str, &'s str); 6] {
        [
            ("files.store", "s3"),
            ("files.s3.endpoint", &self.endpoint),
            ("files.s3.bucket", "hub-bucket"),
            ("files.s3.prefix", PREFIX),
            ("files.s3.access_key_id", "hub"),
            ("files.s3.secret_access_key", secret),
        ]
    }

    /// Objects of the bucket, and whole parts of such as are on their way.
    pub fn objects(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect(self.folder.path(), &mut found);
        // Beside each the service keeps what it knows of it, and what comes in has another name at first.
        found.retain(|name| {
            let path = Path::new(name);
            let is_coming_in = path.file_name().unwrap().to_string_lossy().starts_with(".tmp.");
            !is_coming_in && path.extension().is_none_or(|ending| ending != "json")
        });
        found
    }
}

fn collect(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push(path.to_string_lossy().into_owned());
        }
    }
}

async fn read(store: &FileStore, object: &str, range: Option<std::ops::Range<u64>>) -> Vec<u8> {
    let parts: Vec<Bytes> = store.read(object, range).await.unwrap().try_collect().await.unwrap();
    parts.concat()
}

async fn write(hub: &TestHub, tenant: TenantId, parts: usize) -> automation_hub_server::files::Whole {
    let mut draft = files::begin(&hub.app, tenant).await.unwrap();
    for part in 0..parts {
        draft.write(Bytes::from(vec![u8::try_from(part % 251).unwrap(); 64 * 1024])).await.unwrap();
    }
    files::finish(&hub.app, tenant, draft).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_of_any_size_are_written_read_and_removed() {
    let service = Service::start().await;
    let hub = service.hub(SECRET).await;
    // One in a single request, one in parts of five megabytes.
    for parts in [1, 200] {
        let whole = write(&hub, hub.tenant, parts).await;
        assert_eq!(whole.size, u64::try_from(parts * 64 * 1024).unwrap());
        let [object] = service.objects().try_into().unwrap();
        assert!(object.contains(&format!("hub-bucket/{PREFIX}/{}", whole.object)), "{object}");
        let bytes = read(&hub.app.files, &whole.object, None).await;
        assert_eq!(u64::try_from(bytes.len()).unwrap(), whole.size);
        assert!(
            bytes.chunks(64 * 1024).zip(0_u8..).all(|(chunk, part)| chunk.iter().all(|&byte| byte == part))
        );
        let end = whole.size;
        let tail = read(&hub.app.files, &whole.object, Some(end - 3..end)).await;
        assert_eq!(tail, bytes[bytes.len() - 3..]);
        files::discard(&hub.app, hub.tenant, whole.object).await;
        assert_eq!(service.objects(), Vec::<String>::new());
    }
    assert_eq!(files::sweep(&hub.app, hub.tenant, NOON.plus_days(9)).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_given_up_half_way_leaves_nothing() {
    let service = Service::start().await;
    let hub = service.hub(SECRET).await;
    let mut draft = files::begin(&hub.app, hub.tenant).await.unwrap();
    for _ in 0..200 {
        draft.write(Bytes::from(vec![7; 64 * 1024])).await.unwrap();
    }
    assert!(!service.objects().is_empty(), "parts are in the bucket already");
    files::discard_draft(&hub.app, hub.tenant, draft).await;
    assert_eq!(service.objects(), Vec::<String>::new());
    assert_eq!(files::sweep(&hub.app, hub.tenant, NOON.plus_days(9)).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_refused_and_told_to_nobody() {
    let service = Service::start().await;
    let hub = service.hub("geheim").await;
    let mut draft = files::begin(&hub.app, hub.tenant).await.unwrap();
    draft.write(Bytes::from_static(b"x")).await.unwrap();
    let error = files::finish(&hub.app, hub.tenant, draft).await.unwrap_err();
    assert!(matches!(error, automation_hub_server::error::Error::Unavailable(_)), "{error:?}");
    assert!(!format!("{error:?}").contains("geheim"), "{error:?}");
    assert!(!format!("{:?}", hub.app.config).contains("geheim"));
    assert_eq!(service.objects(), Vec::<String>::new());
}
