//! AWS's own models as a judge of what tests send: botocore ships them, and the local cloud's environment has botocore.
//!
//! Not here: the requests that go to the local cloud, which refuses by the same models.

use std::sync::OnceLock;

use http::Request;
use windlass_local::{Home, Models};

/// What a request holds that its service's model does not allow.
///
/// # Panics
/// The environment cannot be installed, or has no models: a test that nobody judges must not pass.
pub fn faults(request: &Request<Vec<u8>>) -> Vec<String> {
    let (head, body) = request.clone().into_parts();
    models().faults_of(&head, &body)
}

fn models() -> &'static Models {
    static MODELS: OnceLock<Models> = OnceLock::new();
    MODELS.get_or_init(|| {
        // On a thread of its own: the caller is inside a runtime, which must not be blocked by another.
        let installing = std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let runtime = runtime.expect("a runtime can be made");
            let home = Home::from_environment().expect("a home for the local cloud");
            runtime.block_on(Models::installed(&home))
        });
        let models = installing.join().expect("installing does not panic");
        let models = models.expect("the local cloud's environment can be installed");
        models.expect("the environment has botocore's models")
    })
}
