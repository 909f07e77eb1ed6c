use windlass::aws::ecs::Container;

fn with_password(app: Container) -> Container {
    app.secret("DB_PASSWORD", "hunter2")
}

fn main() {}
