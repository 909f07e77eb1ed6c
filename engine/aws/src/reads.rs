//! Reads as merged queries, in batches, with pagination, and concurrently: kinds declare what they want to read, and one runner makes all calls.
//!
//! Not here: the conversion of the answers.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use windlass_engine::provider::ErrorClass;

use crate::clients::Clients;
use crate::error::{Found as _, Result};

/// One type of read that asks AWS about many resources at once.
pub trait Query: Send + Sync + 'static {
    /// The key of a resource, such as an id, or a cluster and a service name.
    type Key: Ord + Clone + Debug + Send + Sync + 'static;
    /// AWS's answer about one resource.
    type Item: Send + Sync + 'static;
    /// How many keys one call takes.
    const BATCH: usize;

    /// Separates keys that cannot share a call, such as services of different clusters. By default, all keys are one group.
    fn groups(keys: BTreeSet<Self::Key>) -> Vec<Vec<Self::Key>> {
        vec![keys.into_iter().collect()]
    }

    /// Reads at most [`Query::BATCH`] keys of one group, with pagination. It leaves out resources that do not exist. A missing resource must not fail
    /// the others: ask by filter if a call by id would fail.
    fn fetch(
        clients: &Clients,
        keys: Vec<Self::Key>,
    ) -> impl Future<Output = Result<Vec<(Self::Key, Self::Item)>>> + Send;

    /// Reads one key that `fetch` did not answer, if a list may be eventually consistent. By default, Windlass believes the list.
    fn confirm(
        clients: &Clients,
        key: &Self::Key,
    ) -> impl Future<Output = Result<Option<Self::Item>>> + Send {
        let _ = (clients, key);
        async { Ok(None) }
    }
}

/// A read that asks AWS about one resource per call.
pub trait Single: Send + Sync + 'static {
    /// The key of the resource.
    type Key: Ord + Clone + Debug + Send + Sync + 'static;
    /// AWS's answer about it.
    type Item: Send + Sync + 'static;

    /// Reads one resource; `None` if it does not exist.
    fn ask(
        clients: &Clients,
        key: &Self::Key,
    ) -> impl Future<Output = Result<Option<Self::Item>>> + Send;
}

impl<S: Single> Query for S {
    type Key = S::Key;
    type Item = S::Item;
    const BATCH: usize = 1;

    async fn fetch(
        clients: &Clients,
        keys: Vec<Self::Key>,
    ) -> Result<Vec<(Self::Key, Self::Item)>> {
        let mut found = Vec::new();
        for key in keys {
            found.extend(S::ask(clients, &key).await?.map(|item| (key, item)));
        }
        Ok(found)
    }
}

/// Asks about all keys with one call. If AWS refuses the call because a resource is gone, asks again without the keys that the message names. If the
/// message names none, asks about each key separately.
pub async fn all_or_each<T, F>(keys: Vec<String>, ask: impl Fn(Vec<String>) -> F) -> Result<Vec<T>>
where
    F: Future<Output = Result<Vec<T>>>,
{
    let mut left = keys;
    loop {
        let error = match ask(left.clone()).await {
            Err(error) if error.class == ErrorClass::NotFound && left.len() > 1 => error,
            answered => return Ok(answered.found()?.unwrap_or_default()),
        };
        let asked = left.len();
        left.retain(|key| !error.message.contains(key.as_str()));
        match left.len() {
            0 => return Ok(Vec::new()),
            unnamed if unnamed < asked => {}
            _ => break,
        }
    }
    let each = left.into_iter().map(|key| ask(vec![key]));
    let mut all = Vec::new();
    for found in few_at_once(each).await {
        all.extend(found.found()?.unwrap_or_default());
    }
    Ok(all)
}

/// Reads resources that AWS can list, many per page, and describe by id, `per_call` per call. A call by id fails as a whole if one resource is gone.
///
/// The function reads further pages of the list while a page shows at least as many of the wanted resources as a call by id returns. Then it asks by
/// id for the resources that the list did not show. So a call by id for a missing resource never includes a resource that the list has shown. At most
/// one page is read in vain. `page` takes a token, and returns that page and the token of the next page.
pub async fn listed_or_asked<T, P, A>(
    keys: Vec<String>,
    per_call: usize,
    id: impl Fn(&T) -> Option<&str>,
    page: impl Fn(Option<String>) -> P,
    ask: impl Fn(Vec<String>) -> A,
) -> Result<Vec<(String, T)>>
where
    P: Future<Output = Result<(Option<Vec<T>>, Option<String>)>>,
    A: Future<Output = Result<Vec<T>>>,
{
    let (mut left, mut found): (BTreeSet<String>, _) = (keys.into_iter().collect(), Vec::new());
    let mut token = None;
    while left.len() > 1 {
        let (items, next) = page(token).await?;
        let before = found.len();
        let wanted = |item: T| Some((left.take(id(&item)?)?, item));
        found.extend(items.unwrap_or_default().into_iter().filter_map(wanted));
        if next.is_none() || found.len() - before < per_call {
            break;
        }
        token = next;
    }
    let left: Vec<String> = left.into_iter().collect();
    let asked = chunks(&left, per_call).map(|keys| all_or_each(keys, &ask));
    for answer in few_at_once(asked).await {
        let named = |item: T| Some((id(&item)?.to_owned(), item));
        found.extend(answer?.into_iter().filter_map(named));
    }
    Ok(found)
}

