//! AWS's own service models check the requests of the tests. botocore contains these models, and the local cloud's Python environment contains
//! botocore.
//!
//! Not here: requests to the local cloud, which refuses by the same models.

use std::sync::OnceLock;

use http::Request;
use windlass_local::{Home, Models};

/// What the service's model does not allow in a request.
///
/// # Panics
/// The environment cannot be installed, or has no models. A test whose requests are not checked must not pass.
pub fn faults(request: &Request<Vec<u8>>) -> Vec<String> {
    let (head, body) = request.clone().into_parts();
    models().faults_of(&head, &body)
}

fn models() -> &'static Models {
    static MODELS: OnceLock<Models> = OnceLock::new();
    MODELS.get_or_init(|| {
        // On a thread of its own: the caller is inside a runtime, and blocking on a second runtime is not allowed there.
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
