//! An object store in memory whose answers get lost, whose writes are refused or arrive late, and which may not honour conditions.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// The fate of one put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The put arrives, and the answer is lost.
    AnswerLost,
    /// The put arrives twice, because a library retries it: the second answer is a conflict with the first put.
    SentTwice,
    /// The put does not arrive.
    NeverArrived,
    /// The put arrives late.
    Slow(Duration),
}

#[derive(Debug)]
pub struct Faulty {
    pub inner: Arc<InMemory>,
    /// Faults for puts below a name, in this order.
    faults: Mutex<VecDeque<(&'static str, Fault)>>,
    /// Whether the store takes every put, whatever its condition.
    lax: bool,
    /// Whether no put arrives any more.
    dead: Mutex<bool>,
}

impl Faulty {
    pub fn over(inner: Arc<InMemory>) -> Self {
        Self {
            inner,
            faults: Mutex::default(),
            lax: false,
            dead: Mutex::new(false),
        }
    }

    pub fn lax() -> Self {
        Self {
            lax: true,
            ..Self::over(Arc::default())
        }
    }

    /// The next put below that name has this fault.
    pub fn next(&self, below: &'static str, fault: Fault) {
        self.faults.lock().expect("free").push_back((below, fault));
    }

    pub fn die(&self) {
        *self.dead.lock().expect("free") = true;
    }

    fn fault(&self, location: &Path) -> Option<Fault> {
        if *self.dead.lock().expect("free") {
            return Some(Fault::NeverArrived);
        }
        let mut faults = self.faults.lock().expect("free");
        let hit = |(below, _): &(&str, Fault)| location.parts().any(|part| part.as_ref() == *below);
        let position = faults.iter().position(hit)?;
        faults.remove(position).map(|(_, fault)| fault)
    }

    fn alive(&self) -> Result<()> {
        match *self.dead.lock().expect("free") {
            true => Err(lost()),
            false => Ok(()),
        }
    }
}

fn lost() -> Error {
    Error::Generic {
        store: "faulty",
        source: "the connection was cut".into(),
    }
}

impl std::fmt::Display for Faulty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("faulty")
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        mut opts: PutOptions,
    ) -> Result<PutResult> {
        if self.lax {
            opts.mode = PutMode::Overwrite;
        }
        let put = || self.inner.put_opts(location, payload.clone(), opts.clone());
        match self.fault(location) {
            None => put().await,
            Some(Fault::NeverArrived) => Err(lost()),
            Some(Fault::AnswerLost) => {
                put().await?;
                Err(lost())
            }
            Some(Fault::SentTwice) => {
                put().await?;
                put().await
            }
            Some(Fault::Slow(time)) => {
                tokio::time::sleep(time).await;
                put().await
            }
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, opts).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.alive()?;
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}
