//! Every kind of the catalogue with its samples, in the form that documents hold.
//!
//! Not here: what tests do with the samples.

use std::path::Path;

use serde_json::Value;
use windlass::expr::{Expr, SecretSource};
use windlass::resource::{Resource, Samples};
use windlass::schema::{Handover, KindSchema};

/// A kind with its samples: first the smallest, then the fullest, then variations.
#[derive(Debug)]
pub struct Sampled {
    pub schema: &'static KindSchema,
    /// The samples, in the form that documents hold.
    pub specs: Vec<Value>,
}

impl Sampled {
    /// Whether two generations with the same values cannot exist at the same time, so that the author has to say how to replace the kind.
    pub fn occupies(&self) -> bool {
        let mut exclusive = self.schema.exclusive.iter();
        exclusive.any(|exclusive| exclusive.handover == Handover::Occupied)
    }
}

macro_rules! sampled {
    ($($service:ident::$kind:ident),+ $(,)?) => {
        /// Every kind of the catalogue with its samples.
        pub fn catalogue() -> Vec<Sampled> {
            vec![$(of::<windlass::aws::$service::$kind>()),+]
        }
    };
}

windlass::catalog!(sampled);

fn of<R: Resource + Samples>() -> Sampled {
    let specs = R::samples().iter().map(Resource::to_json).collect();
    Sampled {
        schema: R::SCHEMA,
        specs,
    }
}

/// Reads secrets from files below a folder. This function writes those files, each with a value of its own.
pub fn with_secrets_in(folder: &Path, spec: &mut Value) {
    if let Ok(Some(Expr::Secret { secret })) = Expr::of(spec) {
        let name = match secret {
            SecretSource::Env(name) | SecretSource::File(name) => name.replace('/', "-"),
        };
        std::fs::write(folder.join(&name), format!("value of {name}")).expect("a file is written");
        let secret = SecretSource::File(name);
        *spec = Expr::Secret { secret }.to_value();
        return;
    }
    match spec {
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| with_secrets_in(folder, item)),
        Value::Object(items) => items
            .values_mut()
            .for_each(|item| with_secrets_in(folder, item)),
        _ => {}
    }
}
