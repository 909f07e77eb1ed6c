//! The command line, once, as data: clap parses it and generates help and completions from it.
//!
//! Not here: carrying commands out.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use windlass::address::Address;

/// The hidden command that runs the local cloud's daemon.
pub const DAEMON: &str = "local-daemon";

/// Provisions Amazon ECS platforms from typed Rust stacks.
#[derive(Debug, Parser)]
#[command(name = "windlass", version, about, propagate_version = true, max_term_width = 110, after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,

    /// The stack program that runs the engine.
    #[arg(long, hide = true, global = true)]
    pub program: Option<PathBuf>,
    /// The folder of the stack's crate.
    #[arg(long, hide = true, global = true)]
    pub stack_folder: Option<PathBuf>,
    /// The stack's name.
    #[arg(long, hide = true, global = true)]
    pub stack_name: Option<String>,
}

const EXAMPLES: &str = "Examples:
  windlass preview --env prod            what would `up` do?
  windlass up --local                    converge the stack in the embedded local cloud
  windlass up --yes --json               in a pipeline: one JSON event per line
  windlass destroy --env review-17       remove everything of one environment
  windlass import network/vpc vpc-0a1b   take over what exists already
  windlass drift                         what did somebody else change?
  windlass history                       who did what, and when?
  windlass local calls --json            what was asked of the local cloud

In a stack's folder `windlass up` and `cargo run -- up` are the same.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what `up` would do, and prove that it can.
    Preview(Preview),
    /// Converge AWS to what the stack declares.
    Up(Up),
    /// Remove everything that the state knows.
    Destroy(Destroy),
    /// Print the desired document. Needs no credentials but the store's.
    Synth(Building),
    /// Check the stack: every problem at once. Needs no credentials but the store's.
    Check(Building),
    /// Print the outputs of the last `up`.
    Outputs(Reading),
    /// Take over what exists already. Nothing in AWS is changed.
    Import(Import),
    /// Report what the world changed. Needs no stack program.
    Drift(Drift),
    /// Record what the world is. Needs no stack program.
    Refresh(Refresh),
    /// List what was run on this state, the newest first.
    History(History),
    /// Look into the state, and change what is believed.
    #[command(subcommand)]
    State(State),
    /// Print the graph of the stack. Needs no credentials but the store's.
    Graph(Graph),
    /// The embedded local cloud.
    #[command(subcommand)]
    Local(Local),
    /// Print shell completions.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Run the local cloud in the foreground.
    #[command(name = DAEMON, hide = true)]
    LocalDaemon {
        /// Its home.
        home: PathBuf,
    },
}

/// What tells one state from another.
#[derive(Debug, Clone, Args)]
pub struct Which {
    /// The environment.
    #[arg(long, env = "WINDLASS_ENV", default_value = "dev", value_name = "NAME")]
    pub env: String,
    /// Use the embedded local cloud. Its state is apart from all others, and no real credentials are read.
    #[arg(long, env = "WINDLASS_LOCAL")]
    pub local: bool,
    #[command(flatten)]
    pub kept: Kept,
}

/// Where states are kept, and whose credentials and keys open them.
#[derive(Debug, Clone, Default, Args)]
pub struct Kept {
    /// Where states are kept: `s3://bucket/prefix`, `gs://…`, `az://…` or `file:///folder`. Default: as the stack's Cargo.toml says, else
    /// `.windlass` in the stack's folder.
    #[arg(long = "state", env = "WINDLASS_STATE", value_name = "URL")]
    pub url: Option<String>,
    /// An age identity that opens an encrypted state, and encrypts one that is begun in an object store.
    #[arg(
        long = "state-key-file",
        env = "WINDLASS_STATE_KEY_FILE",
        value_name = "FILE"
    )]
    pub key_file: Option<PathBuf>,
    /// The same with a passphrase in a file. `WINDLASS_STATE_PASSPHRASE` in the environment is one, too.
    #[arg(
        long = "state-passphrase-file",
        env = "WINDLASS_STATE_PASSPHRASE_FILE",
        value_name = "FILE",
        conflicts_with = "key_file"
    )]
    pub passphrase_file: Option<PathBuf>,
    /// A profile of the shared AWS configuration, for AWS and for a state in Amazon S3.
    #[arg(long, value_name = "NAME", conflicts_with = "local")]
    pub profile: Option<String>,
}

/// How patient a command is that writes the state.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Waiting {
    /// How long to wait while another run holds the state, such as `90s` or `10m`.
    #[arg(long, env = "WINDLASS_LOCK_TIMEOUT", value_name = "DURATION", value_parser = duration, default_value = "0s")]
    pub lock_timeout: Duration,
}

/// What Windlass passes to a stack program.
#[derive(Debug, Clone, Args)]
pub struct Program {
    /// Give the stack a parameter. `WINDLASS_SET_KEY` in the environment does the same.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
    /// The region. Default: the SDK's own chain, and us-east-1 in the local cloud.
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
}