/// The item under `key` in the answer to a query by one key. The first item can be about another key, because not every endpoint filters as AWS does.
pub fn of_key<K: PartialEq, T>(found: Vec<(K, T)>, key: &K) -> Option<T> {
    let mut found = found.into_iter();
    found.find_map(|(of, item)| (of == *key).then_some(item))
}

/// Splits keys into batches of `per_call` keys.
pub fn chunks<K: Clone>(keys: &[K], per_call: usize) -> std::vec::IntoIter<Vec<K>> {
    let chunks: Vec<Vec<K>> = keys.chunks(per_call).map(<[K]>::to_vec).collect();
    chunks.into_iter()
}

/// Reads all pages of a list operation for which the SDK has no paginator. `page` takes a token, and returns the items of that page and the token of
/// the next page.
pub async fn pages<T, F>(page: impl Fn(Option<String>) -> F) -> Result<Vec<T>>
where
    F: Future<Output = Result<(Option<Vec<T>>, Option<String>)>>,
{
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        let (items, next) = page(token).await?;
        all.extend(items.unwrap_or_default());
        if next.is_none() {
            return Ok(all);
        }
        token = next;
    }
}

/// Up to this number, one call for each resource is cheaper than a list of all the account's resources of the kind.
pub const FEW: usize = 4;

/// How many pages of such a list are worth reading instead of `calls` single calls: the list grows with the account instead of the stack, and a page
/// is larger than the answer about one resource. [`Query::confirm`] reads the resources that these pages do not show.
pub fn worthwhile(calls: usize) -> usize {
    if calls > FEW { calls.div_ceil(FEW) } else { 0 }
}

/// The merged questions of all kinds.
#[derive(Default)]
pub struct Wants(HashMap<TypeId, Box<dyn Want>>);

/// The answers to all questions.
#[derive(Default)]
pub struct Answers(HashMap<TypeId, Box<dyn Any + Send + Sync>>);

type AnswersOf<Q> = BTreeMap<<Q as Query>::Key, Result<Arc<<Q as Query>::Item>>>;

impl Wants {
    /// Adds a question about one key. A repeated question costs nothing.
    pub fn want<Q: Query>(&mut self, key: impl Into<Q::Key>) {
        let want = self.0.entry(TypeId::of::<Q>()).or_insert_with(|| {
            Box::new(WantOf::<Q> {
                keys: BTreeSet::new(),
            })
        });
        let want: &mut dyn Any = want.as_any();
        want.downcast_mut::<WantOf<Q>>()
            .expect("the entry is of this query")
            .keys
            .insert(key.into());
    }

    /// Asks all questions concurrently.
    pub async fn ask(self, clients: Arc<Clients>) -> Answers {
        let mut running: FuturesUnordered<_> = self
            .0
            .into_iter()
            .map(|(query, want)| {
                let asked = want.ask(Arc::clone(&clients));
                async move { (query, asked.await) }
            })
            .collect();
        let mut answers = Answers::default();
        while let Some((query, answered)) = running.next().await {
            answers.0.insert(query, answered);
        }
        answers
    }
}

impl Answers {
    /// AWS's answer about a wanted key; `None` if the resource does not exist.
    ///
    /// # Errors
    /// The call for this key failed.
    pub fn get<Q: Query>(&self, key: &Q::Key) -> Result<Option<&Q::Item>> {
        let answers = self
            .0
            .get(&TypeId::of::<Q>())
            .and_then(|answers| answers.downcast_ref::<AnswersOf<Q>>());
        match answers.and_then(|answers| answers.get(key)) {
            Some(Ok(item)) => Ok(Some(item)),
            Some(Err(error)) => Err(error.clone()),
            None => Ok(None),
        }
    }
}

trait Want: Send {
    fn as_any(&mut self) -> &mut dyn Any;
    fn ask(
        self: Box<Self>,
        clients: Arc<Clients>,
    ) -> BoxFuture<'static, Box<dyn Any + Send + Sync>>;
}

