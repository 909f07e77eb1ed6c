//! Reads as merged queries: kinds say what they want to know, one runner asks for all of it, in chunks, pages and at once.
//!
//! Not here: what a kind makes of the answers.

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

/// One kind of question to AWS that can be asked for many things at once.
pub trait Query: Send + Sync + 'static {
    /// What is asked about, such as an id, or a cluster and a service name.
    type Key: Ord + Clone + Debug + Send + Sync + 'static;
    /// What AWS answers about one of them.
    type Item: Send + Sync + 'static;
    /// How many keys one call takes.
    const BATCH: usize;

    /// Splits keys that cannot share a call, such as services of different clusters. One group by default.
    fn groups(keys: BTreeSet<Self::Key>) -> Vec<Vec<Self::Key>> {
        vec![keys.into_iter().collect()]
    }

    /// Asks about at most [`Query::BATCH`] keys of one group and follows the pages. What does not exist is left out, and must not
    /// fail the others: ask by filter where asking by id would.
    fn fetch(
        clients: &Clients,
        keys: Vec<Self::Key>,
    ) -> impl Future<Output = Result<Vec<(Self::Key, Self::Item)>>> + Send;

    /// Asks about one key that `fetch` did not answer, where a list may lag behind what exists. By default the list is believed.
    fn confirm(
        clients: &Clients,
        key: &Self::Key,
    ) -> impl Future<Output = Result<Option<Self::Item>>> + Send {
        let _ = (clients, key);
        async { Ok(None) }
    }
}

/// A question that AWS answers about one thing per call.
pub trait Single: Send + Sync + 'static {
    /// What is asked about.
    type Key: Ord + Clone + Debug + Send + Sync + 'static;
    /// What AWS answers about it.
    type Item: Send + Sync + 'static;

    /// Asks; `None` where it does not exist.
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

/// Asks about all keys with one call. Where AWS refuses the whole question because one of them is gone, asks about those that its message does
/// not name, and about each alone where it names none.
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

/// Things that AWS lists, many to a page, and that it describes by id, so many to a call, refusing the whole question where one of them is gone.
///
/// Reads the list as long as a page shows no fewer of them than a call by id tells, and asks for what it did not show: so one that is gone is asked
/// about alone, and the others are not asked about again. One page is read in vain at most. `page` gives the page of a token, and the token of the
/// next one.
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

/// What a query by one key found under that key. Not every endpoint filters as AWS does, so that the first of the answer can be about another one.
pub fn of_key<K: PartialEq, T>(found: Vec<(K, T)>, key: &K) -> Option<T> {
    let mut found = found.into_iter();
    found.find_map(|(of, item)| (of == *key).then_some(item))
}

/// Keys in parts that one call takes.
pub fn chunks<K: Clone>(keys: &[K], per_call: usize) -> std::vec::IntoIter<Vec<K>> {
    let chunks: Vec<Vec<K>> = keys.chunks(per_call).map(<[K]>::to_vec).collect();
    chunks.into_iter()
}

/// Everything that an operation lists which has pages, and no paginator in the SDK. `page` asks for the page of a token; it gives its items and
/// the token of the next one.
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

/// Up to so many calls about one thing each are cheaper than a list of everything that the account has of their kind.
pub const FEW: usize = 4;

/// How many pages of such a list are worth reading instead of so many calls: it grows with the account instead of the stack, and a page is
/// larger than the answer about one thing. What is not found on them is for [`Query::confirm`].
pub fn worthwhile(calls: usize) -> usize {
    if calls > FEW { calls.div_ceil(FEW) } else { 0 }
}

/// The questions that kinds have, merged.
#[derive(Default)]
pub struct Wants(HashMap<TypeId, Box<dyn Want>>);

/// The answers to all questions.
#[derive(Default)]
pub struct Answers(HashMap<TypeId, Box<dyn Any + Send + Sync>>);

type AnswersOf<Q> = BTreeMap<<Q as Query>::Key, Result<Arc<<Q as Query>::Item>>>;

impl Wants {
    /// Wants to know about one thing. Asking twice costs nothing.
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

    /// Asks everything at once.
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
    /// What AWS says about a key that was wanted; `None` when it does not exist.
    ///
    /// # Errors
    /// The call that asked about it failed.
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

/// The answers of calls of one sort, of which so few are under way at once that AWS has no reason to throttle them: the buckets that EC2, ECS and
/// Elastic Load Balancing document for reads hold 40 and more.
pub async fn few_at_once<F: Future>(calls: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    futures::stream::iter(calls)
        .buffered(AT_ONCE)
        .collect()
        .await
}

const AT_ONCE: usize = 10;

/// What a query answered about one key.
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

    use windlass_engine::provider::ProviderError;

    use super::*;

    /// Asks about a, b, c, of which b is gone; gives what was found, and the questions.
    async fn without_b(message: &str) -> (Vec<String>, Vec<usize>) {
        let questions = Mutex::new(Vec::new());
        let ask = |keys: Vec<String>| {
            questions.lock().expect("one thread").push(keys.len());
            let gone = ProviderError {
                class: ErrorClass::NotFound,
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
