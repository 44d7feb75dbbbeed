//! The file store: objects under names drawn at random, on disk or in a bucket. What they are, and who may see
//! them, stands in the database; an object that no row names is nobody's and is removed.

use std::{fmt, io, ops::Range, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, aws::AmazonS3Builder, buffered::BufWriter,
    local::LocalFileSystem, path::Path, prefix::PrefixStore,
};
use sha2::{Digest as _, Sha256};
use tokio::{
    io::AsyncWriteExt as _,
    sync::{Semaphore, SemaphorePermit},
};
use uuid::Uuid;

use crate::{
    config::{Config, FileStoreKind, S3},
    error::Error,
};

/// What a part of an upload holds before it goes to the store. A bucket takes no smaller ones.
const DISK_PART_BYTES: usize = 1024 * 1024;
const S3_PART_BYTES: usize = 5 * 1024 * 1024;
/// Enough of a file's beginning to tell what it is.
const HEAD_BYTES: usize = 8192;

/// Cheap to clone.
#[derive(Clone)]
pub struct FileStore(Arc<Inner>);

struct Inner {
    objects: Arc<dyn ObjectStore>,
    /// Where the objects are files themselves.
    folder: Option<PathBuf>,
    part_bytes: usize,
    uploads: Semaphore,
    patience: Duration,
}

impl FileStore {
    /// Opens the configured store; makes the folder if there is none.
    pub fn open(config: &Config) -> anyhow::Result<Self> {
        let folder = folder(config);
        let (objects, part_bytes): (Arc<dyn ObjectStore>, _) = match &folder {
            Some(folder) => {
                make_private(folder)
                    .with_context(|| format!("the folder {} can't be made", folder.display()))?;
                (Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true)), DISK_PART_BYTES)
            }
            None => (bucket(&config.files.s3).context("the bucket can't be used")?, S3_PART_BYTES),
        };
        Ok(Self(Arc::new(Inner {
            objects,
            folder,
            part_bytes,
            uploads: Semaphore::new(config.files.parallel_uploads),
            patience: Duration::from_secs(config.files.upload_timeout_secs),
        })))
    }

    /// A place among the uploads; whoever waits for one too long is told to come back.
    pub async fn enter(&self) -> Result<SemaphorePermit<'_>, Error> {
        match tokio::time::timeout(self.0.patience, self.0.uploads.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Error::Unavailable("too many uploads at once".into())),
        }
    }

    /// How long an upload may take for each step of it.
    pub fn patience(&self) -> Duration {
        self.0.patience
    }

    /// Begins an object; nothing of it can be read before it is [whole](Draft::finish).
    pub(crate) fn begin(&self, object: String) -> Draft {
        let writer = BufWriter::with_capacity(Arc::clone(&self.0.objects), path(&object), self.0.part_bytes)
            // What waits to be written is what an upload costs in memory.
            .with_max_concurrency(1);
        Draft { object, writer, digest: Sha256::new(), size: 0, head: Vec::new() }
    }

    /// The bytes of an object, or some of them, as they are asked for.
    pub async fn read(
        &self,
        object: &str,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, io::Result<Bytes>>, Error> {
        use futures_util::StreamExt as _;
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let found = self.0.objects.get_opts(&path(object), options).await.map_err(unavailable)?;
        Ok(found.into_stream().map(|part| part.map_err(io::Error::other)).boxed())
    }

    /// Removes an object and what a broken upload has left of it. One that isn't there is as good as removed.
    pub(crate) async fn remove(&self, object: &str) -> Result<(), Error> {
        match self.0.objects.delete(&path(object)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(unavailable(error)),
        }
        if let Some(folder) = &self.0.folder {
            remove_drafts(&folder.join(object)).map_err(|error| Error::Unavailable(error.into()))?;
        }
        Ok(())
    }
}

/// The folder that holds the files, where they are on disk.
pub fn folder(config: &Config) -> Option<PathBuf> {
    let files = &config.files;
    match files.store {
        FileStoreKind::S3 => None,
        FileStoreKind::Disk if files.folder.as_os_str().is_empty() => {
            Some(config.storage.data_dir.join("files"))
        }
        FileStoreKind::Disk => Some(files.folder.clone()),
    }
}

/// Makes a folder that only its owner looks into.
fn make_private(folder: &std::path::Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn bucket(s3: &S3) -> anyhow::Result<Arc<dyn ObjectStore>> {
    // The first to be installed stays; they all do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = AmazonS3Builder::new()
        .with_region(&s3.region)
        .with_bucket_name(&s3.bucket)
        .with_allow_http(s3.endpoint.starts_with("http://"));
    if !s3.endpoint.is_empty() {
        builder = builder.with_endpoint(&s3.endpoint);
    }
    if !s3.access_key_id.is_empty() {
        builder = builder
            .with_access_key_id(&s3.access_key_id)
            .with_secret_access_key(s3.secret_access_key.expose());
    }
    let bucket = builder.build()?;
    if s3.prefix.is_empty() {
        return Ok(Arc::new(bucket));
    }
    Ok(Arc::new(PrefixStore::new(bucket, s3.prefix.as_str())))
}

/// A name nobody has had. Its first letters spread the objects over folders.
pub(crate) fn draw_object() -> String {
    let name = Uuid::new_v4().simple().to_string();
    let (first, _) = name.split_at(2);
    format!("{first}/{name}")
}

fn path(object: &str) -> Path {
    Path::from(object)
}

fn unavailable(error: object_store::Error) -> Error {
    Error::Unavailable(error.into())
}

/// What the store writes before an object is whole stands beside it, under its name and an ending.
fn remove_drafts(object: &std::path::Path) -> io::Result<()> {
    let (Some(folder), Some(name)) = (object.parent(), object.file_name()) else { return Ok(()) };
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(name.as_encoded_bytes()) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// An object being written.
pub struct Draft {
    object: String,
    writer: BufWriter,
    digest: Sha256,
    size: u64,
    head: Vec<u8>,
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft")
            .field("object", &self.object)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl Draft {
    pub fn object(&self) -> &str {
        &self.object
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub async fn write(&mut self, bytes: Bytes) -> Result<(), Error> {
        self.digest.update(&bytes);
        self.size += u64::try_from(bytes.len()).unwrap_or_default();
        let missing = HEAD_BYTES.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(bytes.get(..missing).unwrap_or_default());
        self.writer.put(bytes).await.map_err(unavailable)
    }

    /// The object is whole and durable once this returns.
    pub async fn finish(mut self) -> Result<Whole, Error> {
        self.writer.shutdown().await.map_err(|error| Error::Unavailable(error.into()))?;
        Ok(Whole {
            object: self.object,
            size: self.size,
            digest: self.digest.finalize().into(),
            head: self.head,
        })
    }

    /// Tells the store that nothing comes of it.
    pub(crate) async fn abort(mut self) -> Result<(), Error> {
        self.writer.abort().await.map_err(unavailable)
    }
}

/// An object that is there, and that no file names yet.
#[derive(Clone, Debug)]
pub struct Whole {
    pub object: String,
    pub size: u64,
    pub digest: [u8; 32],
    /// The first bytes, by which one can tell what it is.
    pub head: Vec<u8>,
}