/// Where calls to AWS go.
#[derive(Debug, Clone, Args)]
pub struct Reach {
    /// Send every call to this URL instead of to AWS.
    #[arg(long, value_name = "URL", conflicts_with = "local")]
    pub endpoint_url: Option<String>,
}

/// How AWS is reached.
#[derive(Debug, Clone, Args)]
pub struct Access {
    #[command(flatten)]
    pub reach: Reach,
    /// Only this address and what it depends on. May be repeated.
    #[arg(long, value_name = "ADDRESS")]
    pub target: Vec<Address>,
    /// How many changes are under way at once.
    #[arg(long, value_name = "N", default_value_t = windlass_engine::session::CONCURRENCY)]
    pub concurrency: NonZeroUsize,
    /// One JSON event per line instead of text.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Preview {
    #[command(flatten)]
    pub which: Which,
    #[command(flatten)]
    pub program: Program,
    #[command(flatten)]
    pub access: Access,
    /// Save the plan, for `up --plan` or `destroy --plan`.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Exit with 2 when there are changes.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Show what `destroy` would do.
    #[arg(long)]
    pub destroy: bool,
    /// Replace this address although nothing says so. May be repeated.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "destroy")]
    pub replace: Vec<Address>,
    /// Show a second platform, although another state has resources of this stack and environment.
    #[arg(long, conflicts_with = "destroy")]
    pub new: bool,
}

#[derive(Debug, Args)]
pub struct Up {
    #[command(flatten)]
    pub which: Which,
    #[command(flatten)]
    pub program: Program,
    #[command(flatten)]
    pub access: Access,
    #[command(flatten)]
    pub waiting: Waiting,
    /// Do exactly what this saved plan says, or refuse.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
    /// Replace this address although nothing says so. May be repeated.
    #[arg(long, value_name = "ADDRESS")]
    pub replace: Vec<Address>,
    /// Make a second platform, although another state has resources of this stack and environment.
    #[arg(long)]
    pub new: bool,
}

#[derive(Debug, Args)]
pub struct Destroy {
    #[command(flatten)]
    pub which: Which,
    #[command(flatten)]
    pub program: Program,
    #[command(flatten)]
    pub access: Access,
    #[command(flatten)]
    pub waiting: Waiting,
    /// Do exactly what this plan of `preview --destroy --out` says, or refuse.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct Building {
    #[command(flatten)]
    pub which: Which,
    #[command(flatten)]
    pub program: Program,
    /// JSON instead of text.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Reading {
    #[command(flatten)]
    pub which: Which,
    /// One JSON document instead of text.
    #[arg(long)]
    pub json: bool,
}

/// The options of a command that changes the recorded state.
#[derive(Debug, Args)]
pub struct Amending {
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub waiting: Waiting,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  windlass import network/vpc vpc-0a1b2c
  windlass import api/role-policy 'api|read'        identifiers of several parts are joined by `|`
  windlass import --from found.txt                  a line `ADDRESS ID` for each
  windlass import --from found.json                 {\"ADDRESS\": \"ID\"}

docs/import.md has the identifier of each kind. The next `up` changes what differs, tags included.")]
pub struct Import {
    /// The declaration that it is to be.
    #[arg(requires = "id", required_unless_present = "from")]
    pub address: Option<Address>,
    /// AWS's identifier, in the form of its kind.
    pub id: Option<String>,
    /// Import everything that this file lists.
    #[arg(long, value_name = "FILE", conflicts_with = "address")]
    pub from: Option<PathBuf>,
    /// Import also what the next `up` would replace.
    #[arg(long)]
    pub allow_replace: bool,
    #[command(flatten)]
    pub which: Which,
    #[command(flatten)]
    pub program: Program,
    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub waiting: Waiting,
    /// One JSON document instead of text.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Exits with 0 when nothing drifted, and with 2 when something did.")]
pub struct Drift {
    #[command(flatten)]
    pub which: Which,
    #[command(flatten)]
    pub reach: Reach,
    /// One JSON document instead of text.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "What vanished is forgotten, and the next `up` makes it again. What was changed counts as applied from now on; the next `up` still makes what the program declares win. `windlass drift` shows beforehand what there is to record."
)]
pub struct Refresh {
    /// Ask anew what the state has pinned: lookups and availability zones.
    #[arg(long)]
    pub lookups: bool,
    #[command(flatten)]
    pub which: Which,
    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub waiting: Waiting,
    /// One JSON document instead of text.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct History {
    #[command(subcommand)]
    pub one: Option<HistoryOf>,
    #[command(flatten)]
    pub reading: Reading,
}

#[derive(Debug, Subcommand)]
pub enum HistoryOf {
    /// Show one operation: who, when, which program and plan, what it did, what failed.
    Show {
        /// Its number.
        number: i64,
        #[command(flatten)]
        reading: Reading,
    },
}

#[derive(Debug, Subcommand)]
pub enum State {
    /// List what is believed to exist.
    List(Reading),
    /// Show everything that is believed about one resource.
    Show {
        /// The resource.
        address: Address,
        #[command(flatten)]
        reading: Reading,
    },
    /// Forget resources. AWS keeps them; `import` takes them back.
    #[command(after_help = "Example: windlass state rm network/nat network/nat-address")]
    Rm {
        /// The resources, each with all its generations.
        #[arg(required = true)]
        addresses: Vec<Address>,
        #[command(flatten)]
        amending: Amending,
    },
    /// Give a resource, or everything below a scope, another address.
    #[command(after_help = "Examples:
  windlass state mv web/logs api/logs
  windlass state mv web api              everything below `web`

`.alias(…)` in the program does the same for everybody who runs it.")]
    Mv {
        /// The address that it has.
        from: Address,
        /// The address that it is to have.
        to: Address,
        #[command(flatten)]
        amending: Amending,
    },
    /// Check that the state is what was written, and that it holds together.
    Verify(Reading),
    /// Go back to what was believed after an earlier operation. AWS is not changed.
    #[command(
        after_help = "What was made since stays known: the next `up` adopts it where it is declared, and deletes it where it is not. What was imported since is forgotten. `windlass history` has the numbers."
    )]
    Rollback {
        /// The operation, by its number in the history.
        number: i64,
        #[command(flatten)]
        amending: Amending,
    },
    /// Print the state as one document, to keep or to move it. It holds the key of the hashes that stand for secrets.
    Export {
        /// Write it to this file instead, which only its owner can read.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        which: Which,
    },
    /// Believe what an exported file says, in place of everything that is believed now.
    #[command(after_help = "It works on a damaged state, too. The history stays.")]
    Import {
        /// The file.
        file: PathBuf,
        /// Accept the state of another stack or environment, or of another lineage.
        #[arg(long)]
        other_lineage: bool,
        /// Accept a file that is older than the state.
        #[arg(long)]
        older: bool,
        #[command(flatten)]
        amending: Amending,
    },
    /// Move the state to another place, with its history. What is here is marked, so that no run goes on with it.
    Migrate {
        /// Where to: `s3://bucket/prefix`, `gs://…`, `az://…`, `file:///folder`, or `default` for the stack's folder.
        #[arg(long, value_name = "URL")]
        to: String,
        #[command(flatten)]
        reading: Reading,
    },
    /// Go back to the newest belief that can still be read of a damaged state.
    Repair {
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
        #[command(flatten)]
        which: Which,
    },
}

