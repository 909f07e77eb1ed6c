//! The `windlass` program. Not here: anything but starting it.

fn main() -> std::process::ExitCode {
    windlass_cli::run(std::env::args_os())
}
