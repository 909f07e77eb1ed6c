use windlass::aws::ecs::Container;
use windlass::aws::secretsmanager::Secret;
use windlass::prelude::*;

fn with_password(app: Container, password: &Handle<Secret>) -> Container {
    app.env("DB_PASSWORD", password)
}

fn main() {}