struct WantOf<Q: Query> {
    keys: BTreeSet<Q::Key>,
}

impl<Q: Query> Want for WantOf<Q> {
    fn as_any(&mut self) -> &mut dyn Any {
        self
    }

    fn ask(
        self: Box<Self>,
        clients: Arc<Clients>,
    ) -> BoxFuture<'static, Box<dyn Any + Send + Sync>> {
        Box::pin(async move {
            let keys = self.keys;
            let chunks = Q::groups(keys.clone())
                .into_iter()
                .flat_map(|group| chunks(&group, Q::BATCH));
            let asked = chunks.map(|chunk| ask_chunk::<Q>(&clients, chunk));
            let fetched = few_at_once(asked).await;
            let mut answers: AnswersOf<Q> = fetched.into_iter().flatten().collect();
            let missing: Vec<Q::Key> = keys
                .into_iter()
                .filter(|key| !answers.contains_key(key))
                .collect();
            let asked: Vec<_> = missing
                .iter()
                .map(|key| Q::confirm(&clients, key))
                .collect();
            let confirmed = few_at_once(asked).await;
            for (key, confirmed) in missing.into_iter().zip(confirmed) {
                if let Some(answer) = confirmed.transpose() {
                    answers.insert(key, answer.map(Arc::new));
                }
            }
            Box::new(answers) as Box<dyn Any + Send + Sync>
        })
    }
}

/// Runs calls of one type with limited concurrency, low enough that AWS has no reason to throttle them: the documented token buckets of EC2, ECS and
/// Elastic Load Balancing for reads hold 40 calls or more.
pub async fn few_at_once<F: Future>(calls: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    futures::stream::iter(calls)
        .buffered(AT_ONCE)
        .collect()
        .await
}

const AT_ONCE: usize = 10;

/// A query's answer about one key.
type Answered<Q> = (<Q as Query>::Key, Result<Arc<<Q as Query>::Item>>);

async fn ask_chunk<Q: Query>(clients: &Clients, chunk: Vec<Q::Key>) -> Vec<Answered<Q>> {
    match Q::fetch(clients, chunk.clone()).await {
        Ok(fetched) => fetched
            .into_iter()
            .map(|(key, item)| (key, Ok(Arc::new(item))))
            .collect(),
        Err(error) => chunk
            .into_iter()
            .map(|key| (key, Err(error.clone())))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use windlass_engine::provider::{ClassedBy, ProviderError};

    use super::*;

    /// Asks about a, b and c, of which b is gone. Returns the found items, and the size of each call.
    async fn without_b(message: &str) -> (Vec<String>, Vec<usize>) {
        let questions = Mutex::new(Vec::new());
        let ask = |keys: Vec<String>| {
            questions.lock().expect("one thread").push(keys.len());
            let gone = ProviderError {
                class: ErrorClass::NotFound,
                classed_by: ClassedBy::SharedTable,
                operation: "elasticloadbalancing:DescribeTargetGroups".to_owned(),
                code: Some("TargetGroupNotFound".to_owned()),
                message: message.to_owned(),
                request_id: None,
            };
            let answer = if keys.iter().any(|key| key == "b") {
                Err(gone)
            } else {
                Ok(keys)
            };
            std::future::ready(answer)
        };
        let keys = ["a", "b", "c"].map(str::to_owned).to_vec();
        let found = all_or_each(keys, ask).await.expect("the others are there");
        (found, questions.into_inner().expect("one thread"))
    }

    #[tokio::test]
    async fn what_is_gone_fails_no_other() {
        let others = ["a", "c"].map(str::to_owned).to_vec();
        let named = without_b("'b' not found").await;
        assert_eq!(named, (others.clone(), vec![3, 2]));
        let unnamed = without_b("one of them").await;
        assert_eq!(unnamed, (others, vec![3, 1, 1, 1]));
    }

    #[tokio::test]
    async fn calls_of_one_sort_wait_for_each_other() {
        let under_way = Mutex::new((0, 0));
        let calls = (0..3 * AT_ONCE).map(async |at| {
            {
                let mut under_way = under_way.lock().expect("one thread");
                under_way.0 += 1;
                under_way.1 = under_way.0.max(under_way.1);
            }
            tokio::task::yield_now().await;
            under_way.lock().expect("one thread").0 -= 1;
            at
        });
        let answers = few_at_once(calls).await;
        assert_eq!(answers, (0..3 * AT_ONCE).collect::<Vec<_>>());
        assert_eq!(under_way.into_inner().expect("one thread"), (0, AT_ONCE));
    }

    #[test]
    fn few_calls_are_cheaper_than_a_list() {
        assert_eq!([1, 4, 5, 9].map(worthwhile), [0, 0, 2, 3]);
    }
}