impl State {
    /// Whether the output is one JSON document instead of text.
    pub fn json(&self) -> bool {
        match self {
            Self::List(reading)
            | Self::Verify(reading)
            | Self::Show { reading, .. }
            | Self::Migrate { reading, .. } => reading.json,
            Self::Rm { amending, .. }
            | Self::Mv { amending, .. }
            | Self::Rollback { amending, .. }
            | Self::Import { amending, .. } => amending.reading.json,
            Self::Export { .. } | Self::Repair { .. } => false,
        }
    }
}

#[derive(Debug, Args)]
pub struct Graph {
    #[command(flatten)]
    pub building: Building,
    /// The form.
    #[arg(long, value_enum, default_value_t = GraphForm::Dot)]
    pub form: GraphForm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphForm {
    /// Graphviz.
    Dot,
    /// Mermaid.
    Mermaid,
}

#[derive(Debug, Subcommand)]
pub enum Local {
    /// Start it, if it does not run.
    Start(LocalReading),
    /// Stop it. What it held is gone.
    Stop,
    /// Say whether and where it runs.
    Status(LocalReading),
    /// Empty it.
    Reset(LocalReading),
    /// Show how often each API operation was called.
    Calls {
        /// Count from zero again.
        #[arg(long)]
        reset: bool,
        #[command(flatten)]
        reading: LocalReading,
    },
    /// Put a file of rules in force: latency, throttling, failures. Without a file, show those in force.
    Rules {
        /// The rules, as JSON.
        file: Option<PathBuf>,
        /// Delay every answer by this many milliseconds.
        #[arg(long, value_name = "MILLISECONDS", conflicts_with = "file")]
        latency: Option<u64>,
        /// Put no rule in force.
        #[arg(long, conflicts_with_all = ["file", "latency"])]
        clear: bool,
    },
}

#[derive(Debug, Args)]
pub struct LocalReading {
    /// One JSON document instead of text.
    #[arg(long)]
    pub json: bool,
}

fn duration(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration = text
        .parse()
        .map_err(|_| "write it as 90s, 10m or 1h30m".to_owned())?;
    Duration::try_from(span).map_err(|_| "it cannot be negative".to_owned())
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as KEY=VALUE".to_owned()),
    }
}

impl Program {
    /// The parameters: the environment's, and over them those of the command line.
    pub fn parameters(&self) -> std::collections::BTreeMap<String, String> {
        let from_environment = std::env::vars().filter_map(|(name, value)| {
            let key = name.strip_prefix("WINDLASS_SET_")?;
            Some((key.to_lowercase().replace('_', "-"), value))
        });
        from_environment.chain(self.set.iter().cloned()).collect()
    }
}
